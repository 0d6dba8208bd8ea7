/** Bytes in front of a message that whoever sends it may write a head into. */
export const HEADROOM_BYTES = 16;

/** The memory of messages that have headroom. */
const spacious: WeakSet<ArrayBufferLike> = /* @__PURE__ */ new WeakSet();

/**
 * Marks memory in which nothing stands before a message but headroom.
 *
 * @param message All that anybody is given of its memory, from `HEADROOM_BYTES` on
 * @returns The same
 */
export function markHeadroom(message: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  spacious.add(message.buffer);
  return message;
}

/** Whether the bytes in front of a message are headroom; in front of a later part of one, they are not. */
export function hasHeadroom(message: Uint8Array): boolean {
  return message.byteOffset === HEADROOM_BYTES && spacious.has(message.buffer);
}
