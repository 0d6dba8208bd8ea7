/**
 * Turns one application value into the bytes of a message and back.
 *
 * A codec is synchronous and keeps no state between calls, so one instance serves every call of
 * every connection. Both sides of a method must use the same codec: nothing on the wire names it.
 * What a codec cannot carry it refuses; no value comes back as another one unless its table of
 * outcomes says so.
 *
 * @typeParam T The values that the codec accepts and returns. A codec does not check that what it
 * decodes is of this type
 *
 * @example A codec of one's own
 * ```ts
 * import type { RpcCodec } from "@rpc-ts/websocket/codecs";
 *
 * const textCodec: RpcCodec<string> = {
 *   name: "text",
 *   encode: (value) => new TextEncoder().encode(value),
 *   decode: (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
 * };
 * if (textCodec.decode(textCodec.encode("hi")) !== "hi") throw new Error("text was changed");
 * ```
 */
export interface RpcCodec<T = unknown> {
  /** Short name for error messages and logs, for example `messagepack`. */
  readonly name: string;

  /**
   * Encodes one value.
   *
   * @param value The value to encode
   * @returns Bytes that belong to the caller: a later `encode` does not change them. Their `buffer`
   * may be larger than they are
   * @throws {TypeError} When the value cannot be represented
   */
  encode(value: T): Uint8Array<ArrayBuffer>;

  /**
   * Decodes exactly one value; bytes left over are an error.
   *
   * @param bytes One whole message. The result may hold views into these bytes
   * @returns The decoded value
   * @throws {TypeError | SyntaxError | RangeError} When the bytes are not one whole valid value
   */
  decode(bytes: Uint8Array): T;
}
