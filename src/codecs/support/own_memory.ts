import type { RpcCodec } from "../codec.ts";

/** Codecs each of whose large messages has memory of its own, which the codec forgets. */
const codecs: WeakSet<RpcCodec> = /* @__PURE__ */ new WeakSet();

/**
 * Says of a codec that whoever it encodes for is alone with the message and its memory. Another codec
 * that is made of this one may keep messages; it is not meant.
 */
export function withOwnMemory<T>(codec: RpcCodec<T>): RpcCodec<T> {
  // The table is asked for codecs, whatever they encode.
  codecs.add(codec as RpcCodec);
  return codec;
}

/** Whether that was said of a codec. */
export function hasOwnMemory(codec: RpcCodec): boolean {
  return codecs.has(codec);
}
