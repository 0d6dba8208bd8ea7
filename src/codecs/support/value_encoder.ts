import type { Placed } from "../../internal/placed_value.ts";
import { ByteArena } from "./byte_arena.ts";
import { Unrepresentable } from "./unrepresentable.ts";

/** The memory that all codecs share. */
let idle: ByteArena | undefined;
/** What writes into memory of others. */
let guest: ByteArena | undefined;

const NONE = /* @__PURE__ */ new Uint8Array(0);

/**
 * Encodes values in one format, one behind another in the memory that all codecs share.
 *
 * A value inside another one gets memory of its own: `toJSON` and getters run inside an encoder and
 * may encode something themselves.
 */
export class ValueEncoder {
  readonly #format: string;
  readonly #write: (out: ByteArena, value: unknown) => void;

  /**
   * @param format The format, for error messages
   * @param write Writes a value; throws an {@linkcode Unrepresentable} when that cannot be done
   */
  constructor(format: string, write: (out: ByteArena, value: unknown) => void) {
    this.#format = format;
    this.#write = write;
  }

  /**
   * Encodes one value.
   *
   * @returns Bytes that are never written again
   * @throws {TypeError} When the value cannot be represented
   */
  encode(value: unknown): Uint8Array<ArrayBuffer> {
    const out = idle ?? new ByteArena();
    idle = undefined;
    try {
      this.#write(out, value);
      return out.take();
    } catch (thrown) {
      out.discard();
      throw this.#toError(thrown);
    } finally {
      idle = out;
    }
  }

  /**
   * Encodes one value into memory of somebody else, if it has room there.
   *
   * @param bytes The memory, from the beginning of its buffer on
   * @param position Where the first byte goes
   * @returns How many bytes the value has there; or its bytes, which are elsewhere
   * @throws {TypeError} When the value cannot be represented
   */
  encodeInto(value: unknown, bytes: Uint8Array<ArrayBuffer>, position: number): Placed {
    const out = guest ?? new ByteArena(NONE);
    guest = undefined;
    try {
      out.place(bytes, position);
      this.#write(out, value);
      return out.bytes === bytes ? out.length : out.take();
    } catch (thrown) {
      out.discard();
      throw this.#toError(thrown);
    } finally {
      guest = out;
    }
  }

  #toError(thrown: unknown): unknown {
    return thrown instanceof Unrepresentable ? thrown.toError(this.#format) : thrown;
  }
}
