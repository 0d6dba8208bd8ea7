import { decodeCbor } from "./cbor/decoder.ts";
import { type CborLimits, createCborEncoder } from "./cbor/encoder.ts";
import type { RpcCodec } from "./codec.ts";
import { isPlainObject } from "./support/objects.ts";
import { checkMaxDepth } from "./support/max_depth.ts";
import { withOwnMemory } from "./support/own_memory.ts";

const DEFAULT_MAX_DEPTH = 256;

/** Options of {@linkcode cborCodec}. */
export interface CborCodecOptions {
  /**
   * What to do with integers that a number does not hold exactly, those beyond 2^53 - 1: `"error"`, as
   * Dart does, or `"bigint"`, which takes and gives a `bigint` up to 64 bits and a sign. `"error"` by
   * default.
   */
  readonly largeIntegers?: "error" | "bigint";
  /** `"map"` refuses any top level but a map, as Dart does; `"any"`, the default, takes all values. */
  readonly topLevel?: "any" | "map";
  /**
   * How many maps and arrays may be nested in each other, both when encoding and when decoding. An
   * integer from 1 to 1024, 256 by default, as in Dart.
   */
  readonly maxDepth?: number;
}

/**
 * CBOR (RFC 8949) as the Dart package `rpc_dart` writes and reads it, byte for byte: for methods that
 * are called across the rpc-dart wire.
 *
 * Keys are sorted by their UTF-8 bytes. Integral numbers within 2^53 - 1 are integers, all others
 * doubles; {@linkcode CborDouble} makes a double of an integral one. `Uint8Array`, `Uint8ClampedArray`,
 * `DataView` and `ArrayBuffer` are bytes and come back as `Uint8Array`; other typed arrays come back as
 * arrays. Properties that are `undefined` are left out; objects with `toJSON` (a valid `Date`, say) are
 * encoded as what that returns; anything else is a `TypeError` that names the path of the value.
 *
 * The decoder also takes what the encoder never writes: indefinite lengths, shorter floats, longer
 * integers, unsorted keys, tags (which it skips) and `undefined` (which it reads as null).
 *
 * @typeParam T The values that the codec accepts and returns; they are not checked
 * @param options Strictness and limits
 * @returns The codec
 * @throws {RangeError} When `maxDepth` is out of range
 *
 * @example Encode and decode
 * ```ts
 * import { cborCodec } from "@rpc-ts/websocket/codecs";
 *
 * const codec = cborCodec<{ text: string }>();
 * const bytes = codec.encode({ text: "hi" });
 * if (bytes.length !== 9 || codec.decode(bytes).text !== "hi") throw new Error("not CBOR");
 * ```
 */
export function cborCodec<T = unknown>(options: CborCodecOptions = {}): RpcCodec<T> {
  const { largeIntegers = "error", topLevel = "any", maxDepth = DEFAULT_MAX_DEPTH } = options;
  const limits: CborLimits = {
    maxDepth: checkMaxDepth(maxDepth),
    bigints: largeIntegers === "bigint",
  };
  const encoder = createCborEncoder(limits);
  const codec = {
    name: "cbor",
    encode(value: T): Uint8Array<ArrayBuffer> {
      const bytes = encoder.encode(value);
      // The major type of a map is 5 (RFC 8949, 3.1).
      if (topLevel === "any" || (bytes[0] ?? 0) >> 5 === 5) return bytes;
      throw new TypeError(
        "Cannot encode value as CBOR: found no map at the top, expected an object",
      );
    },
    decode(bytes: Uint8Array): T {
      const value = decodeCbor(bytes, limits);
      // A codec takes whatever its caller calls T; the caller vouches for what the peer sends.
      if (topLevel === "any" || isMap(value)) return value as T;
      throw new SyntaxError(
        "Cannot decode CBOR at byte 0: found no map at the top, expected a map",
      );
    },
  };
  // What is encoded elsewhere is not looked at.
  return withOwnMemory(codec, topLevel === "any" ? encoder : undefined);
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && isPlainObject(value);
}
