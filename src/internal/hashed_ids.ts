const LEAST_SLOTS = 4;
/** After a rush, more slots than this are given back. */
const KEPT_SLOTS = 1024;

/**
 * Values by positive whole number, in whatever order they come and go.
 *
 * A peer chooses the ids of its streams: where they go depends on chance, so that it cannot choose
 * such as all go to one slot.
 */
export class HashedIds<T> {
  /** 0 where a slot is free. */
  #ids: number[] = [];
  #values: (T | undefined)[] = [];
  #size = 0;
  /** How far a hash, of 32 bits, is shifted to the right to be a slot. */
  #shift = 0;
  readonly #factor: number;

  /**
   * Makes an empty table.
   *
   * @param chance From 0 to below 1; the platform's unless given
   */
  constructor(chance: number = Math.random()) {
    // Multiplying by an odd number loses nothing, and its upper bits depend on all of the id.
    this.#factor = (Math.floor(chance * 2 ** 31) * 2 + 1) | 0;
    this.#begin(LEAST_SLOTS);
  }

  /** Number of values. */
  get size(): number {
    return this.#size;
  }

  /** The value of this id. */
  get(id: number): T | undefined {
    return this.#values[this.#find(id)];
  }

  /** Sets the value of this id, in place of any that is there. */
  set(id: number, value: T): void {
    let slot = this.#find(id);
    if (this.#ids[slot] !== id) {
      // Half of the slots stay free, so that a search is short.
      if (++this.#size * 2 > this.#ids.length) {
        this.#resize(this.#ids.length * 2);
        slot = this.#find(id);
      }
      this.#ids[slot] = id;
    }
    this.#values[slot] = value;
  }

  /** Sets the value of this id; false when there is none. */
  replace(id: number, value: T): boolean {
    const slot = this.#find(id);
    if (this.#ids[slot] !== id) return false;
    this.#values[slot] = value;
    return true;
  }

  /** Takes the value of this id out; false when there was none. */
  delete(id: number): boolean {
    const slot = this.#find(id);
    if (this.#ids[slot] !== id) return false;
    this.#size--;
    // After a rush the memory of it is given back.
    if (this.#size === 0 && this.#ids.length > KEPT_SLOTS) this.#begin(LEAST_SLOTS);
    else this.#free(slot);
    return true;
  }

  /** The ids, in no order. */
  ids(): number[] {
    return this.#ids.filter((id) => id > 0);
  }

  /** The slot where the search for an id begins. */
  #home(id: number): number {
    // The upper bits of ids of more than 32.
    const upper = id > 0xffffffff ? Math.floor(id / 2 ** 32) : 0;
    return (Math.imul(id, this.#factor) ^ Math.imul(upper, ~this.#factor)) >>> this.#shift;
  }

  /** The slot that has the id, or the free one that is for it. */
  #find(id: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let slot = this.#home(id) & mask;
    for (let found = ids[slot]; found !== id && found !== 0; found = ids[slot]) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Frees a slot; what stood aside because of it moves up, so that no search stops too early. */
  #free(slot: number): void {
    const ids = this.#ids;
    const values = this.#values;
    const mask = ids.length - 1;
    let free = slot;
    for (let next = (slot + 1) & mask;; next = (next + 1) & mask) {
      const id = ids[next];
      if (id === undefined || id === 0) break;
      // It may move unless its search begins after the free slot.
      if (((next - this.#home(id)) & mask) < ((next - free) & mask)) continue;
      ids[free] = id;
      values[free] = values[next];
      free = next;
    }
    ids[free] = 0;
    values[free] = undefined;
  }

  #resize(slots: number): void {
    const [ids, values] = [this.#ids, this.#values];
    this.#begin(slots);
    for (const [slot, id] of ids.entries()) {
      if (id === 0) continue;
      const place = this.#find(id);
      this.#ids[place] = id;
      this.#values[place] = values[slot];
    }
  }

  #begin(slots: number): void {
    this.#ids = new Array<number>(slots).fill(0);
    this.#values = new Array<T | undefined>(slots).fill(undefined);
    this.#shift = 1 + Math.clz32(slots);
  }
}
