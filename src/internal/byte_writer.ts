import { returnBuffer, takeBuffer } from "./buffer_pool.ts";
import { utf8Length, writeUtf8 } from "./utf8.ts";

/** Buffers grow up to this size to be shared by several takes; beyond it only for one large take. */
const MAX_SHARED_BYTES = 16 * 1024;
/** Below this length a loop beats `TypedArray.prototype.set`. */
const SHORT_BYTES = 24;
const EMPTY = new Uint8Array(0);

/** Number of bytes that {@linkcode ByteWriter.varint} writes for `value`. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  if (value < 2 ** 35) return 5;
  if (value < 2 ** 42) return 6;
  return value < 2 ** 49 ? 7 : 8;
}

/** Number of bytes that {@linkcode ByteWriter.chunk} writes for a chunk of so many. */
export function chunkLength(bytes: number): number {
  return varintLength(bytes) + bytes;
}

/**
 * A growing buffer that frames are written into, one after another.
 *
 * It grows by doubling, so the cost of writing is linear. `take` hands the bytes over and leaves
 * the writer empty; what was handed over is never written again, because a socket may still be
 * reading it. Later takes go on behind it in the same buffer while there is room, so a small take
 * costs a view and no memory of its own. Who is done with the bytes before the next write looks at
 * them with `peek` and calls `clear`: then the same memory serves again.
 */
export class ByteWriter {
  readonly #isPooled: boolean;
  #bytes: Uint8Array<ArrayBuffer>;
  /** How far the memory may be written: nowhere, while somebody else does. */
  #capacity: number;
  #isLent = false;
  #start = 0;
  #end = 0;

  /**
   * Makes an empty writer with room for `capacityBytes` before it first grows. One that is pooled
   * has no memory of its own: it borrows some with the first write, and gives it back with `clear`.
   */
  constructor(capacityBytes = 512, { isPooled = false }: { isPooled?: boolean } = {}) {
    this.#isPooled = isPooled;
    this.#bytes = isPooled ? EMPTY : new Uint8Array(capacityBytes);
    this.#capacity = this.#bytes.length;
  }

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#end >= this.#capacity) this.#grow(1);
    this.#bytes[this.#end++] = value;
  }

  /**
   * Writes an unsigned integer up to 2^53 - 1, seven bits a byte, lowest first (LEB128).
   *
   * @throws {RangeError} When `value` is negative, too large or not a number
   */
  varint(value: number): void {
    if (this.#end + 8 > this.#capacity) this.#grow(8);
    if (value < 0x80 && value >= 0) this.#bytes[this.#end++] = value;
    else this.#longVarint(value);
  }

  /** Writes bytes as they are. */
  bytes(value: Uint8Array): void {
    const { length } = value;
    if (this.#end + length > this.#capacity) this.#grow(length);
    if (length > SHORT_BYTES) this.#bytes.set(value, this.#end);
    else {
      const bytes = this.#bytes;
      const end = this.#end;
      for (let index = 0; index < length; index++) bytes[end + index] = value[index] ?? 0;
    }
    this.#end += length;
  }

  /** Writes text as UTF-8; `utf8Bytes` is its `utf8Length`. */
  text(value: string, utf8Bytes: number): void {
    if (this.#end + utf8Bytes > this.#capacity) this.#grow(utf8Bytes);
    writeUtf8(value, this.#bytes, this.#end);
    this.#end += utf8Bytes;
  }

  /** Writes how many bytes these are, and the bytes. */
  chunk(value: Uint8Array): void {
    this.varint(value.length);
    this.bytes(value);
  }

  /** Writes text as a chunk; `utf8Bytes` is its `utf8Length`. */
  textChunk(value: string, utf8Bytes: number = utf8Length(value)): void {
    this.varint(utf8Bytes);
    this.text(value, utf8Bytes);
  }

  /** Makes room for so many bytes, which the next writes then need not do. */
  reserve(bytes: number): void {
    if (this.#end + bytes > this.#capacity) this.#grow(bytes);
  }

  /** Index of the next byte in the memory that {@linkcode ByteWriter.lend} gives. */
  get end(): number {
    return this.#end;
  }

  /**
   * Lends memory, in which the borrower writes from `end` on, until {@linkcode ByteWriter.takeBack}.
   * What is written here meanwhile goes into other memory, with all that was there before.
   *
   * @param room How many bytes can be written at least
   */
  lend(room: number): Uint8Array<ArrayBuffer> {
    this.reserve(room);
    this.#isLent = true;
    this.#capacity = -1;
    return this.#bytes;
  }

  /**
   * Takes lent memory back, with so many bytes that the borrower has written.
   *
   * @returns False when something else was written meanwhile; nothing has been added then
   */
  takeBack(bytes: number): boolean {
    if (!this.#isLent) return false;
    this.#isLent = false;
    this.#capacity = this.#bytes.length;
    this.#end += bytes;
    return true;
  }

  /** Forgets everything after `length` bytes, to undo a frame that could not be written whole. */
  truncate(length: number): void {
    this.#end = this.#start + length;
  }

  /**
   * Hands over all bytes written so far; the writer is empty afterwards.
   *
   * @returns A view that is never written again. Its buffer may be larger, and shared with the
   *   bytes of other takes
   */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(this.#start, this.#end);
    if (this.#bytes.length > MAX_SHARED_BYTES) this.#reset();
    else this.#start = this.#end;
    return taken;
  }

  /** The bytes written so far, in memory that the writer goes on using. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Forgets all bytes, and with them what `peek` gave; the writer has no memory afterwards. */
  clear(): void {
    this.#giveBack();
    this.#reset();
  }

  #giveBack(): void {
    // A buffer that begins later has been handed over in part; one that is lent is still written.
    if (this.#isPooled && this.#start === 0 && !this.#isLent) returnBuffer(this.#bytes);
  }

  /** Begins without memory: what there was belongs to somebody else. */
  #reset(): void {
    this.#use(EMPTY, 0);
  }

  #longVarint(value: number): void {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`Cannot write integer: found ${value}, expected 0 to 2^53 - 1`);
    }
    const bytes = this.#bytes;
    let end = this.#end;
    let rest = value;
    while (rest > 0x7fffffff) {
      bytes[end++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[end++] = rest;
    this.#end = end;
  }

  #grow(needed: number): void {
    const { length } = this;
    const size = Math.max(this.#sharedBytes(), length * 2, length + needed);
    const grown = this.#isPooled ? takeBuffer(size) : new Uint8Array(size);
    if (length > 0) grown.set(this.#bytes.subarray(this.#start, this.#end));
    this.#giveBack();
    this.#use(grown, length);
  }

  #use(bytes: Uint8Array<ArrayBuffer>, length: number): void {
    this.#bytes = bytes;
    this.#capacity = bytes.length;
    this.#isLent = false;
    this.#start = 0;
    this.#end = length;
  }

  /** The next size of a buffer that several takes share. */
  #sharedBytes(): number {
    // The pool has sizes of its own, of which the least will do.
    if (this.#bytes === EMPTY) return this.#isPooled ? 0 : MAX_SHARED_BYTES;
    return Math.min(this.#bytes.length * 2, MAX_SHARED_BYTES);
  }
}
