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
  const maker = type === undefined ? undefined : MAKERS.get(type);
  if (maker === undefined) {
    throw input.syntaxError(start, `element type ${type ?? "missing"}`, "a known one");
  }
  const size = length - 1;
  if (size % maker.size !== 0) {
    throw input.syntaxError(start, `${size} bytes`, `a multiple of ${maker.size}`);
  }
  const memory = new Uint8Array(size);
  memory.set(input.bytes.subarray(start + 1, start + length));
  return maker.make(memory.buffer);
}

interface Maker {
  readonly size: number;
  make(buffer: ArrayBuffer): ArrayBuffer | ArrayBufferView;
}

const MAKERS = new Map<number, Maker>([
  [ELEMENT_TYPES.Int8Array, { size: 1, make: (buffer) => new Int8Array(buffer) }],
  [ELEMENT_TYPES.Uint8ClampedArray, { size: 1, make: (buffer) => new Uint8ClampedArray(buffer) }],
  [ELEMENT_TYPES.Int16Array, { size: 2, make: (buffer) => new Int16Array(buffer) }],
  [ELEMENT_TYPES.Uint16Array, { size: 2, make: (buffer) => new Uint16Array(buffer) }],
  [ELEMENT_TYPES.Int32Array, { size: 4, make: (buffer) => new Int32Array(buffer) }],
  [ELEMENT_TYPES.Uint32Array, { size: 4, make: (buffer) => new Uint32Array(buffer) }],
  [ELEMENT_TYPES.Float32Array, { size: 4, make: (buffer) => new Float32Array(buffer) }],
  [ELEMENT_TYPES.Float64Array, { size: 8, make: (buffer) => new Float64Array(buffer) }],
  [ELEMENT_TYPES.BigInt64Array, { size: 8, make: (buffer) => new BigInt64Array(buffer) }],
  [ELEMENT_TYPES.BigUint64Array, { size: 8, make: (buffer) => new BigUint64Array(buffer) }],
  [ELEMENT_TYPES.ArrayBuffer, { size: 1, make: (buffer) => buffer }],
  [ELEMENT_TYPES.DataView, { size: 1, make: (buffer) => new DataView(buffer) }],
]);

// The youngest of them: older platforms cannot make one, and refuse it like an unknown type.
if (typeof Float16Array === "function") {
  MAKERS.set(ELEMENT_TYPES.Float16Array, { size: 2, make: (buffer) => new Float16Array(buffer) });
}
