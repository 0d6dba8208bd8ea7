/**
 * A message that came compressed. It waits so, and is inflated when its reader takes it: what a peer
 * can make this side hold unread is what it sent, however much that becomes.
 */
export abstract class RpcCompressedMessage {
  /** Its bytes on the wire: what the peer was charged, and what `releaseMessage` takes. */
  abstract readonly wireBytes: number;

  /**
   * Inflates it, once.
   *
   * @returns The message
   * @throws {RpcError} `RESOURCE_EXHAUSTED` when it is larger than `maxMessageBytes`, `INTERNAL` when
   *   its bytes do not inflate, `CANCELLED` when it was inflated or dropped before, or is dropped meanwhile
   */
  abstract inflate(): Promise<Uint8Array>;

  /** Lets go of it at once: nobody will read it. */
  abstract drop(): void;
}

/**
 * What `releaseMessage` takes for a message.
 *
 * @param message A message as it came in
 * @returns Its bytes on the wire; 0 where there is none
 */
export function wireBytesOf(message: unknown): number {
  if (message instanceof Uint8Array) return message.length;
  return message instanceof RpcCompressedMessage ? message.wireBytes : 0;
}
