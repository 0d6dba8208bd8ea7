import type { RpcCodec } from "./codec.ts";
import { checkBytes, plainBytes, sendableBytes } from "./support/plain_bytes.ts";

/**
 * The codec of methods whose messages are bytes already: what is given is sent, without a copy.
 *
 * The bytes given to `encode` are read until they are sent, so they must not be written before that.
 * What `decode` returns is a view of what came from the wire. Subclasses, such as the `Buffer` of some
 * platforms, come out as plain `Uint8Array` views of the same memory; only memory that other threads
 * may write is copied. Anything but a `Uint8Array` is a `TypeError`.
 *
 * @returns The codec; one and the same for all
 *
 * @example Pass bytes through
 * ```ts
 * import { rawCodec } from "@rpc-ts/websocket/codecs";
 *
 * const bytes = new Uint8Array([1, 2, 3]);
 * if (rawCodec().encode(bytes) !== bytes) throw new Error("the bytes were copied");
 * ```
 */
export function rawCodec(): RpcCodec<Uint8Array> {
  return codec;
}

const codec: RpcCodec<Uint8Array> = {
  name: "raw",
  encode(value: Uint8Array): Uint8Array<ArrayBuffer> {
    return sendableBytes(checkBytes(value, "encode", "raw bytes"));
  },
  decode(bytes: Uint8Array): Uint8Array {
    return plainBytes(checkBytes(bytes, "decode", "raw bytes"));
  },
};
