import { isInherited, mayBeIndex } from "../../internal/properties.ts";
import type { ByteInput } from "./byte_input.ts";
import { isTextAt, slotOf, SLOTS } from "./text_cache.ts";
import { asciiText, isAscii, readUtf8 } from "./utf8_decode.ts";

const MAX_KEY_BYTES = 32;

/**
 * Remembers the keys of maps, which repeat from message to message, and which key came after which:
 * the next one is most often the one that followed the last time.
 *
 * Each key has one slot, and a newcomer replaces the key in it: keys made up by a peer cost time,
 * never memory.
 */
export class KeyCache {
  /** The second half is for keys that may be indices. */
  readonly #slots: string[] = new Array<string>(SLOTS * 2).fill("");
  /** Of each slot, the one of the key that came next. */
  readonly #next: Uint16Array = new Uint16Array(SLOTS * 2);
  #lastSlot = 0;

  /** Reads a key of `length` bytes of UTF-8. */
  read(input: ByteInput, length: number): string {
    const { bytes, position } = input;
    // The last slot is an index of the array,
    const slot = this.#next[this.#lastSlot] as number;
    // and so is the next.
    const expected = this.#slots[slot] as string;
    const isThere = expected.length === length && length <= bytes.length - position;
    if (!isThere || !isTextAt(bytes, position, expected)) return this.#find(input, length);
    if (slot >= SLOTS) input.hasOddKeys = true;
    this.#lastSlot = slot;
    input.position = position + length;
    return expected;
  }

  #find(input: ByteInput, length: number): string {
    if (length > MAX_KEY_BYTES || length === 0) return readUtf8(input, length);
    const start = input.skip(length);
    const { bytes } = input;
    // `skip` has checked that the bytes are there.
    const isIndex = mayBeIndex(bytes[start] as number);
    if (isIndex) input.hasOddKeys = true;
    const slot = slotOf(bytes, start, length) + (isIndex ? SLOTS : 0);
    // A slot is an index of the array.
    let key = this.#slots[slot] as string;
    if (key.length !== length || !isTextAt(bytes, start, key)) {
      if (!isAscii(bytes, start, length)) {
        input.position = start;
        return readUtf8(input, length);
      }
      key = interned(asciiText(bytes, start, length), isIndex);
      if (!isIndex && isInherited(key)) {
        input.hasOddKeys = true;
        return key;
      }
      this.#slots[slot] = key;
    }
    this.#next[this.#lastSlot] = slot;
    this.#lastSlot = slot;
    return key;
  }
}

// An engine finds a property faster by the very string that it keeps as the property's name. With
// the name of an index it would make an array for it: it knows the texts of numbers as well.
function interned(key: string, isIndex: boolean): string {
  const known = isIndex ? String(Number(key)) : Object.keys({ [key]: 0 })[0];
  return known === key ? known : key;
}
