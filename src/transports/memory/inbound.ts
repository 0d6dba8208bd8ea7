import type { RpcClock } from "../../internal/clock.ts";
import { endedByCaller, endedByServer } from "../connection/end_reason.ts";
import { TokenBucket } from "../../internal/token_bucket.ts";
import type {
  CancelFrame,
  HalfCloseFrame,
  MessageFrame,
  OpenFrame,
  StatusFrame,
} from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import { countFault, notExecuted, tooManyOpened } from "../connection/inbound.ts";
import type { RpcMessageListener } from "../message.ts";
import type { MemoryOutbox } from "./outbox.ts";
import type { MemoryFrame } from "./pipe.ts";
import type { MemoryStream } from "./stream.ts";
import type { MemoryStreams } from "./streams.ts";

/** What {@linkcode MemoryInbound} works on. */
export interface MemoryInboundOptions {
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  readonly streams: MemoryStreams;
  readonly outbox: MemoryOutbox;
  /** Takes what is meant for the layers above. */
  readonly onMessage: RpcMessageListener;
  /** Whether streams that the peer opens are refused, because this side goes away. */
  readonly isDraining: () => boolean;
}

/**
 * Turns frames into messages for the layers above. The peer is of the same make, so frames are never
 * wrong; but they may be late, and messages may be missing.
 */
export class MemoryInbound {
  readonly #options: MemoryInboundOptions;
  readonly #openings: TokenBucket;

  constructor(options: MemoryInboundOptions) {
    const { clock, limits: { streamsPerSecond, streamBurst } } = options;
    this.#options = options;
    this.#openings = new TokenBucket(clock, { perSecond: streamsPerSecond, burst: streamBurst });
  }

  /** Takes a frame of a stream, or a grant. */
  receive(frame: MemoryFrame): void {
    if (frame.kind === "goaway") return;
    if (frame.kind === "open") return this.#open(frame);
    // What comes late, after this side has ended the stream, is ignored.
    const stream = this.#options.streams.table.get(frame.streamId);
    if (stream === undefined) return;
    switch (frame.kind) {
      case "message":
        return this.#message(stream, frame);
      case "lost":
        return this.#options.streams.owe(stream);
      case "headers":
        return this.#options.onMessage(frame);
      case "halfClose":
        return this.#halfClose(stream, frame);
      case "status":
        return this.#status(stream, frame);
      case "cancel":
        return this.#cancel(stream, frame);
      case "credit":
        return this.#options.outbox.grant(stream, frame.messages);
    }
  }

  #open(frame: OpenFrame<unknown>): void {
    const { streams, onMessage } = this.#options;
    const refusal = this.#findRefusal();
    if (refusal !== undefined) {
      streams.table.highestPeerId = frame.streamId;
      return streams.refuse(frame.streamId, refusal);
    }
    const stream = streams.add(frame.streamId, false);
    if (frame.message !== undefined) stream.receivedMessages = 1;
    onMessage(frame);
  }

  #findRefusal(): RpcError | undefined {
    const { limits, isDraining } = this.#options;
    if (!this.#openings.take()) return tooManyOpened(limits);
    return isDraining() ? notExecuted("UNAVAILABLE", "Server is shutting down") : undefined;
  }

  #message(stream: MemoryStream, frame: MessageFrame<unknown>): void {
    stream.receivedMessages++;
    stream.unreadMessages++;
    this.#options.onMessage(frame);
  }

  #halfClose(stream: MemoryStream, frame: HalfCloseFrame): void {
    const fault = countFault(stream, frame.messages);
    if (fault !== undefined) return this.#options.streams.fail(stream, fault);
    stream.isReceiveEnded = true;
    this.#options.onMessage(frame);
  }

  #status(stream: MemoryStream, frame: StatusFrame<unknown>): void {
    if (frame.message !== undefined) stream.receivedMessages++;
    const fault = frame.code === RpcStatus.OK ? countFault(stream, frame.messages) : undefined;
    this.#options.streams.remove(stream, endedByServer);
    this.#options.onMessage(
      fault === undefined
        ? frame
        : { ...frame, code: fault.code, text: fault.rawMessage, message: undefined },
    );
  }

  #cancel(stream: MemoryStream, frame: CancelFrame): void {
    this.#options.streams.remove(stream, endedByCaller);
    this.#options.onMessage(frame);
  }
}
