/** An emptied queue gives back the memory of more slots than this. */
const KEPT_SLOTS = 1024;

/**
 * A first-in, first-out queue whose `shift` costs the same however long it is. It takes no memory
 * before the first item, and makes no garbage while it fills and empties.
 */
export class Fifo<T> {
  /** A ring; its length is a power of two. */
  #ring: (T | undefined)[] | undefined;
  #head = 0;
  #length = 0;

  /** Number of items. */
  get length(): number {
    return this.#length;
  }

  /** The item that `shift` would return. */
  peek(): T | undefined {
    return this.#ring?.[this.#head];
  }

  /** Adds an item at the end. */
  push(item: T): void {
    let ring = this.#ring;
    if (ring === undefined || this.#length === ring.length) ring = this.#grow();
    ring[(this.#head + this.#length) & (ring.length - 1)] = item;
    this.#length++;
  }

  /** Takes the first item; undefined when there is none. */
  shift(): T | undefined {
    const ring = this.#ring;
    if (ring === undefined || this.#length === 0) return undefined;
    const item = ring[this.#head];
    ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (ring.length - 1);
    this.#length--;
    if (this.#length === 0 && ring.length > KEPT_SLOTS) this.clear();
    return item;
  }

  /**
   * Puts others in the place of the last `count` items, or of all when there are fewer.
   *
   * @param replace Makes as many of them, in the same order
   */
  replaceLast(count: number, replace: (items: readonly T[]) => readonly T[]): void {
    const ring = this.#ring;
    if (ring === undefined) return;
    const replaced = Math.min(count, this.#length);
    const first = this.#head + this.#length - replaced;
    const slotAt = (index: number): number => (first + index) & (ring.length - 1);
    // Each of the slots from the head on has an item.
    const items = Array.from({ length: replaced }, (_, index) => ring[slotAt(index)] as T);
    replace(items).forEach((item, index) => ring[slotAt(index)] = item);
  }

  /** Forgets all items. */
  clear(): void {
    this.#ring = undefined;
    this.#head = 0;
    this.#length = 0;
  }

  /** Doubles the ring; the first item comes first in the new one. */
  #grow(): (T | undefined)[] {
    const ring = this.#ring;
    // All slots are there from the beginning: an array with holes is slow.
    const grown: (T | undefined)[] = [undefined, undefined, undefined, undefined];
    if (ring !== undefined) {
      for (let index = 0; index < ring.length; index++) {
        grown[index] = ring[(this.#head + index) & (ring.length - 1)];
      }
      while (grown.length < ring.length * 2) grown.push(undefined);
    }
    this.#ring = grown;
    this.#head = 0;
    return grown;
  }
}
