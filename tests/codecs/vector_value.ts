/** Reads the vectors of `tests/vectors/{messagepack,cbor}.json`: bytes as hex, values as notes. */

/** Bytes as hex. */
export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hex as bytes, in memory of their own. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const pairs = hex.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

type Note = { readonly [name: string]: unknown };

const TYPED_ARRAYS = {
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
} as const;

/** What the notes stand for; each is the one property of an object. */
const READERS: Readonly<Record<string, (argument: unknown) => unknown>> = {
  $undefined: () => undefined,
  $number: (text) => Number(text),
  $bigint: (text) => BigInt(text as string),
  $date: (time) => new Date(time as number),
  $bytes: (hex) => fromHex(hex as string),
  $buffer: (hex) => fromHex(hex as string).buffer,
  $view: (hex) => new DataView(fromHex(hex as string).buffer),
  $map: (entries) => new Map(readValue(entries) as [unknown, unknown][]),
  $set: (items) => new Set(readValue(items) as unknown[]),
  $array: (argument) => typedArray(argument as [string, (number | string)[]]),
  $repeat: (argument) => repeated(argument as [string | unknown[], number]),
};

/** The value that a vector describes. */
export function readValue(note: unknown): unknown {
  if (Array.isArray(note)) return note.map(readValue);
  if (typeof note !== "object" || note === null) return note;
  const [name = "", ...others] = Object.keys(note);
  const reader = READERS[name];
  if (reader !== undefined && others.length === 0) return reader((note as Note)[name]);
  return Object.fromEntries(Object.entries(note).map(([key, value]) => [key, readValue(value)]));
}

function typedArray([type, items]: [string, (number | string)[]]): unknown {
  if (type === "BigInt64Array") return BigInt64Array.from(items, BigInt);
  if (type === "BigUint64Array") return BigUint64Array.from(items, BigInt);
  return TYPED_ARRAYS[type as keyof typeof TYPED_ARRAYS].from(items as number[]);
}

function repeated([what, count]: [string | unknown[], number]): unknown {
  return typeof what === "string" ? what.repeat(count) : new Array(count).fill(what[0]);
}

/** A vector that a codec has to meet. */
export interface Vector {
  readonly name: string;
  readonly value?: unknown;
  readonly hex: string;
  readonly error?: string;
}

/** The vectors of one format. */
export interface Vectors {
  /** The value is encoded as the bytes and comes back from them. */
  readonly exact: readonly Vector[];
  /** The bytes are decoded as the value, but another encoding is written. */
  readonly accepted: readonly Vector[];
  /** The bytes are refused with the error. */
  readonly refused: readonly Vector[];
}

/** Loads the vectors of a format. */
export async function loadVectors(format: "messagepack" | "cbor"): Promise<Vectors> {
  const url = new URL(`../vectors/${format}.json`, import.meta.url);
  const module = await import(url.href, { with: { type: "json" } }) as { default: Vectors };
  return module.default;
}

/** The class of an error that a vector names. */
export function errorNamed(name: string | undefined): new (message?: string) => Error {
  return name === "RangeError" ? RangeError : SyntaxError;
}
