import type { ByteInput } from "./byte_input.ts";
import { asciiText, isAscii, readUtf8 } from "./utf8_decode.ts";

const SLOTS = 1024;
const MAX_KEY_BYTES = 32;

/**
 * Remembers the keys of maps, which repeat from message to message.
 *
 * Each key has one slot, and a newcomer replaces the key in it: keys made up by a peer cost time,
 * never memory.
 */
export class KeyCache {
  readonly #slots: string[] = new Array<string>(SLOTS).fill("");

  /** Reads a key of `length` bytes of UTF-8. */
  read(input: ByteInput, length: number): string {
    if (length > MAX_KEY_BYTES || length === 0) return readUtf8(input, length);
    const start = input.skip(length);
    const { bytes } = input;
    const slot = slotOf(bytes, start, length);
    const cached = this.#slots[slot];
    if (cached !== undefined && isSame(cached, bytes, start, length)) return cached;
    if (isAscii(bytes, start, length)) {
      return this.#slots[slot] = interned(asciiText(bytes, start, length));
    }
    input.position = start;
    return readUtf8(input, length);
  }
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  // The caller has checked that the bytes are there.
  const ends = (bytes[start] as number) + (bytes[start + length - 1] as number) * 31;
  // So is the one in the middle.
  const middle = bytes[start + (length >> 1)] as number;
  return (ends + middle * 7 + length * 127) & (SLOTS - 1);
}

function isSame(key: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (key.length !== length) return false;
  for (let index = 0; index < length; index++) {
    if (key.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}

// An engine finds a property faster by the very string that it keeps as the property's name.
function interned(key: string): string {
  return Object.keys({ [key]: 0 })[0] ?? key;
}
