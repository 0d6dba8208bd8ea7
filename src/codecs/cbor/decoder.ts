import { addProperty } from "../../internal/properties.ts";
import { ByteInput } from "../support/byte_input.ts";
import { KeyCache } from "../support/key_cache.ts";
import { TextCache } from "../support/text_cache.ts";
import { readUtf8 } from "../support/utf8_decode.ts";
import type { CborLimits } from "./encoder.ts";

const BREAK = 0xff;
const INDEFINITE = 31;

const keys = /* @__PURE__ */ new KeyCache();
const texts = /* @__PURE__ */ new TextCache();

/**
 * Decodes one value from CBOR.
 *
 * @param bytes Exactly one value
 * @param limits Limits
 * @returns The value
 * @throws {SyntaxError} When the bytes are malformed, cut off, or more than one value
 * @throws {RangeError} When a value is beyond a limit
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits): unknown {
  const input = new CborInput(bytes, limits.bigints);
  const value = readValue(input, limits.maxDepth, 0);
  input.expectEnd();
  return value;
}

class CborInput extends ByteInput {
  readonly bigints: boolean;

  constructor(bytes: Uint8Array, bigints: boolean) {
    super(bytes, "CBOR");
    this.bigints = bigints;
  }
}

// `depth` counts down. `owed` is how many values must still follow this one: each takes a byte, so
// a count that the message cannot hold is refused before anything is allocated for it.
function readValue(input: CborInput, depth: number, owed: number): unknown {
  const token = skipTags(input);
  const info = token & 0x1f;
  switch (token >> 5) {
    case 0:
      return info < 24 ? info : readInteger(input, info, false);
    case 1:
      return info < 24 ? -1 - info : readInteger(input, info, true);
    case 2:
      return info === INDEFINITE ? readChunks(input) : input.binary(readArgument(input, info));
    case 3:
      return readText(input, info);
    case 4:
      return readArray(input, info, depth, owed);
    case 5:
      return readMap(input, info, depth, owed);
    default:
      return readSimple(input, token);
  }
}

function skipTags(input: CborInput): number {
  let token = input.uint8();
  while (token >> 5 === 6) {
    readArgument(input, token & 0x1f);
    token = input.uint8();
  }
  return token;
}

// An argument above 2^53 is rounded: a length is beyond the message all the same.
function readArgument(input: CborInput, info: number): number {
  switch (info) {
    case 24:
      return input.uint8();
    case 25:
      return input.uint16();
    case 26:
      return input.uint32();
    case 27:
      return input.uint32() * 2 ** 32 + input.uint32();
    default:
      if (info < 24) return info;
      throw input.syntaxError(input.position - 1, `additional information ${info}`, "27 or less");
  }
}

function readInteger(
  input: CborInput,
  info: number,
  negative: boolean,
): number | bigint {
  const start = input.position;
  const argument = readArgument(input, info);
  // Dart's widest is -2^53, which a number holds although it is not safe.
  const largest = Number.MAX_SAFE_INTEGER - (negative && input.bigints ? 1 : 0);
  if (argument <= largest) return negative ? -1 - argument : argument;
  if (!input.bigints) throw input.rangeError(start, "an integer beyond 2^53", "a smaller one");
  input.position = start;
  const exact = BigInt(input.uint32()) << 32n | BigInt(input.uint32());
  return negative ? -1n - exact : exact;
}

function readText(input: CborInput, info: number): string {
  if (info !== INDEFINITE) return texts.read(input, readArgument(input, info));
  let text = "";
  for (let length = nextChunk(input, 0x60); length >= 0; length = nextChunk(input, 0x60)) {
    text += readUtf8(input, length);
  }
  return text;
}

function readChunks(input: CborInput): Uint8Array {
  const start = input.position;
  let size = 0;
  for (let length = nextChunk(input, 0x40); length >= 0; length = nextChunk(input, 0x40)) {
    input.skip(length);
    size += length;
  }
  // All chunks are there; the second pass copies them into one piece.
  const bytes = new Uint8Array(size);
  input.position = start;
  size = 0;
  for (let length = nextChunk(input, 0x40); length >= 0; length = nextChunk(input, 0x40)) {
    const at = input.skip(length);
    bytes.set(input.bytes.subarray(at, at + length), size);
    size += length;
  }
  return bytes;
}

// The length of the next chunk of a text (0x60) or of bytes (0x40), or -1 at the end.
function nextChunk(input: CborInput, major: 0x40 | 0x60): number {
  const token = input.uint8();
  if (token === BREAK) return -1;
  if ((token & 0xe0) === major && token !== (major | INDEFINITE)) {
    return readArgument(input, token & 0x1f);
  }
  throw input.syntaxError(input.position - 1, "another value", "a chunk of definite length");
}

function readArray(
  input: CborInput,
  info: number,
  depth: number,
  owed: number,
): unknown[] {
  if (info === INDEFINITE) {
    checkDepth(input, depth);
    const array: unknown[] = [];
    while (!atBreak(input)) array.push(readValue(input, depth - 1, owed + 1));
    return array;
  }
  const count = readArgument(input, info);
  checkRoom(input, count + owed);
  checkDepth(input, depth);
  const array: unknown[] = new Array(count);
  for (let index = 0; index < count; index++) {
    array[index] = readValue(input, depth - 1, owed + count - index - 1);
  }
  return array;
}

function readMap(
  input: CborInput,
  info: number,
  depth: number,
  owed: number,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  if (info === INDEFINITE) {
    checkDepth(input, depth);
    for (let properties = 1; !atBreak(input); properties++) {
      const key = readKey(input);
      const value = readValue(input, depth - 1, owed + 1);
      if (input.hasOddKeys) properties = addProperty(object, { key, value }, properties);
      else object[key] = value;
    }
    return object;
  }
  const count = readArgument(input, info);
  checkRoom(input, count * 2 + owed);
  checkDepth(input, depth);
  let properties = count;
  for (let left = count - 1; left >= 0; left--) {
    const key = readKey(input);
    const value = readValue(input, depth - 1, owed + left * 2);
    if (input.hasOddKeys) properties = addProperty(object, { key, value }, properties);
    else object[key] = value;
  }
  return object;
}

function checkRoom(input: CborInput, count: number): void {
  if (count > input.bytes.length - input.position) throw input.truncated(count);
}

function checkDepth(input: CborInput, depth: number): void {
  if (depth > 0) return;
  throw input.rangeError(input.position, "one level more than maxDepth", "less nesting");
}

// Steps over the end of an indefinite length.
function atBreak(input: CborInput): boolean {
  if (input.bytes[input.position] !== BREAK) return false;
  input.position++;
  return true;
}

function readKey(input: CborInput): string {
  const token = skipTags(input);
  if (token >> 5 !== 3) {
    throw input.syntaxError(input.position - 1, "a key that is no string", "a string");
  }
  const info = token & 0x1f;
  if (info !== INDEFINITE) return keys.read(input, readArgument(input, info));
  input.hasOddKeys = true;
  return readText(input, info);
}

function readSimple(input: CborInput, token: number): unknown {
  switch (token) {
    case 0xf4:
      return false;
    case 0xf5:
      return true;
    case 0xf6:
    case 0xf7:
      // `undefined` is read as null, as Dart has only that.
      return null;
    case 0xf9:
      return halfFloat(input.uint16());
    case 0xfa:
      return input.float32();
    case 0xfb:
      return input.float64();
    default:
      throw input.syntaxError(
        input.position - 1,
        token === BREAK ? "an end of nothing" : "a simple value of no meaning",
        "a value",
      );
  }
}

// RFC 8949, appendix D.
function halfFloat(half: number): number {
  const exponent = half >> 10 & 0x1f;
  const mantissa = half & 0x3ff;
  const magnitude = exponent === 0
    ? mantissa * 2 ** -24
    : exponent === 31
    ? (mantissa === 0 ? Infinity : NaN)
    : (mantissa + 1024) * 2 ** (exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}
