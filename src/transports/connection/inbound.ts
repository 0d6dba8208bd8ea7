import { FrameError } from "../../protocol/frame_error.ts";
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
import { concatBytes } from "../../internal/bytes.ts";
import { CLOSE_PROTOCOL_ERROR } from "../../protocol/close_code.ts";
import type { ReceiveLedger } from "./receive_ledger.ts";
import type { SendScheduler } from "./send_scheduler.ts";
import type { StreamState } from "./stream_state.ts";
import type { StreamTable } from "./stream_table.ts";
import type { RpcMessageListener } from "../message.ts";

/** So many frames that had to be refused end the connection. */
const MAX_REFUSED_FRAMES = 256;

/** What the inbound half of a connection needs of the rest of it. */
export interface InboundOptions {
  readonly limits: RpcLimits;
  readonly table: StreamTable;
  readonly ledger: ReceiveLedger;
  readonly scheduler: SendScheduler;
  /** Takes what is meant for the layers above. */
  readonly deliver: RpcMessageListener;
  /** Makes the state of a stream that the peer opens. */
  readonly createStream: (id: number) => StreamState;
  /** Whether streams that the peer opens are refused, because this side goes away. */
  readonly isDraining: () => boolean;
  /** Ends a stream whose frames are wrong, on both sides. */
  readonly failStream: (stream: StreamState, error: RpcError) => void;
  /** Answers an opening that is not accepted. */
  readonly refuse: (streamId: number, error: RpcError) => void;
  /** Forgets a stream that ended. */
  readonly removeStream: (stream: StreamState, reason: RpcError) => void;
}

/**
 * Turns frames of streams into messages for the layers above: joins fragments, holds the limits and
 * the counts, and gives a wrong frame its answer at the smallest place.
 */
export class Inbound {
  readonly #options: InboundOptions;
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

  #open(frame: OpenFrame): void {
    const { table, limits } = this.#options;
    const { streamId } = frame;
    if (table.isLocalId(streamId) || streamId <= table.highestPeerId) {
      throw protocolError(`Stream ${streamId} cannot be opened: its id is not the peer's next`);
    }
    table.highestPeerId = streamId;
    const fault = this.#refusal(frame);
    if (fault !== undefined) return this.#options.refuse(streamId, fault);
    const stream = this.#options.createStream(streamId);
    table.add(stream);
    if (frame.message === undefined || !frame.more) {
      stream.isReceiveEnded = frame.end;
      if (frame.message !== undefined) stream.receivedMessages = 1;
      if (frame.message !== undefined && frame.message.length > limits.maxMessageBytes) {
        return this.#options.failStream(stream, tooLarge(frame.message.length, limits));
      }
      return this.#options.deliver(frame);
    }
    stream.endsAfterMessage = frame.end;
    stream.partial = {
      fragments: [frame.message],
      bytes: frame.message.length,
      // What comes in an opening frame is not charged.
      creditedBytes: frame.message.length,
      compressed: frame.compressed,
    };
    this.#options.deliver({ ...frame, message: undefined, more: false, end: false });
  }

  #refusal(frame: OpenFrame): RpcError | undefined {
    const { table, limits } = this.#options;
    if (frame.fault !== undefined) {
      this.#countRefused();
      return frame.fault;
    }
    if (this.#options.isDraining()) return notExecuted("UNAVAILABLE", "Server is shutting down");
    if (table.peerStreams < limits.maxStreams) return undefined;
    return notExecuted(
      "RESOURCE_EXHAUSTED",
      `Too many concurrent streams (max: ${limits.maxStreams})`,
    );
  }

  #message(frame: MessageFrame): void {
    const { ledger, table } = this.#options;
    if (!ledger.chargeConnection(frame.message.length)) {
      throw protocolError("Peer sent data beyond the window of the connection");
    }
    const stream = table.get(frame.streamId);
    if (stream === undefined) {
      ledger.oweConnection(frame.message.length);
      return this.#ignore(frame.streamId);
    }
    const first = stream.partial === undefined;
    if (stream.isReceiveEnded) {
      ledger.oweConnection(frame.message.length);
      return this.#fail(stream, "INTERNAL", "Message after the end of the stream");
    }
    const hadCredit = ledger.chargeStream(stream, frame.message.length, first);
    if (first && !frame.more) {
      if (hadCredit) return this.#deliverMessage(stream, frame);
      ledger.oweConnection(frame.message.length);
    } else {
      this.#addFragment(stream, frame);
    }
    if (!hadCredit) {
      this.#fail(stream, "RESOURCE_EXHAUSTED", "Peer sent data beyond the window of the stream");
    } else this.#checkPartial(stream, frame);
  }

  #addFragment(stream: StreamState, frame: MessageFrame): void {
    stream.partial ??= {
      fragments: [],
      bytes: 0,
      creditedBytes: 0,
      compressed: frame.compressed,
    };
    stream.partial.fragments.push(frame.message);
    stream.partial.bytes += frame.message.length;
  }

  #checkPartial(stream: StreamState, frame: MessageFrame): void {
    const partial = stream.partial;
    if (partial === undefined) return;
    const { limits, ledger } = this.#options;
    if (partial.bytes > limits.maxMessageBytes) {
      return this.#options.failStream(stream, tooLarge(partial.bytes, limits));
    }
    if (frame.more) return ledger.payForPartial(stream);
    stream.partial = undefined;
    stream.creditedBytes += partial.creditedBytes;
    this.#deliverMessage(stream, {
      kind: "message",
      streamId: stream.id,
      message: concatBytes(partial.fragments, partial.bytes),
      more: false,
      compressed: partial.compressed,
    });
    if (stream.endsAfterMessage) {
      stream.isReceiveEnded = true;
      this.#options.deliver({ kind: "halfClose", streamId: stream.id, messages: 1 });
    }
  }

  #deliverMessage(stream: StreamState, frame: MessageFrame): void {
    if (frame.message.length > this.#options.limits.maxMessageBytes) {
      this.#options.ledger.oweConnection(frame.message.length);
      return this.#options.failStream(stream, tooLarge(frame.message.length, this.#options.limits));
    }
    stream.receivedMessages++;
    stream.unreadMessages++;
    this.#options.deliver(frame);
  }

  #headers(frame: HeadersFrame): void {
    const stream = this.#localStream(frame.streamId);
    if (stream === undefined) return;
    if (frame.fault === undefined) return this.#options.deliver(frame);
    this.#countRefused();
    this.#options.failStream(stream, frame.fault);
  }

  #status(frame: StatusFrame): void {
    const stream = this.#localStream(frame.streamId);
    if (stream === undefined) return;
    if (frame.message !== undefined) stream.receivedMessages++;
    const ended = new RpcError(
      RpcStatus.CANCELLED,
      `Cannot send on stream ${stream.id}: the peer ended the call`,
    );
    const fault = this.#statusFault(stream, frame);
    this.#options.removeStream(stream, ended);
    this.#options.deliver(
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
    if (frame.fault !== undefined) return frame.fault;
    if (frame.message !== undefined && frame.message.length > limits.maxMessageBytes) {
      return tooLarge(frame.message.length, limits);
    }
    if (frame.code !== RpcStatus.OK) return undefined;
    if (stream.partial !== undefined) {
      return new RpcError(RpcStatus.DATA_LOSS, "Response ended within a message");
    }
    return countFault(stream, frame.messages);
  }

  #halfClose(frame: HalfCloseFrame): void {
    const stream = this.#peerStream(frame.streamId);
    if (stream === undefined) return;
    if (stream.isReceiveEnded) return this.#fail(stream, "INTERNAL", "Requests ended twice");
    if (stream.partial !== undefined) {
      return this.#fail(stream, "INVALID_ARGUMENT", "Request stream closed mid-message");
    }
    const fault = countFault(stream, frame.messages);
    if (fault !== undefined) return this.#options.failStream(stream, fault);
    stream.isReceiveEnded = true;
    this.#options.deliver(frame);
  }

  #cancel(frame: CancelFrame): void {
    const stream = this.#peerStream(frame.streamId);
    if (stream === undefined) return;
    const ended = new RpcError(
      RpcStatus.CANCELLED,
      `Cannot send on stream ${stream.id}: the caller gave the call up`,
    );
    this.#options.removeStream(stream, ended);
    this.#options.deliver(frame);
  }

  #credit(frame: CreditFrame): void {
    const { scheduler, table } = this.#options;
    if (frame.streamId === 0) return scheduler.grantConnection(frame.bytes);
    const stream = table.get(frame.streamId);
    if (stream === undefined) return this.#ignore(frame.streamId);
    scheduler.grantStream(stream, frame.bytes, frame.messages);
  }

  /** The open stream that this side opened; a frame for another one is ignored. */
  #localStream(streamId: number): StreamState | undefined {
    const stream = this.#options.table.get(streamId);
    if (stream?.isLocal) return stream;
    this.#ignore(streamId, stream);
    return undefined;
  }

  #peerStream(streamId: number): StreamState | undefined {
    const stream = this.#options.table.get(streamId);
    if (stream !== undefined && !stream.isLocal) return stream;
    this.#ignore(streamId, stream);
    return undefined;
  }

  /** Ignores a late frame; one that never had a place on its stream is counted as refused. */
  #ignore(streamId: number, stream?: StreamState): void {
    if (stream !== undefined || !this.#options.table.wasOpened(streamId)) this.#countRefused();
  }

  #countRefused(): void {
    this.#refusedFrames++;
    if (this.#refusedFrames <= MAX_REFUSED_FRAMES) return;
    throw protocolError(`More than ${MAX_REFUSED_FRAMES} frames had to be refused`);
  }

  #fail(
    stream: StreamState,
    code: "INTERNAL" | "RESOURCE_EXHAUSTED" | "INVALID_ARGUMENT",
    text: string,
  ): void {
    this.#options.failStream(stream, new RpcError(RpcStatus[code], text));
  }
}

/** Refuses a call that no handler has seen. */
export function notExecuted(code: "UNAVAILABLE" | "RESOURCE_EXHAUSTED", text: string): RpcError {
  return new RpcError(RpcStatus[code], text, {
    maybeExecuted: false,
    ...(code === "RESOURCE_EXHAUSTED"
      ? { details: [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }] }
      : {}),
  });
}

function countFault(stream: StreamState, sent: number | undefined): RpcError | undefined {
  if (sent === undefined || sent === stream.receivedMessages) return undefined;
  return new RpcError(
    RpcStatus.DATA_LOSS,
    `Messages were lost: ${stream.receivedMessages} came, ${sent} were sent`,
  );
}

function tooLarge(bytes: number, limits: RpcLimits): RpcError {
  return new RpcError(
    RpcStatus.RESOURCE_EXHAUSTED,
    `Received message larger than max (${bytes} vs. ${limits.maxMessageBytes})`,
  );
}

function protocolError(text: string): FrameError {
  return new FrameError(text, RpcStatus.INTERNAL, CLOSE_PROTOCOL_ERROR);
}
