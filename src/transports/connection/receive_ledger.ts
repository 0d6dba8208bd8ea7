import type { RpcLimits } from "../../protocol/limits.ts";
import type { StreamState } from "./stream_state.ts";

/** Sends a grant; stream 0 is the connection. */
export type SendCredit = (streamId: number, bytes: number, messages: number) => void;

/**
 * Counts what the peer may still send, and returns credit as messages are consumed.
 *
 * Credit goes back when half of a window is owed, so grants are rare. Fragments of a message that
 * is not whole yet are paid for at once as long as nothing unread waits on their stream: a message
 * larger than the window then comes through, and a stalled reader still holds no more than its
 * window and one message.
 */
export class ReceiveLedger {
  readonly #limits: RpcLimits;
  readonly #sendCredit: SendCredit;
  #connectionWindow: number;
  #connectionOwed = 0;

  constructor(limits: RpcLimits, options: { windowBytes: number; sendCredit: SendCredit }) {
    this.#limits = limits;
    this.#sendCredit = options.sendCredit;
    this.#connectionWindow = options.windowBytes;
  }

  /** Charges bytes that came to the connection; false when the peer had no credit for them. */
  chargeConnection(bytes: number): boolean {
    const hadCredit = this.#connectionWindow > 0;
    this.#connectionWindow -= bytes;
    return hadCredit;
  }

  /** Charges a fragment to its stream; false when the peer had no credit for it. */
  chargeStream(stream: StreamState, bytes: number, first: boolean): boolean {
    const hadCredit = stream.windowBytes > 0 && (!first || stream.windowMessages > 0);
    stream.windowBytes -= bytes;
    if (first) stream.windowMessages--;
    return hadCredit;
  }

  /** Pays for fragments of a message that is not whole yet, when nothing unread is before it. */
  payForPartial(stream: StreamState): void {
    const partial = stream.partial;
    if (partial === undefined || stream.unreadMessages > 0) return;
    const bytes = partial.bytes - partial.creditedBytes;
    partial.creditedBytes = partial.bytes;
    this.#owe(stream, bytes, 0);
  }

  /** Pays for a message that was consumed; when none is unread, nothing was. */
  release(stream: StreamState, bytes: number): void {
    if (stream.unreadMessages === 0) return;
    const credited = Math.min(bytes, stream.creditedBytes);
    stream.creditedBytes -= credited;
    stream.unreadMessages--;
    this.#owe(stream, bytes - credited, 1);
    this.payForPartial(stream);
  }

  /** Pays the connection for the part of a message that will never be whole. */
  dropPartial(stream: StreamState): void {
    const partial = stream.partial;
    if (partial === undefined) return;
    stream.partial = undefined;
    this.oweConnection(partial.bytes - partial.creditedBytes);
  }

  /** Pays the connection for bytes that no stream wants. */
  oweConnection(bytes: number): void {
    this.#connectionOwed += bytes;
    if (this.#connectionOwed * 2 < this.#limits.connectionWindowBytes) return;
    this.#sendCredit(0, this.#connectionOwed, 0);
    this.#connectionWindow += this.#connectionOwed;
    this.#connectionOwed = 0;
  }

  #owe(stream: StreamState, bytes: number, messages: number): void {
    this.oweConnection(bytes);
    stream.owedBytes += bytes;
    stream.owedMessages += messages;
    const isDue = stream.owedBytes * 2 >= this.#limits.streamWindowBytes ||
      stream.owedMessages * 2 >= this.#limits.streamWindowMessages;
    if (!isDue || stream.isReceiveEnded) return;
    this.#sendCredit(stream.id, stream.owedBytes, stream.owedMessages);
    stream.windowBytes += stream.owedBytes;
    stream.windowMessages += stream.owedMessages;
    stream.owedBytes = 0;
    stream.owedMessages = 0;
  }
}
