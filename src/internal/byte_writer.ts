/**
 * A growing buffer that frames are written into, one after another.
 *
 * It grows by doubling, so the cost of writing is linear. `take` hands the bytes over and leaves
 * the writer empty; the memory is not reused, because a socket may still be reading it.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** Makes an empty writer with room for `capacityBytes` before it first grows. */
  constructor(capacityBytes = 512) {
    this.#bytes = new Uint8Array(capacityBytes);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes an unsigned integer up to 2^53 - 1, seven bits a byte, lowest first (LEB128). */
  varint(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    const bytes = this.#bytes;
    let rest = value;
    while (rest > 0x7fffffff) {
      bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#length++] = rest;
  }

  /** Writes bytes as they are. */
  bytes(value: Uint8Array): void {
    if (this.#length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Forgets everything after `length` bytes, to undo a frame that could not be written whole. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Hands over all bytes written so far; the writer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(Math.max(512, Math.min(this.#bytes.length, 65536)));
    this.#length = 0;
    return taken;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + needed));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
