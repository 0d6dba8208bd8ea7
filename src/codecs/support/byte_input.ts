import { checkBytes, plainBytes } from "./plain_bytes.ts";

// A view of each message would cost more than its numbers.
const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/**
 * One message that is being decoded, and how far.
 *
 * Every read checks that the bytes are there. The fields are open for speed.
 */
export class ByteInput {
  /** The message; never a subclass, so that views of it are plain too. */
  readonly bytes: Uint8Array;
  /** Where the next byte is read. */
  position = 0;
  /** Whether a key was read that may not just be assigned to: properties go by `addProperty`. */
  hasOddKeys = false;

  #format: string;

  /**
   * @param bytes The message
   * @param format Its format, for error messages
   */
  constructor(bytes: Uint8Array, format: string) {
    this.bytes = plainBytes(checkBytes(bytes, "decode", format));
    this.#format = format;
  }

  /** Steps over `length` bytes and returns where they begin. */
  skip(length: number): number {
    const start = this.position;
    if (length > this.bytes.length - start) throw this.truncated(length);
    this.position = start + length;
    return start;
  }

  /** Reads one unsigned byte. */
  uint8(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw this.truncated(1);
    this.position++;
    return byte;
  }

  /** Reads two bytes, big-endian, without a sign. */
  uint16(): number {
    const at = this.skip(2);
    // `skip` has checked that the bytes are there.
    return (this.bytes[at] as number) << 8 | (this.bytes[at + 1] as number);
  }

  /** Reads four bytes, big-endian, without a sign. */
  uint32(): number {
    return this.int32() >>> 0;
  }

  /** Reads four bytes, big-endian, as two's complement. */
  int32(): number {
    return this.uint16() << 16 | this.uint16();
  }

  /** Reads a single-precision number. */
  float32(): number {
    scratch.setInt32(0, this.int32());
    return scratch.getFloat32(0);
  }

  /** Reads a double-precision number. */
  float64(): number {
    scratch.setInt32(0, this.int32());
    scratch.setInt32(4, this.int32());
    return scratch.getFloat64(0);
  }

  /**
   * Reads `length` bytes: as a view when they are at least half of the memory that they would keep
   * alive, otherwise as a copy.
   */
  binary(length: number): Uint8Array {
    const { bytes } = this;
    const start = this.skip(length);
    return length * 2 >= bytes.buffer.byteLength
      ? bytes.subarray(start, start + length)
      : bytes.slice(start, start + length);
  }

  /** Fails unless every byte has been read. */
  expectEnd(): void {
    const left = this.bytes.length - this.position;
    if (left > 0) {
      throw this.syntaxError(this.position, `${left} bytes after the value`, "none");
    }
  }

  /** The error for a message that ends too early. */
  truncated(needed: number): SyntaxError {
    const left = this.bytes.length - this.position;
    return this.syntaxError(this.position, `${left} bytes before the end`, `${needed} or more`);
  }

  /** The error for a malformed message. */
  syntaxError(position: number, found: string, expected: string): SyntaxError {
    return new SyntaxError(this.#words(position, found, expected));
  }

  /** The error for a message beyond a limit. */
  rangeError(position: number, found: string, expected: string): RangeError {
    return new RangeError(this.#words(position, found, expected));
  }

  #words(position: number, found: string, expected: string): string {
    return `Cannot decode ${this.#format} at byte ${position}: found ${found}, expected ${expected}`;
  }
}
