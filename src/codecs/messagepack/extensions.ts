/**
 * Extension types. -1 is the timestamp of the MessagePack specification; the others are ours.
 *
 * `undefined`, big integers and typed arrays have the types and layouts that msgpackr uses.
 */
export const EXTENSION = {
  /** `undefined`: one byte, 0. */
  undefined: 0x00,
  /** `bigint`: two's complement, big-endian, as few bytes as possible. */
  bigint: 0x42,
  /** `Map`: one MessagePack map, whose keys may be any value. */
  map: 0x4d,
  /** `Set`: one MessagePack array. */
  set: 0x53,
  /** Typed arrays, `ArrayBuffer` and `DataView`: one byte of {@linkcode ELEMENT_TYPES}, then the bytes. */
  binary: 0x74,
  /** `Date`: the timestamp of the specification, type -1. */
  timestamp: 0xff,
} as const;

/** Longest `bigint`, in bytes of two's complement. */
export const MAX_BIGINT_BYTES = 1024;

/** First byte of a `binary` extension. Elements are little-endian, as in the memory of a machine. */
export const ELEMENT_TYPES = {
  Int8Array: 0,
  Uint8ClampedArray: 2,
  Int16Array: 3,
  Uint16Array: 4,
  Int32Array: 5,
  Uint32Array: 6,
  Float32Array: 7,
  Float64Array: 8,
  BigInt64Array: 9,
  BigUint64Array: 10,
  ArrayBuffer: 16,
  DataView: 17,
  Float16Array: 32,
} as const;

/** The name of a type that a `binary` extension carries. */
export type ElementTypeName = keyof typeof ELEMENT_TYPES;
