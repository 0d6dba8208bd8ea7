import { ByteArena } from "./byte_arena.ts";
import { Unrepresentable } from "./unrepresentable.ts";

let idle: ByteArena | undefined;

/**
 * Encodes one value in the memory that all codecs share.
 *
 * A `write` inside another one gets memory of its own: `toJSON` and getters run inside an encoder and
 * may encode something themselves.
 *
 * @param format The format, for error messages
 * @param write Writes the value
 * @returns Bytes that are never written again
 * @throws {TypeError} When `write` throws an {@linkcode Unrepresentable}
 */
export function encodeWith(
  format: string,
  write: (out: ByteArena) => void,
): Uint8Array<ArrayBuffer> {
  const out = idle ?? new ByteArena();
  idle = undefined;
  try {
    write(out);
    return out.take();
  } catch (thrown) {
    out.discard();
    throw thrown instanceof Unrepresentable ? thrown.toError(format) : thrown;
  } finally {
    idle = out;
  }
}
