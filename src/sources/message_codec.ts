import type { RpcCodec } from "../codecs/codec.ts";
import { keeperOf } from "../codecs/support/own_memory.ts";
import { giveUpMessage, LARGE_BYTES } from "../internal/large_memory.ts";
import { DirectMessage } from "../transports/direct_message.ts";
import type { IRpcTransport } from "../transports/transport.ts";

/**
 * Encodes a value, or boxes it where there is no codec because the transport is zero-copy. The message
 * is for the transport alone.
 *
 * @throws {unknown} What the codec throws
 */
export function encodeMessage(
  codec: RpcCodec | undefined,
  value: unknown,
  transport: Pick<IRpcTransport, "reusesMemory">,
): unknown {
  if (codec === undefined) return new DirectMessage(value);
  const message = codec.encode(value);
  if (message.length >= LARGE_BYTES && transport.reusesMemory === true) {
    const keep = keeperOf(codec);
    if (keep !== undefined) giveUpMessage(message, keep);
  }
  return message;
}

/**
 * Decodes a message, or takes it out of its box.
 *
 * @throws {unknown} What the codec throws
 */
export function decodeMessage(codec: RpcCodec | undefined, message: unknown): unknown {
  if (message instanceof Uint8Array && codec !== undefined) return codec.decode(message);
  if (message instanceof DirectMessage) return message.value;
  throw new TypeError("Cannot decode message: it is of another kind than the transport's");
}

/** How many bytes a message has; 0 where messages go as they are. */
export function messageBytes(message: unknown): number {
  return message instanceof Uint8Array ? message.length : 0;
}
