import type { ByteArena } from "../support/byte_arena.ts";
import { type AnyObject, describe, hasToJson, isPlainObject } from "../support/objects.ts";
import { atIndex, atKey, tooDeep, Unrepresentable } from "../support/unrepresentable.ts";
import { putShortAscii, putUtf8 } from "../support/utf8_encode.ts";
import { ValueEncoder } from "../support/value_encoder.ts";
import { writeBigint, writeMemory, writeTimestamp } from "./encode_extension.ts";
import { EXTENSION } from "./extensions.ts";

/**
 * Makes what encodes values as MessagePack.
 *
 * @param maxDepth How many containers may be nested in each other
 */
export function createMessagePackEncoder(maxDepth: number): ValueEncoder {
  return new ValueEncoder("MessagePack", (out, value) => writeValue(out, value, maxDepth));
}

// `depth` counts down: how many levels of containers may still open.
function writeValue(out: ByteArena, value: unknown, depth: number): void {
  switch (typeof value) {
    case "string":
      return writeString(out, value);
    case "number":
      return writeNumber(out, value);
    case "boolean":
      return writeByte(out, value ? 0xc3 : 0xc2);
    case "object":
      return value === null ? writeByte(out, 0xc0) : writeObject(out, value, depth);
    case "undefined":
      out.reserve(3);
      out.bytes[out.position++] = 0xd4;
      out.bytes[out.position++] = EXTENSION.undefined;
      out.bytes[out.position++] = 0;
      return;
    case "bigint":
      return writeBigint(out, value);
    default:
      throw new Unrepresentable(describe(value), "data");
  }
}

function writeByte(out: ByteArena, byte: number): void {
  out.reserve(1);
  out.bytes[out.position++] = byte;
}

function writeNumber(out: ByteArena, value: number): void {
  out.reserve(9);
  const { bytes, position } = out;
  const int = value | 0;
  if (int !== value || (int === 0 && 1 / value < 0)) return writeWideNumber(out, value);
  if (int >= -32 && int < 0x80) {
    bytes[position] = int;
    out.position = position + 1;
  } else if (int >= 0 ? int < 0x100 : int >= -0x80) {
    bytes[position] = int < 0 ? 0xd0 : 0xcc;
    bytes[position + 1] = int;
    out.position = position + 2;
  } else if (int >= 0 ? int < 0x10000 : int >= -0x8000) {
    bytes[position] = int < 0 ? 0xd1 : 0xcd;
    bytes[position + 1] = int >> 8;
    bytes[position + 2] = int;
    out.position = position + 3;
  } else {
    bytes[position] = int < 0 ? 0xd2 : 0xce;
    bytes[position + 1] = int >> 24;
    bytes[position + 2] = int >> 16;
    bytes[position + 3] = int >> 8;
    bytes[position + 4] = int;
    out.position = position + 5;
  }
}

// Fractions, -0, NaN, infinities, and integers of more than 32 bits with a sign.
function writeWideNumber(out: ByteArena, value: number): void {
  const { bytes, view, position } = out;
  if (!Number.isSafeInteger(value) || value === 0) {
    bytes[position] = 0xcb;
    // One NaN for all, whatever bits the engine keeps in this one.
    view.setFloat64(position + 1, value === value ? value : NaN);
    out.position = position + 9;
  } else if (value >= 0 && value < 2 ** 32) {
    bytes[position] = 0xce;
    view.setUint32(position + 1, value);
    out.position = position + 5;
  } else {
    bytes[position] = value < 0 ? 0xd3 : 0xcf;
    view.setInt32(position + 1, Math.floor(value / 2 ** 32));
    view.setInt32(position + 5, value | 0);
    out.position = position + 9;
  }
}

function writeString(out: ByteArena, text: string): void {
  if (text.length > 31 || !putShortAscii(out, text, 0xa0)) writeLongString(out, text);
}

function writeLongString(out: ByteArena, text: string): void {
  // Right for ASCII; other text moves up when its length needs a longer head.
  const gap = stringHeadBytes(text.length);
  const length = putUtf8(out, text, gap);
  const head = stringHeadBytes(length);
  const { bytes, position } = out;
  if (head !== gap) bytes.copyWithin(position + head, position + gap, position + gap + length);
  if (head === 1) bytes[position] = 0xa0 | length;
  else if (head === 2) {
    bytes[position] = 0xd9;
    bytes[position + 1] = length;
  } else if (head === 3) {
    bytes[position] = 0xda;
    out.view.setUint16(position + 1, length);
  } else {
    bytes[position] = 0xdb;
    out.view.setUint32(position + 1, length);
  }
  out.position = position + head + length;
}

function stringHeadBytes(length: number): number {
  return length < 32 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
}

function writeObject(out: ByteArena, value: object, depth: number): void {
  if (Array.isArray(value)) return writeArray(out, value, depth);
  if (isPlainObject(value)) {
    return hasToJson(value) ? writeToJson(out, value, depth) : writeMap(out, value, depth);
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return writeMemory(out, value);
  if (value instanceof Date) return writeTimestamp(out, value);
  if (value instanceof Map) return writeMapExtension(out, value, depth);
  if (value instanceof Set) return writeSetExtension(out, value, depth);
  if (hasToJson(value)) return writeToJson(out, value, depth);
  throw new Unrepresentable(describe(value), "plain data or an object with toJSON");
}

function writeToJson(out: ByteArena, value: { toJSON(): unknown }, depth: number): void {
  if (depth === 0) throw tooDeep();
  writeValue(out, value.toJSON(), depth - 1);
}

function writeArray(out: ByteArena, array: readonly unknown[], depth: number): void {
  if (depth === 0) throw tooDeep();
  const { length } = array;
  writeHead(out, 0x90, length);
  let index = 0;
  try {
    for (; index < length; index++) writeValue(out, array[index], depth - 1);
  } catch (thrown) {
    throw atIndex(thrown, index);
  }
}

// Writes the head of an array (0x90) or of a map (0x80).
function writeHead(out: ByteArena, fixed: 0x80 | 0x90, count: number): void {
  out.reserve(5);
  const { bytes, position } = out;
  if (count < 16) {
    bytes[position] = fixed | count;
    out.position = position + 1;
  } else if (count < 0x10000) {
    bytes[position] = fixed === 0x90 ? 0xdc : 0xde;
    out.view.setUint16(position + 1, count);
    out.position = position + 3;
  } else {
    bytes[position] = fixed === 0x90 ? 0xdd : 0xdf;
    out.view.setUint32(position + 1, count);
    out.position = position + 5;
  }
}

function writeMap(out: ByteArena, object: AnyObject, depth: number): void {
  if (depth === 0) throw tooDeep();
  const keys = Object.keys(object);
  const head = out.length;
  writeHead(out, 0x80, keys.length);
  let omitted = 0;
  let key = "";
  try {
    for (let index = 0; index < keys.length; index++) {
      // The loop stays within the array.
      key = keys[index] as string;
      const value = object[key];
      if (value === undefined) omitted++;
      else {
        writeString(out, key);
        // What most values are is written from here, which makes one piece of it for the engine.
        if (typeof value === "string") writeString(out, value);
        else if (typeof value === "number") writeNumber(out, value);
        else if (typeof value === "boolean") writeByte(out, value ? 0xc3 : 0xc2);
        else if (value === null) writeByte(out, 0xc0);
        else writeValue(out, value, depth - 1);
      }
    }
  } catch (thrown) {
    throw atKey(thrown, key);
  }
  if (omitted > 0) correctMapHead(out, head, keys.length, keys.length - omitted);
}

// Properties that are undefined were counted, but not written. The head keeps its size.
function correctMapHead(out: ByteArena, head: number, counted: number, written: number): void {
  const position = out.at(head);
  if (counted < 16) out.bytes[position] = 0x80 | written;
  else if (counted < 0x10000) out.view.setUint16(position + 1, written);
  else out.view.setUint32(position + 1, written);
}

function writeMapExtension(
  out: ByteArena,
  map: ReadonlyMap<unknown, unknown>,
  depth: number,
): void {
  if (depth === 0) throw tooDeep();
  const body = openExtension(out);
  const { size } = map;
  writeHead(out, 0x80, size);
  let index = 0;
  try {
    for (const [key, value] of map) {
      writeValue(out, key, depth - 1);
      writeValue(out, value, depth - 1);
      if (++index > size) break;
    }
  } catch (thrown) {
    throw atIndex(thrown, index);
  }
  checkCount("Map", index, size);
  closeExtension(out, EXTENSION.map, body);
}

function writeSetExtension(out: ByteArena, set: ReadonlySet<unknown>, depth: number): void {
  if (depth === 0) throw tooDeep();
  const body = openExtension(out);
  const { size } = set;
  writeHead(out, 0x90, size);
  let index = 0;
  try {
    for (const value of set) {
      writeValue(out, value, depth - 1);
      if (++index > size) break;
    }
  } catch (thrown) {
    throw atIndex(thrown, index);
  }
  checkCount("Set", index, size);
  closeExtension(out, EXTENSION.set, body);
}

// A `toJSON` within may change what it is in, for ever even; its count is written by then.
function checkCount(type: string, written: number, counted: number): void {
  if (written === counted) return;
  throw new Unrepresentable(`a ${type} that changed while it was encoded`, "one that stays");
}

// The length of a body is only known afterwards, so it always gets four bytes.
function openExtension(out: ByteArena): number {
  out.reserve(6);
  out.position += 6;
  return out.length;
}

function closeExtension(out: ByteArena, type: number, body: number): void {
  const position = out.at(body) - 6;
  out.bytes[position] = 0xc9;
  out.view.setUint32(position + 1, out.length - body);
  out.bytes[position + 5] = type;
}
