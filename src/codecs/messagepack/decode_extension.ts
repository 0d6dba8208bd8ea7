import type { ByteInput } from "../support/byte_input.ts";
import { ELEMENT_TYPES, MAX_BIGINT_BYTES } from "./extensions.ts";

const MAX_DATE_SECONDS = 8_640_000_000_000;

/** Reads the `length` bytes of a `bigint` extension. */
export function readBigint(input: ByteInput, length: number): bigint {
  const start = input.skip(length);
  if (length === 0) throw input.syntaxError(start, "a bigint of 0 bytes", "1 or more");
  if (length > MAX_BIGINT_BYTES) {
    throw input.rangeError(start, `a bigint of ${length} bytes`, `${MAX_BIGINT_BYTES} or less`);
  }
  let digits = "0x";
  for (const byte of input.bytes.subarray(start, start + length)) {
    digits += byte.toString(16).padStart(2, "0");
  }
  return BigInt.asIntN(length * 8, BigInt(digits));
}

/** Reads a timestamp of `length` bytes; what is finer than a millisecond is cut off. */
export function readTimestamp(input: ByteInput, length: number): Date {
  const start = input.position;
  const [seconds, nanoseconds] = readSeconds(input, length);
  if (nanoseconds > 999_999_999) {
    throw input.syntaxError(start, `${nanoseconds} nanoseconds`, "999999999 or less");
  }
  const date = new Date(seconds * 1000 + Math.floor(nanoseconds / 1_000_000));
  if (Math.abs(seconds) > MAX_DATE_SECONDS || Number.isNaN(date.getTime())) {
    throw input.rangeError(start, "a timestamp that no Date can hold", "a nearer one");
  }
  return date;
}

function readSeconds(input: ByteInput, length: number): readonly [number, number] {
  switch (length) {
    case 4:
      return [input.uint32(), 0];
    case 8: {
      const high = input.uint32();
      return [(high & 3) * 2 ** 32 + input.uint32(), high >>> 2];
    }
    case 12: {
      const nanoseconds = input.uint32();
      // The high half has the sign.
      return [input.int32() * 2 ** 32 + input.uint32(), nanoseconds];
    }
    default:
      throw input.syntaxError(input.position, `a timestamp of ${length} bytes`, "4, 8 or 12");
  }
}

/** Reads the `length` bytes of a `binary` extension, always a copy: elements have to be aligned. */
export function readMemory(input: ByteInput, length: number): ArrayBuffer | ArrayBufferView {
  const start = input.skip(length);
  const type = length === 0 ? undefined : input.bytes[start];
  const found = type === undefined ? undefined : findClass(type);
  if (found === undefined) {
    throw input.syntaxError(start, `element type ${type ?? "missing"}`, "a known one");
  }
  const size = length - 1;
  const unit = "BYTES_PER_ELEMENT" in found ? found.BYTES_PER_ELEMENT ?? 1 : 1;
  if (size % unit !== 0) throw input.syntaxError(start, `${size} bytes`, `a multiple of ${unit}`);
  const memory = new Uint8Array(size);
  memory.set(input.bytes.subarray(start + 1, start + length));
  return found === ArrayBuffer ? memory.buffer : new found(memory.buffer);
}

/** What makes a value of memory: a class, or nothing where the memory itself is the value. */
type MemoryClass = {
  new (buffer: ArrayBuffer): ArrayBufferView;
  readonly BYTES_PER_ELEMENT?: number;
};

function findClass(type: number): MemoryClass | typeof ArrayBuffer | undefined {
  switch (type) {
    case ELEMENT_TYPES.Int8Array:
      return Int8Array;
    case ELEMENT_TYPES.Uint8ClampedArray:
      return Uint8ClampedArray;
    case ELEMENT_TYPES.Int16Array:
      return Int16Array;
    case ELEMENT_TYPES.Uint16Array:
      return Uint16Array;
    case ELEMENT_TYPES.Int32Array:
      return Int32Array;
    case ELEMENT_TYPES.Uint32Array:
      return Uint32Array;
    case ELEMENT_TYPES.Float32Array:
      return Float32Array;
    case ELEMENT_TYPES.Float64Array:
      return Float64Array;
    case ELEMENT_TYPES.BigInt64Array:
      return BigInt64Array;
    case ELEMENT_TYPES.BigUint64Array:
      return BigUint64Array;
    case ELEMENT_TYPES.ArrayBuffer:
      return ArrayBuffer;
    case ELEMENT_TYPES.DataView:
      return DataView;
    case ELEMENT_TYPES.Float16Array:
      // The youngest of them: older platforms have none, and refuse it like an unknown type.
      return typeof Float16Array === "function" ? Float16Array : undefined;
    default:
      return undefined;
  }
}
