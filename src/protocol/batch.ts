import { ByteWriter } from "../internal/byte_writer.ts";
import type { FrameDecoder, FrameEncoder, RpcFrame } from "./frame.ts";

/**
 * Writes frames as one batch, the content of one WebSocket message.
 *
 * @param encoder The encoder of the connection
 * @param frames The frames, in order
 * @returns The batch
 * @throws {RpcError} When a frame cannot be sent; the batch is lost then
 *
 * @example Write a ping
 * ```ts
 * import { DEFAULT_LIMITS, encodeBatch, nativeWire } from "@rpc-ts/websocket/protocol";
 *
 * const encoder = nativeWire.createEncoder(DEFAULT_LIMITS);
 * const batch = encodeBatch(encoder, [{ kind: "ping", token: 7 }]);
 * if (batch.join() !== "9,0,0,1,7") throw new Error("unexpected bytes");
 * ```
 */
export function encodeBatch(
  encoder: FrameEncoder,
  frames: Iterable<RpcFrame>,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  for (const frame of frames) encoder.encode(frame, out);
  return out.take();
}

/**
 * Reads all frames of one batch.
 *
 * @param decoder The decoder of the connection
 * @param batch The content of one WebSocket message; the messages of the frames are views into it
 * @returns The frames, in order
 * @throws {FrameError} When the framing is wrong
 *
 * @example Read a ping
 * ```ts
 * import { decodeBatch, DEFAULT_LIMITS, nativeWire } from "@rpc-ts/websocket/protocol";
 *
 * const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
 * const [frame] = decodeBatch(decoder, new Uint8Array([9, 0, 0, 1, 7]));
 * if (frame?.kind !== "ping" || frame.token !== 7) throw new Error("unexpected frame");
 * ```
 */
export function decodeBatch(decoder: FrameDecoder, batch: Uint8Array): RpcFrame[] {
  const frames: RpcFrame[] = [];
  decoder.decode(batch, { onFrame: (frame) => frames.push(frame) });
  return frames;
}
