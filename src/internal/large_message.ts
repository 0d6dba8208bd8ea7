import { returnBuffer, takeBuffer } from "./buffer_pool.ts";

/** Bytes in front of a message that whoever sends it may write a head into. */
export const HEADROOM_BYTES = 16;

/** Smaller messages share their memory, or have it for themselves. */
const LEAST_BYTES = 4096;

/** The memory of messages that were made here, while they wait to be sent. */
const owned: WeakMap<ArrayBufferLike, Uint8Array<ArrayBuffer>> = /* @__PURE__ */ new WeakMap();

/** Memory for a message of so many bytes, which begins after the headroom. */
export function takeLargeMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return takeBuffer(HEADROOM_BYTES + bytes);
}

/**
 * Marks a message in such memory as one whose memory serves again when it has been sent.
 *
 * @param memory From `takeLargeMemory`, and nobody else's
 * @param message A view of it, from the headroom on
 */
export function ownLargeMessage(
  memory: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  owned.set(memory.buffer, memory);
  return message;
}

/** Whether what stands before a message, or a part of one, may be written over. */
export function hasHeadroom(part: Uint8Array): boolean {
  return part.byteOffset >= HEADROOM_BYTES && owned.has(part.buffer);
}

/** Gives the memory of a message back, when it has been sent or copied; others are left alone. */
export function releaseLargeMessage(message: Uint8Array): void {
  if (message.length < LEAST_BYTES) return;
  const memory = owned.get(message.buffer);
  if (memory === undefined) return;
  owned.delete(message.buffer);
  returnBuffer(memory);
}
