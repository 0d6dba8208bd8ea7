/**
 * Codecs: values into the bytes of a message, and back. The first layer; it knows of nothing else.
 *
 * A codec is an object of two functions, {@linkcode RpcCodec}. {@linkcode messagePackCodec} is the default,
 * {@linkcode jsonCodec} is readable, {@linkcode cborCodec} speaks with Dart, {@linkcode rawCodec} passes bytes
 * through; one of your own takes ten lines.
 *
 * One rule holds for all: a value comes back exactly, or `encode` throws a `TypeError` that names its
 * path (`value.user.avatar`). What that means, MessagePack / CBOR / JSON:
 *
 * - null, booleans, arrays, plain objects: exact in all. Symbol keys and hidden properties are not data
 * - integers up to 2^53 - 1, fractions, `-0`, numbers beyond 2^53: exact in all
 * - `NaN`, infinities: exact / exact / TypeError
 * - `bigint`: exact up to 1 KiB / as integer, so up to 2^53 - 1 it comes back as a number, and beyond that
 *   it takes `largeIntegers: "bigint"` / TypeError
 * - strings: exact in all; a lone surrogate: TypeError / TypeError / exact
 * - `undefined` as a property: left out in all; elsewhere: exact / TypeError / TypeError
 * - `Uint8Array`, and its subclasses as such: exact / exact / TypeError
 * - `ArrayBuffer`, `DataView`, `Uint8ClampedArray`: exact / come back as `Uint8Array` / TypeError
 * - other typed arrays: exact / come back as arrays / TypeError
 * - `Date`: exact / ISO text / ISO text; an invalid one: TypeError in all
 * - `Map`, `Set`: exact / TypeError / TypeError
 * - other objects with `toJSON`: what that returns, in all
 * - other instances, functions, symbols: TypeError in all
 * - a `__proto__` property: exact in all, never a prototype
 * - nesting beyond `maxDepth` (128 / 256 / 128), and so a cycle: TypeError
 *
 * `decode` throws a `SyntaxError` for what is malformed (empty, cut off, left over, invalid UTF-8, a key that is
 * no string), and a `RangeError` for what is beyond a limit (`maxDepth`, an integer that does not fit). Of two
 * equal keys the last one counts. Messages of errors hold keys, never values.
 *
 * @example Choose a codec
 * ```ts
 * import { jsonCodec, messagePackCodec, type RpcCodec } from "@rpc-ts/websocket/codecs";
 *
 * const codecs: RpcCodec<{ text: string }>[] = [messagePackCodec(), jsonCodec()];
 * for (const codec of codecs) {
 *   const { text } = codec.decode(codec.encode({ text: "hi" }));
 *   if (text !== "hi") throw new Error(`the text was changed by ${codec.name}`);
 * }
 * ```
 *
 * @module
 */
export type { RpcCodec } from "./codec.ts";
export {
  messagePackCodec,
  type MessagePackCodecOptions,
  type MessagePackFunctions,
} from "./messagepack.ts";
export { jsonCodec, type JsonCodecOptions } from "./json.ts";
export { cborCodec, type CborCodecOptions } from "./cbor.ts";
export { CborDouble } from "./cbor/cbor_double.ts";
export { rawCodec } from "./raw.ts";
