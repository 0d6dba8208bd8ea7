import type { PartialMessage, StreamState } from "./stream_state.ts";

/** There is room for so many of the largest messages beyond the windows (PROTOCOL.md, section 7). */
const LARGEST_MESSAGES = 16;

/**
 * Room for large messages beyond the windows: what they may take together, and which of those that
 * have not come whole may outgrow the window of their stream.
 *
 * Each that may has a place, which is the room of the largest; the others wait for one, in order. So
 * nobody waits for ever, as long as whole messages are read: all that have a place fit into the bound
 * together, and their streams are paid for whatever comes, so that only credit of the connection can
 * be missing. That is held by what passes the bound, which is no more than what has come for messages
 * without a place. While it is less than the window of the connection, those with a place go on, come
 * whole, are read, and their places are free for the next. When it is not, {@linkcode isStuck} says
 * so, and one of those without a place has to go.
 */
export class ReceivePlaces {
  readonly #maxMessageBytes: number;
  readonly #windowBytes: number;
  /** Most that messages may take beyond the windows. */
  readonly boundBytes: number;
  /** What messages that are not whole take. */
  #partialBytes = 0;
  /** What such messages took that are whole, and not read yet. */
  #unreadBytes = 0;
  /** How many messages have a place. */
  #taken = 0;
  /** Streams whose message has no place, in order; undefined until one had to wait. */
  #waiting: Set<StreamState> | undefined;

  /** Makes room for messages of a size, beyond a window of the connection. */
  constructor(limits: { maxMessageBytes: number; connectionWindowBytes: number }) {
    this.#maxMessageBytes = limits.maxMessageBytes;
    this.#windowBytes = limits.connectionWindowBytes;
    this.boundBytes = LARGEST_MESSAGES * limits.maxMessageBytes;
  }

  /** What messages take that were paid for early, or cost nothing. */
  get heldBytes(): number {
    return this.#partialBytes + this.#unreadBytes;
  }

  /** How much of it passes the bound: the window of the connection has to hold that. */
  get excessBytes(): number {
    return Math.max(0, this.heldBytes - this.boundBytes);
  }

  /** Whether nothing can go on, whatever is read. */
  get isStuck(): boolean {
    return this.#partialBytes - this.boundBytes >= this.#windowBytes;
  }

  /** Takes note of what has come for a message that is not whole. */
  add(partial: PartialMessage): void {
    this.#partialBytes += partial.bytes - partial.creditedBytes;
    partial.creditedBytes = partial.bytes;
  }

  /** Whether a message may outgrow the window of its stream; if not, it waits until it may. */
  ask(stream: StreamState, partial: PartialMessage): boolean {
    if (partial.hasPlace) return true;
    if (this.#waiting === undefined || this.#waiting.size === 0) {
      if (this.#isFree) return this.#give(partial);
    }
    (this.#waiting ??= new Set()).add(stream);
    return false;
  }

  /** The next stream that has waited, and whose message has a place now. */
  next(): StreamState | undefined {
    if (this.#waiting === undefined || this.#waiting.size === 0) return undefined;
    for (const stream of this.#waiting) {
      const { partial } = stream;
      if (partial !== undefined) {
        if (!this.#isFree) return undefined;
        this.#give(partial);
      }
      this.#waiting.delete(stream);
      return stream;
    }
    return undefined;
  }

  /** Takes the place of a message back, which has come whole or never will. */
  end(stream: StreamState, partial: PartialMessage, isWhole: boolean): void {
    this.#partialBytes -= partial.creditedBytes;
    if (isWhole) this.#unreadBytes += partial.creditedBytes;
    if (partial.hasPlace) this.#taken--;
    else this.#waiting?.delete(stream);
  }

  /** Takes note of bytes of a whole message that was read. */
  free(bytes: number): void {
    this.#unreadBytes -= bytes;
  }

  /** Whether there is a place for another message, however large. */
  get #isFree(): boolean {
    return (this.#taken + 1) * this.#maxMessageBytes + this.#unreadBytes <= this.boundBytes;
  }

  #give(partial: PartialMessage): true {
    partial.hasPlace = true;
    this.#taken++;
    return true;
  }
}
