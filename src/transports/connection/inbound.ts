import type { RpcClock } from "../../internal/clock.ts";
import { TokenBucket } from "../../internal/token_bucket.ts";
import { withExecuted } from "../../protocol/executed.ts";
import { framingError } from "../../protocol/frame_error.ts";
import type {
  CancelFrame,
  CreditFrame,
  HalfCloseFrame,
  HeadersFrame,
  MessageFrame,
  OpenFrame,
  RpcFrame,
  StatusFrame,
} from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import {
  compressedFault,
  findSizeFault,
  InboundMessages,
  type InboundMessagesOptions,
  receiveCompressed,
} from "./inbound_messages.ts";
import { endedByCaller, endedByServer } from "./end_reason.ts";
import type { SendScheduler } from "./send_scheduler.ts";
import type { StreamState } from "./stream_state.ts";
import type { StreamTable } from "./stream_table.ts";

/** When a call that was refused because of the rate may be tried again. */
const RATE_RETRY_MS = 1000;

/** Refuses a call because the peer opens too many a second. */
export function tooManyOpened({ streamsPerSecond }: RpcLimits): RpcError {
  const text = `Too many streams opened (max: ${streamsPerSecond} a second)`;
  return notExecuted("RESOURCE_EXHAUSTED", text, RATE_RETRY_MS);
}
/** So many frames that had to be refused end the connection. */
const MAX_REFUSED_FRAMES = 256;

/** What the inbound half of a connection works on. */
export interface InboundOptions extends InboundMessagesOptions {
  readonly table: StreamTable;
  readonly scheduler: SendScheduler;
  readonly clock: RpcClock;
  /** Whether streams that the peer opens are refused, because this side goes away. */
  readonly isDraining: boolean;
}

/**
 * Turns frames of streams into messages for the layers above: joins fragments, holds the limits and
 * the counts, and gives a wrong frame its answer at the smallest place.
 */
export class Inbound {
  readonly #options: InboundOptions;
  /** Made with the first message that does not come whole in an opening. */
  #messages: InboundMessages | undefined;
  /** Made with the first opening. */
  #openings: TokenBucket | undefined;
  #refusedFrames = 0;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /**
   * Handles one frame of a stream, or a grant.
   *
   * @throws {FrameError} When the connection cannot go on
   */
  receive(frame: RpcFrame): void {
    switch (frame.kind) {
      case "open":
        return this.#open(frame);
      case "message":
        return this.#message(frame);
      case "status":
        return this.#status(frame);
      case "headers":
        return this.#headers(frame);
      case "halfClose":
        return this.#halfClose(frame);
      case "cancel":
        return this.#cancel(frame);
      case "credit":
        return this.#credit(frame);
    }
  }

  get #givenMessages(): InboundMessages {
    return this.#messages ??= new InboundMessages(this.#options);
  }

  #open(frame: OpenFrame): void {
    const { table, lifecycle, incoming } = this.#options;
    const { streamId, message, more, end } = frame;
    if (table.isLocalId(streamId) || streamId <= table.highestPeerId) {
      throw framingError(`Stream ${streamId} cannot be opened: its id is not the peer's next`);
    }
    table.highestPeerId = streamId;
    const fault = this.#refusal(frame) ?? this.#openingFault(frame);
    if (fault !== undefined) return lifecycle.refuse(streamId, withExecuted(fault, false));
    const stream = lifecycle.add(streamId, false);
    if (message !== undefined && more) {
      stream.endsAfterMessage = end;
      this.#givenMessages.begin(stream, message, frame.compressed);
      return incoming.push({ ...frame, message: undefined, more: false, end: false });
    }
    stream.isReceiveEnded = end;
    if (message !== undefined) stream.receivedMessages = 1;
    incoming.push(frame.compressed ? receiveCompressed(frame, this.#options) : frame);
  }

  #refusal(frame: OpenFrame): RpcError | undefined {
    const { table, limits, isDraining, incoming } = this.#options;
    if (frame.fault !== undefined) {
      this.#countRefused();
      return frame.fault;
    }
    this.#openings ??= new TokenBucket(this.#options.clock, {
      perSecond: limits.streamsPerSecond,
      burst: limits.streamBurst,
    });
    if (!this.#openings.take()) return tooManyOpened(limits);
    if (isDraining) return notExecuted("UNAVAILABLE", "Server is shutting down");
    // Calls that nobody takes yet may be cancelled, and would wait all the same.
    const open = Math.max(table.peerStreams, incoming.waiting);
    if (open < limits.maxStreams) return undefined;
    return notExecuted(
      "RESOURCE_EXHAUSTED",
      `Too many concurrent streams (max: ${limits.maxStreams})`,
    );
  }

  /** What is wrong with the message of an opening. */
  #openingFault({ compressed, message, more }: OpenFrame): RpcError | undefined {
    if (compressed && !this.#options.compression?.isAgreed) return compressedFault();
    const bytes = message?.length ?? 0;
    return findSizeFault(bytes, this.#options.limits) ??
      (more ? this.#options.ledger.findOpeningFault(bytes) : undefined);
  }

  #message(frame: MessageFrame): void {
    const { ledger, table, limits } = this.#options;
    if (!ledger.chargeConnection(frame.message.length)) {
      const more = `${frame.message.length} bytes more than ${limits.connectionWindowBytes} bytes`;
      throw framingError(`Peer sent data beyond the window of the connection: ${more}`);
    }
    const stream = table.get(frame.streamId);
    if (stream === undefined) ledger.refund(frame.message.length);
    else this.#givenMessages.receive(stream, frame);
  }

  #headers(frame: HeadersFrame): void {
    const stream = this.#streamOf(frame, true);
    if (stream === undefined) return;
    if (frame.fault === undefined) return this.#options.incoming.push(frame);
    this.#countRefused();
    this.#options.lifecycle.fail(stream, frame.fault);
  }

  #status(frame: StatusFrame): void {
    const stream = this.#streamOf(frame, true);
    if (stream === undefined) return;
    if (frame.message !== undefined) stream.receivedMessages++;
    const fault = this.#statusFault(stream, frame);
    this.#options.lifecycle.remove(stream, endedByServer);
    if (fault === undefined && frame.compressed) {
      return this.#options.incoming.push(receiveCompressed(frame, this.#options));
    }
    this.#options.incoming.push(
      fault === undefined ? frame : {
        ...frame,
        code: fault.code,
        text: fault.rawMessage,
        details: [],
        message: undefined,
      },
    );
  }

  /** Why a status cannot be taken as it is: the peer says that it sent what did not come. */
  #statusFault(stream: StreamState, frame: StatusFrame): RpcError | undefined {
    const { limits } = this.#options;
    if (frame.fault !== undefined && frame.code === RpcStatus.OK) return frame.fault;
    if (frame.compressed && !this.#options.compression?.isAgreed) return compressedFault();
    const sizeFault = findSizeFault(frame.message?.length ?? 0, limits);
    if (sizeFault !== undefined) return sizeFault;
    if (frame.code !== RpcStatus.OK) return undefined;
    if (stream.partial !== undefined) {
      return new RpcError(RpcStatus.DATA_LOSS, "Response ended within a message");
    }
    return countFault(stream, frame.messages);
  }

  #halfClose(frame: HalfCloseFrame): void {
    const stream = this.#streamOf(frame, false);
    if (stream === undefined) return;
    const fault = endFault(stream) ?? countFault(stream, frame.messages);
    if (fault !== undefined) return this.#options.lifecycle.fail(stream, fault);
    stream.isReceiveEnded = true;
    this.#options.incoming.push(frame);
  }

  #cancel(frame: CancelFrame): void {
    const stream = this.#streamOf(frame, false);
    if (stream === undefined) return;
    this.#options.lifecycle.remove(stream, endedByCaller);
    this.#options.incoming.push(frame);
  }

  #credit(frame: CreditFrame): void {
    const { scheduler, table } = this.#options;
    if (frame.streamId === 0) return scheduler.grantConnection(frame.bytes);
    const stream = table.get(frame.streamId);
    if (stream === undefined) return;
    scheduler.grantStream(stream, frame.bytes, frame.messages);
  }

  /** The open stream that the frame is for, which only one of its sides sends such a frame on. */
  #streamOf(
    { streamId }: { readonly streamId: number },
    isLocal: boolean,
  ): StreamState | undefined {
    const stream = this.#options.table.get(streamId);
    if (stream === undefined || stream.isLocal === isLocal) return stream;
    this.#countRefused();
    return undefined;
  }

  #countRefused(): void {
    this.#refusedFrames++;
    if (this.#refusedFrames <= MAX_REFUSED_FRAMES) return;
    throw framingError(`More than ${MAX_REFUSED_FRAMES} frames had to be refused`);
  }
}

/** Refuses a call that no handler has seen. */
export function notExecuted(
  code: "UNAVAILABLE" | "RESOURCE_EXHAUSTED",
  text: string,
  retryDelayMs = 0,
): RpcError {
  return new RpcError(RpcStatus[code], text, {
    maybeExecuted: false,
    ...(code === "RESOURCE_EXHAUSTED"
      ? { details: [{ type: "google.rpc.RetryInfo", retryDelayMs }] }
      : {}),
  });
}

/** What is wrong when the requests of a stream end where they are. */
function endFault(stream: StreamState): RpcError | undefined {
  if (stream.isReceiveEnded) return new RpcError(RpcStatus.INTERNAL, "Requests ended twice");
  if (stream.partial === undefined) return undefined;
  return new RpcError(RpcStatus.INVALID_ARGUMENT, "Request stream closed mid-message");
}

/** What is wrong when the peer says that it sent so many messages. */
export function countFault(
  stream: Pick<StreamState, "receivedMessages">,
  sent: number | undefined,
): RpcError | undefined {
  if (sent === undefined || sent === stream.receivedMessages) return undefined;
  return new RpcError(
    RpcStatus.DATA_LOSS,
    `Messages were lost: ${stream.receivedMessages} came, ${sent} were sent`,
  );
}
