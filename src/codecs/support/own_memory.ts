import { keepLargeMemory, type KeepMemory } from "../../internal/large_memory.ts";
import type { RpcCodec } from "../codec.ts";
import type { ValueEncoder } from "./value_encoder.ts";

/** What is known of a codec each of whose large messages has memory of its own. */
interface OwnMemory {
  readonly encoder: ValueEncoder | undefined;
  /** Takes the memory of a message back. */
  readonly keep: KeepMemory;
}

const codecs: WeakMap<RpcCodec, OwnMemory> = /* @__PURE__ */ new WeakMap();

/**
 * Says of a codec that whoever it encodes for is alone with the message and its memory. Another codec
 * that is made of this one may keep messages; it is not meant.
 *
 * @param encoder What does the same as its `encode`, where that does nothing else
 */
export function withOwnMemory<T>(codec: RpcCodec<T>, encoder?: ValueEncoder): RpcCodec<T> {
  // The table is asked for codecs, whatever they encode.
  codecs.set(codec as RpcCodec, { encoder, keep: keepLargeMemory });
  return codec;
}

/** What takes the memory of large messages back, where that was said of a codec. */
export function keeperOf(codec: RpcCodec): KeepMemory | undefined {
  return codecs.get(codec)?.keep;
}

/** What encodes as this codec does, into memory of others as well; undefined for other codecs. */
export function encoderOf(codec: RpcCodec): ValueEncoder | undefined {
  return codecs.get(codec)?.encoder;
}
