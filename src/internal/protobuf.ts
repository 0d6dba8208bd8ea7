import { ByteWriter } from "./byte_writer.ts";
import { readUtf8 } from "./utf8.ts";

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/**
 * The fields of one Protocol Buffers message; fixed fields, which no message here has, are skipped.
 * A field of another kind than the one that is asked for is as good as not there.
 */
export class ProtobufReader {
  readonly #fields: (readonly [number, bigint | Uint8Array])[] = [];

  /**
   * Reads all fields.
   *
   * @throws {RangeError} When the bytes are not a message
   */
  constructor(message: Uint8Array) {
    const cursor = { bytes: message, position: 0 };
    while (cursor.position < message.length) {
      const tag = Number(readVarint(cursor));
      const number = Math.floor(tag / 8);
      if (number === 0 || number > 0x1fffffff) throw malformed();
      const type = tag % 8;
      if (type === VARINT) this.#fields.push([number, BigInt.asIntN(64, readVarint(cursor))]);
      else if (type === BYTES) {
        this.#fields.push([number, skip(cursor, Number(readVarint(cursor)))]);
      } else if (type === FIXED_64) skip(cursor, 8);
      else if (type === FIXED_32) skip(cursor, 4);
      else throw malformed();
    }
  }

  /** The last integer of this number; 0 without one. */
  integer(number: number): bigint {
    let last = 0n;
    for (const [key, value] of this.#fields) {
      if (key === number && typeof value === "bigint") last = value;
    }
    return last;
  }

  /** All texts, bytes or messages of this number, in order. */
  bytes(number: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (const [key, value] of this.#fields) {
      if (key === number && typeof value !== "bigint") found.push(value);
    }
    return found;
  }

  /** All texts of this number, in order; what is not UTF-8 becomes U+FFFD. */
  texts(number: number): string[] {
    return this.bytes(number).map(toText);
  }

  /** The last text of this number; empty without one. */
  text(number: number): string {
    return this.texts(number).at(-1) ?? "";
  }

  /** All messages of this number, in order. */
  messages(number: number): ProtobufReader[] {
    return this.bytes(number).map((message) => new ProtobufReader(message));
  }

  /** The first two texts of each message of this number, in order. */
  pairs(number: number): [string, string][] {
    return this.messages(number).map((pair) => [pair.text(1), pair.text(2)]);
  }
}

function toText(bytes: Uint8Array): string {
  return readUtf8(bytes, 0, bytes.length);
}

/** Writes Protocol Buffers messages; fields with the empty value are left out, as in proto3. */
export class ProtobufWriter {
  readonly #out = new ByteWriter(64);

  /** Writes an integer from 0 to 2^53 - 1. */
  integer(number: number, value: number): this {
    if (value === 0) return this;
    this.#out.varint(number * 8 + VARINT);
    this.#out.varint(value);
    return this;
  }

  /** Writes a text. */
  text(number: number, value: string): this {
    return value === "" ? this : this.repeatedText(number, value);
  }

  /** Writes one text of a list, where an empty one counts. */
  repeatedText(number: number, value: string): this {
    this.#out.varint(number * 8 + BYTES);
    this.#out.textChunk(value);
    return this;
  }

  /** Writes a message, also when empty. */
  message(number: number, message: ProtobufWriter): this {
    this.#out.varint(number * 8 + BYTES);
    this.#out.chunk(message.finish());
    return this;
  }

  /** Writes a message of two texts. */
  pair(number: number, first: string, second: string): this {
    return this.message(number, new ProtobufWriter().text(1, first).text(2, second));
  }

  /** The message written so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#out.take();
  }
}

interface Cursor {
  readonly bytes: Uint8Array;
  position: number;
}

function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.position++];
    if (byte === undefined) throw malformed();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw malformed();
}

function skip(cursor: Cursor, length: number): Uint8Array {
  const start = cursor.position;
  if (length > cursor.bytes.length - start) throw malformed();
  cursor.position = start + length;
  return cursor.bytes.subarray(start, cursor.position);
}

function malformed(): RangeError {
  return new RangeError("Cannot read Protocol Buffers message: the bytes are not one");
}
