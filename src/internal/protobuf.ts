import { ByteWriter } from "./byte_writer.ts";
import { readUtf8, utf8Length } from "./utf8.ts";

/** A field that was read: a number for an integer, bytes for a text, bytes or message. */
export type ProtobufField =
  | { readonly number: number; readonly kind: "integer"; readonly value: bigint }
  | { readonly number: number; readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly number: number; readonly kind: "other" };

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/**
 * Reads the fields of one Protocol Buffers message, in order.
 *
 * @throws {RangeError} When the bytes are not a message; fields before that were yielded
 */
export function* readProtobuf(bytes: Uint8Array): Generator<ProtobufField, void> {
  const cursor = { bytes, position: 0 };
  while (cursor.position < bytes.length) {
    const tag = Number(readVarint(cursor));
    const number = Math.floor(tag / 8);
    if (number === 0 || number > 0x1fffffff) throw malformed();
    const type = tag % 8;
    if (type === VARINT) {
      yield { number, kind: "integer", value: BigInt.asIntN(64, readVarint(cursor)) };
    } else if (type === BYTES) {
      yield { number, kind: "bytes", value: skip(cursor, Number(readVarint(cursor))) };
    } else if (type === FIXED_64 || type === FIXED_32) {
      skip(cursor, type === FIXED_64 ? 8 : 4);
      yield { number, kind: "other" };
    } else throw malformed();
  }
}

/** The text in a field; what is not UTF-8 becomes U+FFFD. */
export function protobufText(value: Uint8Array): string {
  return readUtf8(value, 0, value.length);
}

/** Writes Protocol Buffers messages; fields with the empty value are left out, as in proto3. */
export class ProtobufWriter {
  readonly #out = new ByteWriter(64);

  /** Writes an integer of any sign. */
  integer(number: number, value: bigint): this {
    if (value === 0n) return this;
    this.#out.varint(number * 8 + VARINT);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#out.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#out.byte(Number(rest));
    return this;
  }

  /** Writes a text. */
  text(number: number, value: string): this {
    return value === "" ? this : this.repeatedText(number, value);
  }

  /** Writes one text of a list, where an empty one counts. */
  repeatedText(number: number, value: string): this {
    const length = utf8Length(value);
    this.#out.varint(number * 8 + BYTES);
    this.#out.varint(length);
    this.#out.text(value, length);
    return this;
  }

  /** Writes a message, or bytes, also when empty. */
  bytes(number: number, value: Uint8Array): this {
    this.#out.varint(number * 8 + BYTES);
    this.#out.varint(value.length);
    this.#out.bytes(value);
    return this;
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
