import type { ByteArena } from "./byte_arena.ts";
import { SLOTS } from "./text_cache.ts";

const MAX_KEY_CHARS = 32;

/**
 * Writes the keys of maps, which repeat from message to message: keeps what they were encoded to,
 * and which key came after which, so that most are found by one comparison and copied.
 *
 * Each key has one slot, and a newcomer replaces the key in it, so that it never grows.
 */
export class KeyWriter {
  readonly #writeText: (out: ByteArena, text: string) => void;
  readonly #slots = new Array<WrittenKey | undefined>(SLOTS).fill(undefined);
  #last: WrittenKey = { text: "", bytes: new Uint8Array(), nextSlot: 0 };

  /** @param writeText Writes a text with its head */
  constructor(writeText: (out: ByteArena, text: string) => void) {
    this.#writeText = writeText;
  }

  /** Writes a key with its head. */
  write(out: ByteArena, key: string): void {
    const expected = this.#slots[this.#last.nextSlot];
    if (expected === undefined || expected.text !== key) return this.#find(out, key);
    this.#last = expected;
    copyInto(out, expected.bytes);
  }

  #find(out: ByteArena, key: string): void {
    if (key.length > MAX_KEY_CHARS) return this.#writeText(out, key);
    const slot = slotOf(key);
    let known = this.#slots[slot];
    if (known?.text === key) copyInto(out, known.bytes);
    else {
      const start = out.length;
      this.#writeText(out, key);
      const bytes = out.bytes.slice(out.at(start), out.position);
      known = this.#slots[slot] = { text: key, bytes, nextSlot: 0 };
    }
    this.#last.nextSlot = slot;
    this.#last = known;
  }
}

interface WrittenKey {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** The slot of the key that came after this one; a key itself would hold others by chains. */
  nextSlot: number;
}

function slotOf(key: string): number {
  // Of no character, the code is NaN, which has no bits.
  const { length } = key;
  const ends = key.charCodeAt(0) + key.charCodeAt(length - 1) * 31;
  return (ends + key.charCodeAt(length >> 1) * 7 + length * 127) & (SLOTS - 1);
}

// A loop is faster than `set` for so few bytes.
function copyInto(out: ByteArena, source: Uint8Array): void {
  const { length } = source;
  out.reserve(length);
  const { bytes, position } = out;
  // The loop stays within the source.
  for (let index = 0; index < length; index++) bytes[position + index] = source[index] as number;
  out.position = position + length;
}
