import type { ByteInput } from "./byte_input.ts";
import { asciiText, isAscii, readUtf8 } from "./utf8_decode.ts";

/** Slots of a cache; a power of two. */
export const SLOTS = 1024;

// As engines do it for JSON: names of states, rooms and the like repeat, longer texts hardly do.
const MAX_TEXT_BYTES = 10;

/**
 * Remembers short texts, which repeat from message to message: to compare one is faster than to
 * make it again, and all who keep it keep the same.
 *
 * Each text has one slot, and a newcomer replaces the text in it: texts made up by a peer cost time,
 * never memory.
 */
export class TextCache {
  readonly #slots: string[] = new Array<string>(SLOTS).fill("");

  /** Reads a text of `length` bytes of UTF-8. */
  read(input: ByteInput, length: number): string {
    if (length > MAX_TEXT_BYTES || length === 0) return readUtf8(input, length);
    const start = input.skip(length);
    const { bytes } = input;
    const slot = slotOf(bytes, start, length);
    // A slot is an index of the array.
    const cached = this.#slots[slot] as string;
    if (cached.length === length && isTextAt(bytes, start, cached)) return cached;
    if (isAscii(bytes, start, length)) return this.#slots[slot] = asciiText(bytes, start, length);
    input.position = start;
    return readUtf8(input, length);
  }
}

/** The slot of a text of `length` bytes, which must be there, at least one. */
export function slotOf(bytes: Uint8Array, start: number, length: number): number {
  // The caller has checked that the bytes are there.
  const ends = (bytes[start] as number) + (bytes[start + length - 1] as number) * 31;
  // So is the one in the middle.
  const middle = bytes[start + (length >> 1)] as number;
  return (ends + middle * 7 + length * 127) & (SLOTS - 1);
}

/** Whether the bytes at `start`, which must be there, are a text of ASCII. */
export function isTextAt(bytes: Uint8Array, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
