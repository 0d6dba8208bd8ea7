const SLOTS = 64;
/** Above this length, comparing costs more than decoding again. */
const MAX_BYTES = 48;

/**
 * Remembers short ASCII texts that come again and again and have been checked once, so that reading
 * one again costs a comparison.
 */
export class TextCache {
  #texts: (string | undefined)[] | undefined = undefined;
  #slot = 0;

  /** The known text between two places of `bytes`; undefined when it is not known. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > MAX_BYTES) return undefined;
    this.#slot = hash(bytes, start, end);
    const text = this.#texts?.[this.#slot];
    return text !== undefined && isSame(text, bytes, start, length) ? text : undefined;
  }

  /** Remembers the text that the last `find` did not know; it must be ASCII. */
  keep(text: string): void {
    if (text.length > MAX_BYTES) return;
    this.#texts ??= new Array<string | undefined>(SLOTS).fill(undefined);
    this.#texts[this.#slot] = text;
  }
}

/** A slot; the last bytes tell names such as `x-rpc-a` and `x-rpc-b` apart. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = end - start;
  for (let index = end - 1; index >= start && index >= end - 8; index--) {
    sum = (sum * 31 + (bytes[index] ?? 0)) & 0xffff;
  }
  return sum % SLOTS;
}

function isSame(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
