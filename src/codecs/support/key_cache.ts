import type { ByteInput } from "./byte_input.ts";
import { slotOf, SLOTS } from "./text_cache.ts";
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
  readonly #slots: KnownKey[];
  #last: KnownKey = knownKey("", new Uint8Array());

  /** Makes an empty cache. */
  constructor() {
    this.#slots = new Array<KnownKey>(SLOTS).fill(this.#last);
  }

  /** Reads a key of `length` bytes of UTF-8. */
  read(input: ByteInput, length: number): string {
    // A slot is an index of the array.
    const expected = this.#slots[this.#last.nextSlot] as KnownKey;
    if (!isSame(expected.bytes, input.bytes, input.position, length)) {
      return this.#find(input, length);
    }
    this.#last = expected;
    input.position += length;
    return expected.text;
  }

  #find(input: ByteInput, length: number): string {
    if (length > MAX_KEY_BYTES || length === 0) return readUtf8(input, length);
    const start = input.skip(length);
    const { bytes } = input;
    const slot = slotOf(bytes, start, length);
    let known = this.#slots[slot];
    if (known === undefined || !isSame(known.bytes, bytes, start, length)) {
      if (!isAscii(bytes, start, length)) {
        input.position = start;
        return readUtf8(input, length);
      }
      const text = interned(asciiText(bytes, start, length));
      known = this.#slots[slot] = knownKey(text, bytes.slice(start, start + length));
    }
    this.#last.nextSlot = slot;
    this.#last = known;
    return known.text;
  }
}

interface KnownKey {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** The slot of the key that came after this one; a key itself would hold others by chains. */
  nextSlot: number;
}

function knownKey(text: string, bytes: Uint8Array): KnownKey {
  return { text, bytes, nextSlot: 0 };
}

function isSame(key: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (key.length !== length || length > bytes.length - start) return false;
  for (let index = 0; index < length; index++) {
    if (key[index] !== bytes[start + index]) return false;
  }
  return true;
}

// An engine finds a property faster by the very string that it keeps as the property's name.
function interned(key: string): string {
  return Object.keys({ [key]: 0 })[0] ?? key;
}
