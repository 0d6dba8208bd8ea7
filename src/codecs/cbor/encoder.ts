import type { ByteArena } from "../support/byte_arena.ts";
import { type AnyObject, describe, hasToJson, isPlainObject } from "../support/objects.ts";
import { atIndex, atKey, tooDeep, Unrepresentable } from "../support/unrepresentable.ts";
import { putShortAscii, putUtf8 } from "../support/utf8_encode.ts";
import { ValueEncoder } from "../support/value_encoder.ts";
import { CborDouble } from "./cbor_double.ts";
import { sortKeys } from "./key_order.ts";

/** `Number.MAX_SAFE_INTEGER`. */
const MAX_SAFE = 0x1f_ffff_ffff_ffffn;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** Limits of an encoder and a decoder. */
export interface CborLimits {
  /** How many maps and arrays may be nested in each other. */
  readonly maxDepth: number;
  /** Whether integers that a number does not hold exactly pass, as `bigint`. */
  readonly bigints: boolean;
}

/** Makes what encodes values as CBOR. */
export function createCborEncoder({ maxDepth, bigints }: CborLimits): ValueEncoder {
  return new ValueEncoder("CBOR", (out, value) => writeValue(out, value, maxDepth, bigints));
}

// `depth` counts down: how many levels of containers may still open.
function writeValue(out: ByteArena, value: unknown, depth: number, bigints: boolean): void {
  switch (typeof value) {
    case "string":
      return writeString(out, value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? writeInteger(out, value)
        : writeDouble(out, value);
    case "boolean":
      return writeHead(out, 0xe0, value ? 21 : 20);
    case "object":
      if (value === null) return writeHead(out, 0xe0, 22);
      return writeObject(out, value, depth, bigints);
    case "bigint":
      return writeBigint(out, value, bigints);
    default:
      throw new Unrepresentable(describe(value), "CBOR data");
  }
}

// Writes a major type, already shifted, with its argument in the shortest form (RFC 8949, 3).
function writeHead(out: ByteArena, major: number, argument: number): void {
  out.reserve(9);
  const { bytes, view, position } = out;
  if (argument < 24) {
    bytes[position] = major | argument;
    out.position = position + 1;
  } else if (argument < 0x100) {
    bytes[position] = major | 24;
    bytes[position + 1] = argument;
    out.position = position + 2;
  } else if (argument < 0x10000) {
    bytes[position] = major | 25;
    view.setUint16(position + 1, argument);
    out.position = position + 3;
  } else if (argument < 2 ** 32) {
    bytes[position] = major | 26;
    view.setUint32(position + 1, argument);
    out.position = position + 5;
  } else {
    bytes[position] = major | 27;
    view.setUint32(position + 1, Math.floor(argument / 2 ** 32));
    view.setUint32(position + 5, argument % 2 ** 32);
    out.position = position + 9;
  }
}

function writeInteger(out: ByteArena, value: number): void {
  if (value < 0) writeHead(out, 0x20, -1 - value);
  else writeHead(out, 0x00, value);
}

function writeBigint(out: ByteArena, value: bigint, bigints: boolean): void {
  if (value >= -MAX_SAFE && value <= MAX_SAFE) return writeInteger(out, Number(value));
  const argument = value < 0n ? -1n - value : value;
  if (!bigints || argument > MAX_UINT64) {
    throw new Unrepresentable(
      "a bigint out of range",
      bigints ? "64 bits and a sign" : "2^53 - 1 or less on either side of 0",
    );
  }
  out.reserve(9);
  out.bytes[out.position] = value < 0n ? 0x3b : 0x1b;
  out.view.setBigUint64(out.position + 1, argument);
  out.position += 9;
}

function writeDouble(out: ByteArena, value: number): void {
  out.reserve(9);
  out.bytes[out.position] = 0xfb;
  // One NaN for all, whatever bits the engine keeps in this one.
  out.view.setFloat64(out.position + 1, value === value ? value : NaN);
  out.position += 9;
}

function writeString(out: ByteArena, text: string): void {
  if (text.length < 24 && putShortAscii(out, text, 0x60)) return;
  // Right for ASCII; other text moves up when its length needs a longer head.
  const gap = headBytes(text.length);
  const length = putUtf8(out, text, gap);
  const head = headBytes(length);
  const start = out.position + gap;
  if (head !== gap) out.bytes.copyWithin(out.position + head, start, start + length);
  writeHead(out, 0x60, length);
  out.position += length;
}

function headBytes(argument: number): number {
  return argument < 24 ? 1 : argument < 0x100 ? 2 : argument < 0x10000 ? 3 : 5;
}

function writeObject(out: ByteArena, value: object, depth: number, bigints: boolean): void {
  if (Array.isArray(value)) return writeArray(out, value, depth, bigints);
  if (isPlainObject(value) && !hasToJson(value)) return writeMap(out, value, depth, bigints);
  if (value instanceof CborDouble) return writeDouble(out, value.value);
  if (value instanceof ArrayBuffer) return writeBytes(out, new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return writeView(out, value, depth, bigints);
  if (!hasToJson(value) || (value instanceof Date && Number.isNaN(value.getTime()))) {
    throw new Unrepresentable(describe(value), "plain data or an object with toJSON");
  }
  if (depth === 0) throw tooDeep();
  writeValue(out, value.toJSON(), depth - 1, bigints);
}

function writeBytes(out: ByteArena, value: Uint8Array): void {
  writeHead(out, 0x40, value.length);
  out.reserve(value.length);
  out.bytes.set(value, out.position);
  out.position += value.length;
}

// What holds bytes goes as bytes, other typed arrays as arrays, of doubles if that is what they hold.
function writeView(out: ByteArena, view: ArrayBufferView, depth: number, bigints: boolean): void {
  if (view instanceof Uint8Array) return writeBytes(out, view);
  if (view instanceof Uint8ClampedArray || view instanceof DataView) {
    return writeBytes(out, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }
  // All views but DataView are typed arrays, of numbers or of bigints.
  const numbers = Array.from(view as unknown as ArrayLike<number | bigint>);
  const doubles = /Float\d+Array/.test(Object.prototype.toString.call(view));
  const items = doubles ? numbers.map((item) => new CborDouble(Number(item))) : numbers;
  writeArray(out, items, depth, bigints);
}

function writeArray(
  out: ByteArena,
  array: readonly unknown[],
  depth: number,
  bigints: boolean,
): void {
  if (depth === 0) throw tooDeep();
  const { length } = array;
  writeHead(out, 0x80, length);
  let index = 0;
  try {
    for (; index < length; index++) writeValue(out, array[index], depth - 1, bigints);
  } catch (thrown) {
    throw atIndex(thrown, index);
  }
}

function writeMap(out: ByteArena, object: AnyObject, depth: number, bigints: boolean): void {
  if (depth === 0) throw tooDeep();
  const keys = sortKeys(Object.keys(object));
  // A getter is asked once, so that the count and what follows it agree.
  const values = keys.map((key) => object[key]);
  writeHead(out, 0xa0, countDefined(values));
  let key = "";
  try {
    for (let index = 0; index < keys.length; index++) {
      if (values[index] === undefined) continue;
      // The loop stays within the array.
      key = keys[index] as string;
      writeString(out, key);
      writeValue(out, values[index], depth - 1, bigints);
    }
  } catch (thrown) {
    throw atKey(thrown, key);
  }
}

function countDefined(values: readonly unknown[]): number {
  let count = 0;
  for (const value of values) if (value !== undefined) count++;
  return count;
}
