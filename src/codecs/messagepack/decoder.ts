import { addProperty } from "../../internal/properties.ts";
import { ByteInput } from "../support/byte_input.ts";
import { KeyCache } from "../support/key_cache.ts";
import { TextCache } from "../support/text_cache.ts";
import { readUtf8 } from "../support/utf8_decode.ts";
import { readBigint, readMemory, readTimestamp } from "./decode_extension.ts";
import { EXTENSION } from "./extensions.ts";

const keys = /* @__PURE__ */ new KeyCache();
const texts = /* @__PURE__ */ new TextCache();

/**
 * Decodes one value from MessagePack.
 *
 * @param bytes Exactly one value
 * @param maxDepth How many containers may be nested in each other
 * @returns The value
 * @throws {SyntaxError} When the bytes are malformed, cut off, or more than one value
 * @throws {RangeError} When a value is beyond `maxDepth` or beyond what its type can hold
 */
export function decodeMessagePack(bytes: Uint8Array, maxDepth: number): unknown {
  const input = new ByteInput(bytes, "MessagePack");
  const value = readValue(input, maxDepth, 0);
  input.expectEnd();
  return value;
}

// `depth` counts down. `owed` is how many values must still follow this one: each takes a byte, so
// a count that the message cannot hold is refused before anything is allocated for it.
function readValue(input: ByteInput, depth: number, owed: number): unknown {
  const token = input.uint8();
  if (token < 0x80) return token;
  if (token >= 0xe0) return token - 0x100;
  if (token < 0x90) return readMap(input, token & 0x0f, depth, owed);
  if (token < 0xa0) return readArray(input, token & 0x0f, depth, owed);
  if (token < 0xc0) return texts.read(input, token & 0x1f);
  switch (token) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xd9:
      return readUtf8(input, input.uint8());
    case 0xda:
      return readUtf8(input, input.uint16());
    case 0xdb:
      return readUtf8(input, input.uint32());
    case 0xdc:
      return readArray(input, input.uint16(), depth, owed);
    case 0xdd:
      return readArray(input, input.uint32(), depth, owed);
    case 0xde:
      return readMap(input, input.uint16(), depth, owed);
    case 0xdf:
      return readMap(input, input.uint32(), depth, owed);
    default:
      return token >= 0xca && token <= 0xd3
        ? readNumber(input, token)
        : readBinaryOrExtension(input, token, depth, owed);
  }
}

function readNumber(input: ByteInput, token: number): number | bigint {
  switch (token) {
    case 0xca:
      return input.float32();
    case 0xcb:
      return input.float64();
    case 0xcc:
      return input.uint8();
    case 0xcd:
      return input.uint16();
    case 0xce:
      return input.uint32();
    case 0xd0:
      return input.uint8() << 24 >> 24;
    case 0xd1:
      return input.uint16() << 16 >> 16;
    case 0xd2:
      return input.int32();
    default:
      return readInt64(input, token === 0xd3);
  }
}

// A number where that is exact, otherwise a bigint.
function readInt64(input: ByteInput, signed: boolean): number | bigint {
  const high = signed ? input.int32() : input.uint32();
  const low = input.uint32();
  const number = high * 2 ** 32 + low;
  return Number.isSafeInteger(number) ? number : BigInt(high) << 32n | BigInt(low);
}

function readBinaryOrExtension(
  input: ByteInput,
  token: number,
  depth: number,
  owed: number,
): unknown {
  switch (token) {
    case 0xc4:
      return input.binary(input.uint8());
    case 0xc5:
      return input.binary(input.uint16());
    case 0xc6:
      return input.binary(input.uint32());
    case 0xc7:
      return readExtension(input, input.uint8(), depth, owed);
    case 0xc8:
      return readExtension(input, input.uint16(), depth, owed);
    case 0xc9:
      return readExtension(input, input.uint32(), depth, owed);
    case 0xc1:
      throw input.syntaxError(input.position - 1, "0xc1, which is never used", "a value");
    default:
      // 0xd4 to 0xd8: 1, 2, 4, 8 and 16 bytes.
      return readExtension(input, 1 << (token - 0xd4), depth, owed);
  }
}

function readArray(input: ByteInput, count: number, depth: number, owed: number): unknown[] {
  checkRoom(input, count, depth, owed);
  const array: unknown[] = new Array(count);
  for (let index = 0; index < count; index++) {
    array[index] = readValue(input, depth - 1, owed + count - index - 1);
  }
  return array;
}

function readMap(
  input: ByteInput,
  count: number,
  depth: number,
  owed: number,
): Record<string, unknown> {
  checkRoom(input, count * 2, depth, owed);
  const object: Record<string, unknown> = {};
  let properties = count;
  for (let left = count - 1; left >= 0; left--) {
    const key = readKey(input);
    // What most values are is read from here; what is not there is no such token.
    const token = input.bytes[input.position] ?? 0xc1;
    let value: unknown;
    if (token < 0x80) {
      input.position++;
      value = token;
    } else if (token >= 0xa0 && token < 0xc0) {
      input.position++;
      value = texts.read(input, token & 0x1f);
    } else if (token >= 0xca && token <= 0xd3) {
      input.position++;
      value = readNumber(input, token);
    } else value = readValue(input, depth - 1, owed + left * 2);
    if (input.hasOddKeys) properties = addProperty(object, { key, value }, properties);
    else object[key] = value;
  }
  return object;
}

function checkRoom(input: ByteInput, count: number, depth: number, owed: number): void {
  if (count + owed > input.bytes.length - input.position) throw input.truncated(count + owed);
  if (depth === 0) {
    throw input.rangeError(input.position, "one level more than maxDepth", "less nesting");
  }
}

function readKey(input: ByteInput): string {
  const token = input.uint8();
  if (token >= 0xa0 && token < 0xc0) return keys.read(input, token & 0x1f);
  switch (token) {
    case 0xd9:
      return keys.read(input, input.uint8());
    case 0xda:
      return keys.read(input, input.uint16());
    case 0xdb:
      return keys.read(input, input.uint32());
    default:
      throw input.syntaxError(input.position - 1, "a key that is no string", "a string");
  }
}

function readExtension(input: ByteInput, length: number, depth: number, owed: number): unknown {
  const type = input.uint8();
  const start = input.position;
  if (length > input.bytes.length - start) throw input.truncated(length);
  switch (type) {
    case EXTENSION.timestamp:
      return readTimestamp(input, length);
    case EXTENSION.bigint:
      return readBigint(input, length);
    case EXTENSION.binary:
      return readMemory(input, length);
    case EXTENSION.undefined:
      if (length !== 1) throw input.syntaxError(start, `undefined of ${length} bytes`, "1 byte");
      input.skip(1);
      return undefined;
    case EXTENSION.map:
    case EXTENSION.set: {
      const value = type === EXTENSION.map
        ? readMapExtension(input, depth, owed)
        : readSetExtension(input, depth, owed);
      if (input.position === start + length) return value;
      throw input.syntaxError(start, "an extension whose length is wrong", `${length} bytes`);
    }
    default:
      throw input.syntaxError(start - 1, `extension type ${type << 24 >> 24}`, "a known one");
  }
}

function readMapExtension(input: ByteInput, depth: number, owed: number): Map<unknown, unknown> {
  const count = readCount(input, 0x80);
  checkRoom(input, count * 2, depth, owed);
  const map = new Map<unknown, unknown>();
  for (let left = count - 1; left >= 0; left--) {
    const key = readValue(input, depth - 1, owed + left * 2 + 1);
    map.set(key, readValue(input, depth - 1, owed + left * 2));
  }
  return map;
}

function readSetExtension(input: ByteInput, depth: number, owed: number): Set<unknown> {
  const count = readCount(input, 0x90);
  checkRoom(input, count, depth, owed);
  const set = new Set<unknown>();
  for (let left = count - 1; left >= 0; left--) set.add(readValue(input, depth - 1, owed + left));
  return set;
}

// The head of a map (0x80) or of an array (0x90), and nothing else.
function readCount(input: ByteInput, fixed: 0x80 | 0x90): number {
  const token = input.uint8();
  const long = fixed === 0x80 ? 0xde : 0xdc;
  if ((token & 0xf0) === fixed) return token & 0x0f;
  if (token === long) return input.uint16();
  if (token === long + 1) return input.uint32();
  throw input.syntaxError(
    input.position - 1,
    "another value",
    fixed === 0x80 ? "a map" : "an array",
  );
}
