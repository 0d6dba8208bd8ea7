import type { Deferred } from "../../internal/deferred.ts";
import { Fifo } from "../../internal/fifo.ts";
import type {
  HalfCloseFrame,
  HeadersFrame,
  MessageFrame,
  StatusFrame,
} from "../../protocol/frame.ts";

/** What waits to be sent on a stream. */
export interface WaitingFrame {
  readonly frame: MessageFrame<unknown> | HeadersFrame | HalfCloseFrame | StatusFrame<unknown>;
  /** Settles when the frame has left; undefined when nobody waits. */
  readonly done: Deferred<void> | undefined;
}

/** What a connection in memory knows of one open stream. */
export class MemoryStream {
  readonly id: number;
  /** Whether this side opened it. */
  readonly isLocal: boolean;
  /** How many frames the connection had sent when the opening was among them. */
  readonly openedAt: number;
  /** Messages that may be sent. */
  credit: number;
  readonly outbox: Fifo<WaitingFrame> = new Fifo();
  sentMessages = 0;
  isSendEnded = false;
  receivedMessages = 0;
  isReceiveEnded = false;
  /** Messages handed over and not yet released. */
  unreadMessages = 0;
  /** Messages to be returned with the next grant. */
  owedMessages = 0;

  constructor(id: number, options: { isLocal: boolean; credit: number; openedAt: number }) {
    this.id = id;
    this.isLocal = options.isLocal;
    this.credit = options.credit;
    this.openedAt = options.openedAt;
  }

  /** How much is in the outbox. */
  get waiting(): number {
    return this.outbox.length;
  }
}
