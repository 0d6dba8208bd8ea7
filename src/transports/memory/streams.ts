import type { RpcClock } from "../../internal/clock.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import { IdleStreams } from "../connection/idle_streams.ts";
import { type ConnectionLoss, errorFromLoss } from "../connection/loss.ts";
import { type EndReason, streamEndedError } from "../connection/end_reason.ts";
import { statusFrame } from "../connection/stream_lifecycle.ts";
import { StreamTable } from "../connection/stream_table.ts";
import type { RpcMessageListener } from "../message.ts";
import type { RpcTransportSide } from "../transport.ts";
import type { MemoryOutbox } from "./outbox.ts";
import type { MemoryPipe } from "./pipe.ts";
import { MemoryStream } from "./stream.ts";

/** What {@linkcode MemoryStreams} work on. */
export interface MemoryStreamsOptions {
  readonly side: RpcTransportSide;
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  /** The highest stream id that this side used on earlier connections; 0 for none. */
  readonly highestLocalId: number;
  readonly pipe: MemoryPipe;
  readonly outbox: MemoryOutbox;
  /** Takes what is meant for the layers above. */
  readonly onMessage: RpcMessageListener;
}

/** The streams of one end: how they begin, are paid for, and end. */
export class MemoryStreams {
  readonly #options: MemoryStreamsOptions;
  /** Those that are open. */
  readonly table: StreamTable<MemoryStream>;
  readonly #idle: IdleStreams<MemoryStream>;

  constructor(options: MemoryStreamsOptions) {
    this.#options = options;
    this.table = new StreamTable(options);
    this.#idle = new IdleStreams({
      clock: options.clock,
      timeoutMs: options.limits.streamIdleTimeoutMs,
      streams: this.table,
      measure: ({ receivedMessages, unreadMessages, sentMessages, outbox }) => [
        receivedMessages,
        unreadMessages,
        sentMessages,
        outbox.length,
      ],
      onIdle: (stream, error) => this.fail(stream, error),
    });
  }

  /** Adds a stream whose opening is about to be sent, or has come. */
  add(id: number, isLocal: boolean): MemoryStream {
    const { limits, pipe } = this.#options;
    const credit = limits.streamWindowMessages;
    const stream = new MemoryStream(id, { isLocal, credit, openedAt: pipe.sent + 1 });
    this.table.add(stream);
    return stream;
  }

  /** Forgets a stream; those who wait to send on it are told a reason, made only if there are any. */
  remove(stream: MemoryStream, createReason: EndReason = streamEndedError): void {
    if (!this.table.remove(stream)) return;
    stream.isReceiveEnded = true;
    this.#options.outbox.drop(stream, createReason);
  }

  /** Counts a message that was consumed, or lost; credit goes back when half of it is owed. */
  owe(stream: MemoryStream): void {
    stream.owedMessages++;
    const { limits, pipe } = this.#options;
    if (stream.isReceiveEnded || stream.owedMessages * 2 < limits.streamWindowMessages) return;
    const messages = stream.owedMessages;
    stream.owedMessages = 0;
    pipe.push({ kind: "credit", streamId: stream.id, bytes: 0, messages });
  }

  /** Answers an opening that is not accepted. */
  refuse(streamId: number, error: RpcError): void {
    this.#options.pipe.push(statusFrame(streamId, error));
  }

  /** Ends a stream that the peer opened and that cannot go on, on both sides. */
  fail(stream: MemoryStream, error: RpcError): void {
    this.remove(stream);
    this.refuse(stream.id, error);
    this.#tellEnd(stream, error);
  }

  /** Ends the streams that a peer which goes away will not serve. */
  failAbove(lastStreamId: number, error: RpcError): void {
    for (const stream of [...this.table]) {
      if (!stream.isLocal || stream.id <= lastStreamId) continue;
      this.remove(stream);
      this.#tellEnd(stream, error);
    }
  }

  /** Ends all streams because their connection ended. */
  failAll(loss: ConnectionLoss): void {
    this.#idle.stop();
    const { pipe, outbox } = this.#options;
    for (const stream of this.table.clear()) {
      const error = errorFromLoss(loss, !stream.isLocal || pipe.brings(stream.openedAt));
      outbox.drop(stream, () => error);
      this.#tellEnd(stream, error);
    }
  }

  /** Tells the layers above that a stream ended without the peer's word. */
  #tellEnd(stream: MemoryStream, error: RpcError): void {
    const { id: streamId, isLocal } = stream;
    const { code, rawMessage: reason } = error;
    this.#options.onMessage(
      isLocal ? statusFrame(streamId, error) : { kind: "cancel", streamId, code, reason },
    );
  }
}
