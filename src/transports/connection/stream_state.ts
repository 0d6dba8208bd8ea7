import type { Deferred } from "../../internal/deferred.ts";
import { Fifo } from "../../internal/fifo.ts";
import type { HalfCloseFrame, HeadersFrame, StatusFrame } from "../../protocol/frame.ts";
import type { RpcDeflation } from "../compression.ts";
import type { Fragments } from "./fragments.ts";

/** A message that is on its way out, perhaps in part. */
export interface OutboundMessage {
  readonly kind: "outbound";
  message: Uint8Array;
  /** Whether `message` is compressed. */
  compressed: boolean;
  /** Makes `message` smaller before it may go; undefined when nothing does, or when it is done. */
  deflation: RpcDeflation | undefined;
  /** Credit of the connection that was set aside for it. */
  reservedBytes: number;
  /** Bytes of it that have been written. */
  offset: number;
  /** Settles when the last of it has been written; undefined when nobody waits. */
  readonly done: Deferred<void> | undefined;
}

/** A frame that costs no credit. */
export type OutboundFrame = HeadersFrame | HalfCloseFrame | StatusFrame;

/** A status whose message is being compressed, or was. */
export interface OutboundStatus {
  readonly kind: "outboundStatus";
  status: StatusFrame;
  /** As in {@linkcode OutboundMessage}. */
  deflation: RpcDeflation | undefined;
}

/** What waits to be sent on a stream, in order. */
export type Outbound = OutboundMessage | OutboundStatus | OutboundFrame;

/** Fragments of a message that has not come whole. */
export interface PartialMessage {
  readonly fragments: Fragments;
  bytes: number;
  /** Bytes of it that count among those that are paid to the connection before they are consumed. */
  creditedBytes: number;
  /** Bytes of it that were paid to the stream. */
  paidBytes: number;
  /** Whether it may outgrow the window of its stream. */
  hasPlace: boolean;
  readonly compressed: boolean;
}

/** The windows that streams begin with. */
export interface StreamWindows {
  /** Bytes and messages that this side may send. */
  readonly sendBytes: number;
  readonly sendMessages: number;
  /** Bytes and messages that the peer may send. */
  readonly windowBytes: number;
  readonly windowMessages: number;
}

/** What is to be known of a stream that more is sent on than its opening or its status. */
export class SendHalf {
  /** Bytes that may be sent; below zero after the last admitted frame overshot. */
  bytes: number;
  /** Messages that may be begun. */
  messages: number;
  readonly outbox: Fifo<Outbound> = new Fifo();
  /** Bytes of messages in the outbox. */
  waitingBytes = 0;

  constructor({ sendBytes, sendMessages }: StreamWindows) {
    this.bytes = sendBytes;
    this.messages = sendMessages;
  }
}

/** What is to be known of a stream that more comes on than its opening or its status. */
export class ReceiveHalf {
  partial: PartialMessage | undefined;
  /** Bytes and messages that the peer may still send. */
  windowBytes: number;
  windowMessages: number;
  /** How many times larger than announced its window has become. */
  windowScale = 1;
  /** Those of the unread messages that came in one frame, and for whose frame credit is still owed. */
  unreadFrames = 0;
  /** Bytes of unread messages that were paid before they were whole, to the connection and here. */
  creditedBytes = 0;
  paidBytes = 0;
  /** Credit to be returned with the next grant. */
  owedBytes = 0;
  owedMessages = 0;

  constructor({ windowBytes, windowMessages }: StreamWindows) {
    this.windowBytes = windowBytes;
    this.windowMessages = windowMessages;
  }
}

/**
 * What a connection knows of one open stream; it is forgotten when the stream ends.
 *
 * It is small, as every call makes one: what a unary call does without is made when it is needed.
 */
export class StreamState {
  readonly id: number;
  /** Whether this side opened it. */
  readonly isLocal: boolean;
  readonly #windows: StreamWindows;
  #sending: SendHalf | undefined;
  #receiving: ReceiveHalf | undefined;
  /** The writer's batch that the opening frame went into. */
  openedInBatch = 0;
  sentMessages = 0;
  isSendEnded = false;
  receivedMessages = 0;
  isReceiveEnded = false;
  /** The opening said that its message, which comes in fragments, is the only one. */
  endsAfterMessage = false;
  /** Whole messages handed over and not yet released. */
  unreadMessages = 0;

  constructor(id: number, isLocal: boolean, windows: StreamWindows) {
    this.id = id;
    this.isLocal = isLocal;
    this.#windows = windows;
  }

  /** Credit to send, and what waits to be sent. */
  get sending(): SendHalf {
    return this.#sending ??= new SendHalf(this.#windows);
  }

  /** Credit of the peer, and what of a message has come. */
  get receiving(): ReceiveHalf {
    return this.#receiving ??= new ReceiveHalf(this.#windows);
  }

  /** How much is in the outbox. */
  get waiting(): number {
    return this.#sending === undefined ? 0 : this.#sending.outbox.length;
  }

  /** Bytes of messages in the outbox. */
  get waitingBytes(): number {
    return this.#sending === undefined ? 0 : this.#sending.waitingBytes;
  }

  /** The message of which not all has come. */
  get partial(): PartialMessage | undefined {
    return this.#receiving?.partial;
  }
}
