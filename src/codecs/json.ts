import type { RpcCodec } from "./codec.ts";
import { checkJsonDepth } from "./json/depth.ts";
import { formatJson } from "./json/format.ts";
import { isPlainJson } from "./json/plain.ts";
import { encodeText } from "./json/text_bytes.ts";
import { checkMaxDepth } from "./support/max_depth.ts";
import { checkBytes } from "./support/plain_bytes.ts";
import { decodeUtf8 } from "./support/utf8_decode.ts";
import { Unrepresentable } from "./support/unrepresentable.ts";

const DEFAULT_MAX_DEPTH = 128;

/** Options of {@linkcode jsonCodec}. */
export interface JsonCodecOptions {
  /**
   * How many objects and arrays may be nested in each other, both when encoding and when decoding.
   * An integer from 1 to 1024, 128 by default.
   */
  readonly maxDepth?: number;
}

/**
 * JSON as UTF-8: readable in every tool, at the price of size.
 *
 * Unlike `JSON.stringify` it changes nothing silently: `NaN`, infinities, `bigint`, functions, `Map`, `Set`,
 * typed arrays, and `undefined` in an array or at the top are a `TypeError` that names the path of the
 * value, and `-0` stays `-0`. Two things are as in `JSON.stringify`: properties that are `undefined` are
 * left out, and objects with `toJSON` (a valid `Date`, say) are encoded as what that returns.
 *
 * Decoding is what `JSON.parse` does: a number with more digits than a double has is rounded, and one
 * that is too large, which no `encode` writes, becomes an infinity.
 *
 * @typeParam T The values that the codec accepts and returns; they are not checked
 * @param options Limits
 * @returns The codec; without options, one and the same for all
 * @throws {RangeError} When `maxDepth` is out of range
 *
 * @example Encode and decode
 * ```ts
 * import { jsonCodec } from "@rpc-ts/websocket/codecs";
 *
 * const codec = jsonCodec<{ text: string }>();
 * const bytes = codec.encode({ text: "hi" });
 * if (new TextDecoder().decode(bytes) !== '{"text":"hi"}') throw new Error("not JSON");
 * if (codec.decode(bytes).text !== "hi") throw new Error("the value was changed");
 * ```
 */
export function jsonCodec<T = unknown>(options: JsonCodecOptions = {}): RpcCodec<T> {
  const { maxDepth = DEFAULT_MAX_DEPTH } = options;
  const codec = maxDepth === DEFAULT_MAX_DEPTH
    ? defaultCodec
    : createCodec(checkMaxDepth(maxDepth));
  // A codec takes whatever its caller calls T; the caller vouches for what the peer sends.
  return codec as RpcCodec<T>;
}

function createCodec(maxDepth: number): RpcCodec {
  return {
    name: "json",
    encode: (value: unknown): Uint8Array<ArrayBuffer> => encodeJson(value, maxDepth),
    decode: (bytes: Uint8Array): unknown => decodeJson(bytes, maxDepth),
  };
}

const defaultCodec: RpcCodec = /* @__PURE__ */ createCodec(DEFAULT_MAX_DEPTH);

function encodeJson(value: unknown, maxDepth: number): Uint8Array<ArrayBuffer> {
  // The platform writes plain data much faster, and exactly.
  return encodeText(isPlainJson(value, maxDepth) ? JSON.stringify(value) : format(value, maxDepth));
}

function format(value: unknown, maxDepth: number): string {
  try {
    return formatJson(value, maxDepth);
  } catch (thrown) {
    throw thrown instanceof Unrepresentable ? thrown.toError("JSON") : thrown;
  }
}

function decodeJson(bytes: Uint8Array, maxDepth: number): unknown {
  const text = decodeUtf8(checkBytes(bytes, "decode", "JSON"));
  if (text === undefined) {
    throw new SyntaxError(`Cannot decode JSON: found ${bytes.length} bytes, expected UTF-8`);
  }
  checkJsonDepth(text, maxDepth);
  try {
    return JSON.parse(text);
  } catch {
    // The platform's own message quotes the text, which may be secret.
    throw new SyntaxError(
      `Cannot decode JSON: found ${bytes.length} bytes, expected one JSON value`,
    );
  }
}
