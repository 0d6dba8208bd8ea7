import { readUtf8 } from "../../internal/utf8.ts";
import { type FrameError, framingError } from "../frame_error.ts";

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);

/**
 * A place in a batch, and the end of what may be read: the batch, a frame, or a part of a frame.
 *
 * One reader serves all connections, as they read one after another. Every method throws a
 * {@linkcode FrameError} that names the frame and the field when the bytes end too early.
 */
export class FrameReader {
  /** The batch; empty between batches. */
  bytes: Uint8Array = NO_BYTES;
  /** Where the next byte is read. */
  position = 0;
  /** Where the part that is being read ends. */
  end = 0;
  /** Name of the frame, for errors. */
  frame = "";

  /** Begins with a new batch. */
  open(batch: Uint8Array): void {
    // A subclass, such as the Buffer that Bun may hand over, has a `slice` that does not copy.
    this.bytes = batch.constructor === Uint8Array
      ? batch
      : new Uint8Array(batch.buffer, batch.byteOffset, batch.length);
    this.position = 0;
    this.end = batch.length;
  }

  /** Ends with the batch, and keeps nothing of it. */
  close(): void {
    this.bytes = NO_BYTES;
  }

  /** Reads one byte. */
  byte(field: string): number {
    if (this.position >= this.end) throw this.cut(field);
    // The line above holds the position below the length.
    return this.bytes[this.position++] as number;
  }

  /** Reads an unsigned integer in its shortest form. */
  varint(field: string): number {
    const byte = this.byte(field);
    return byte < 0x80 ? byte : this.#longVarint(byte - 0x80, field);
  }

  /** Reads a length and moves past so many bytes; returns where they begin. */
  chunk(field: string): number {
    const length = this.varint(field);
    const start = this.position;
    if (length > this.end - start) throw this.cut(field);
    this.position = start + length;
    return start;
  }

  /** Reads a length and so many bytes of text. */
  text(field: string): string {
    const start = this.chunk(field);
    return readUtf8(this.bytes, start, this.position);
  }

  /** Reads all that is left as text, of which at most `maxBytes` count. */
  restAsText(maxBytes: number): string {
    const start = this.position;
    this.position = this.end;
    return readUtf8(this.bytes, start, Math.min(this.end, start + maxBytes));
  }

  /** All that is left, as a view of the batch. */
  rest(): Uint8Array {
    const start = this.position;
    this.position = this.end;
    return this.bytes.subarray(start, this.end);
  }

  /** Holds that everything has been read. */
  finish(what: string): void {
    if (this.position !== this.end) {
      throw this.wrong(`${this.end - this.position} bytes are left after ${what}`);
    }
  }

  /** The error for a field that ends too early. */
  cut(field: string): FrameError {
    return this.wrong(`${field} is cut off`);
  }

  /** The error for a frame that is wrong. */
  wrong(why: string): FrameError {
    return framingError(`Cannot decode ${this.frame}: ${why}`);
  }

  #longVarint(first: number, field: string): number {
    let value = first;
    let scale = 0x80;
    for (let count = 2; count <= 8; count++) {
      const byte = this.byte(field);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0) throw this.wrong(`${field} is not in its shortest form`);
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 0x80;
    }
    throw this.wrong(`${field} is above 2^53 - 1`);
  }
}

/** Stands for the reader of who reads nothing. */
export const NO_BATCH: FrameReader = /* @__PURE__ */ new FrameReader();

let idle: FrameReader | undefined;

/** The reader that all share; another one for who reads while somebody does. */
export function takeReader(): FrameReader {
  const reader = idle ?? new FrameReader();
  idle = undefined;
  return reader;
}

/** Gives a reader back, with nothing in it. */
export function returnReader(reader: FrameReader): void {
  reader.close();
  idle = reader;
}
