import { HEADROOM_BYTES, markHeadroom } from "../../internal/headroom.ts";
import { keepLargeMemory, takeLargeMemory } from "../../internal/large_memory.ts";

const ARENA_BYTES = 32768;
// A message up to this size that does not fit what is left of the arena begins a new one.
const SHARED_BYTES = 8192;

/**
 * Memory that messages are encoded into, one behind another.
 *
 * What {@linkcode ByteArena.take} hands out is a view that is never written again, so it belongs to
 * whoever took it, at the price of sharing its `buffer` with its neighbours. A large message gets
 * memory of its own, with room for a head in front of it. The fields are open for speed: a writer
 * calls `reserve`, stores into `bytes` at `position`, and moves `position` on. A message may also be
 * begun in memory of somebody else, which it leaves when there is no room for it.
 */
export class ByteArena {
  /** The memory at hand. Another one after `reserve`. */
  bytes: Uint8Array<ArrayBuffer>;
  /** A view of the same memory. */
  view: DataView<ArrayBuffer>;
  /** Where the next byte goes. Counts from elsewhere after `reserve`; `length` does not. */
  position = 0;

  #start = 0;
  // The shared memory, while a large message occupies `bytes`.
  #shared: ByteArenaMark | undefined;

  /** Makes an empty arena, which has memory of its own unless it is given some. */
  constructor(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(ARENA_BYTES)) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  /** Begins a message in memory of somebody else. It stands there while `bytes` is that. */
  place(bytes: Uint8Array<ArrayBuffer>, position: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      // It begins where its buffer does, as all memory that is lent.
      this.view = new DataView(bytes.buffer);
    }
    this.#start = position;
    this.position = position;
  }

  /** Bytes of the message written so far. */
  get length(): number {
    return this.position - this.#start;
  }

  /** Index in `bytes` of the byte that was written when `length` was `length`. */
  at(length: number): number {
    return this.#start + length;
  }

  /** Makes room for `needed` more bytes; call it before every store, a detached buffer has none. */
  reserve(needed: number): void {
    if (this.position + needed > this.bytes.length) this.#grow(needed);
  }

  /** Hands over the message and begins the next one. */
  take(): Uint8Array<ArrayBuffer> {
    const { bytes, position } = this;
    const message = bytes.subarray(this.#start, position);
    this.#start = position;
    if (this.#shared === undefined) return message;
    this.#restore(this.#shared);
    // Unused memory would be held as long as the message is.
    const isWasteful = bytes.length - message.length > message.length >> 2;
    if (!isWasteful) return markHeadroom(message);
    const copy = message.slice();
    keepLargeMemory(bytes);
    return copy;
  }

  /** Forgets the message that was begun. */
  discard(): void {
    if (this.#shared === undefined) this.position = this.#start;
    else {
      keepLargeMemory(this.bytes);
      this.#restore(this.#shared);
    }
  }

  #grow(needed: number): void {
    const length = this.length;
    const total = length + needed;
    const shared = total <= SHARED_BYTES && this.#shared === undefined;
    const start = shared ? 0 : HEADROOM_BYTES;
    const grown = shared
      ? new Uint8Array(ARENA_BYTES)
      : takeLargeMemory(start + roomFor(length, needed));
    if (length > 0) grown.set(this.bytes.subarray(this.#start, this.position), start);
    if (this.#shared !== undefined) keepLargeMemory(this.bytes);
    else if (!shared) this.#shared = { bytes: this.bytes, view: this.view, start: this.#start };
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    this.#start = start;
    this.position = start + length;
  }

  #restore(mark: ByteArenaMark): void {
    this.bytes = mark.bytes;
    this.view = mark.view;
    this.#start = mark.start;
    this.position = mark.start;
    this.#shared = undefined;
  }
}

interface ByteArenaMark {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  readonly start: number;
}

// Doubling keeps growth linear; one large piece, which is known, gets little more than it needs.
function roomFor(length: number, needed: number): number {
  return Math.max(SHARED_BYTES * 2, length * 2, length + needed + 1024);
}
