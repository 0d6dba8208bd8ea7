import { concatBytes, keepBytes } from "../../internal/bytes.ts";
import { ByteWriter } from "../../internal/byte_writer.ts";

/** A shorter fragment is copied to those before it: by itself it would weigh more than its bytes. */
const SHORT_BYTES = 4096;
/** What short fragments were joined to is closed at this length. */
const JOINED_BYTES = 64 * 1024;
/** Memory for the first short fragment; it grows. */
const FIRST_BYTES = 256;

/**
 * The fragments of one message, as they came.
 *
 * It keeps about as much memory as the fragments have bytes, however short they are and whatever
 * came in the same batch.
 */
export class Fragments {
  readonly #parts: Uint8Array[] = [];
  #short: ByteWriter | undefined;

  /** Adds the next fragment, which may be a view of its batch. */
  add(fragment: Uint8Array): void {
    if (fragment.length >= SHORT_BYTES) {
      this.#closeShort();
      this.#parts.push(keepBytes(fragment));
      return;
    }
    this.#short ??= new ByteWriter(FIRST_BYTES);
    this.#short.bytes(fragment);
    if (this.#short.length >= JOINED_BYTES) this.#closeShort();
  }

  /** The message of so many bytes, when the last fragment has been added. */
  join(bytes: number): Uint8Array {
    this.#closeShort();
    return concatBytes(this.#parts, bytes);
  }

  #closeShort(): void {
    if (this.#short !== undefined && this.#short.length > 0) this.#parts.push(this.#short.take());
    this.#short = undefined;
  }
}
