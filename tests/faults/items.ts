/** Items that carry their number twice, so that none is lost, doubled, swapped or cut unnoticed. */

/** Makes the item with this number, which has room for two numbers. */
export function createItem(number: number, bytes: number): Uint8Array<ArrayBuffer> {
  const item = new Uint8Array(bytes);
  const view = new DataView(item.buffer);
  view.setFloat64(0, number);
  view.setFloat64(bytes - 8, number);
  return item;
}

/** Takes items and finds the first that is wrong. */
export class ItemChecker {
  /** Items taken. */
  items = 0;
  /** Bytes of them. */
  bytes = 0;
  /** What was wrong with the first wrong one; empty when none was. */
  fault = "";
  readonly #size: number | undefined;

  /** Makes a checker; without a size the items may have any. */
  constructor(size?: number) {
    this.#size = size;
  }

  /** Takes the next item. */
  take(item: Uint8Array): void {
    const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
    const [first, last] = [view.getFloat64(0), view.getFloat64(item.length - 8)];
    const isRight = first === this.items && last === this.items &&
      (this.#size === undefined || item.length === this.#size);
    if (!isRight && this.fault === "") {
      this.fault = `item ${this.items} has ${item.length} bytes and the numbers ${first}, ${last}`;
    }
    this.items++;
    this.bytes += item.length;
  }
}

/** Makes a large message, every word of which is its own number; the size is one of whole words. */
export function createLarge(bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(bytes / 4);
  for (let at = 0; at < words.length; at++) words[at] = at;
  return new Uint8Array(words.buffer);
}

/** What is wrong with a large message; empty when nothing is. */
export function findLargeFault(message: Uint8Array): string {
  // What comes in may begin anywhere in its buffer, words only at every fourth byte.
  const aligned = message.byteOffset % 4 === 0 ? message : message.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  let wrong = 0;
  while (wrong < words.length && words[wrong] === wrong) wrong++;
  return wrong === words.length ? "" : `word ${wrong} of ${words.length} is ${words[wrong]}`;
}
