/** Where there is none. */
const NO_ID = -1;
/** What a map has that is empty from the beginning; nothing is ever put in there. */
const NO_IDS: number[] = [0];
const NO_VALUES: undefined[] = [undefined];
const LEAST_SLOTS = 4;
/** After a rush, more slots than this are given back. */
const KEPT_SLOTS = 1024;

/**
 * Values by positive whole number, made for ids that rise and soon go: calls, streams.
 *
 * A `Map` that is added to and deleted from all the time begins a new table again and again, and each
 * old one keeps the next alive, and all that was in it, once the garbage collector of V8 has called it
 * old. Here are two arrays, which no other ones know of, and what is deleted leaves no trace.
 *
 * A peer chooses the ids of its streams: where they go depends on chance, so that it cannot choose
 * such as all go to one slot.
 */
export class IdMap<T> {
  /** The id of the only value, while there was never another one beside it: it needs no arrays. */
  #onlyId = NO_ID;
  #only: T | undefined;
  /** 0 where a slot is free; one slot that stays so until a second value comes. */
  #ids: number[] = NO_IDS;
  #values: (T | undefined)[] = NO_VALUES;
  #size = 0;
  /** How far a hash, of 32 bits, is shifted to the right to be a slot. */
  #shift = shiftFor(LEAST_SLOTS);
  /** The slot that was found last. */
  #found = 0;
  readonly #factor: number;

  /**
   * Makes an empty map.
   *
   * @param chance From 0 to below 1; the platform's unless given
   */
  constructor(chance: number = Math.random()) {
    // Multiplying by an odd number loses nothing, and its upper bits depend on all of the id.
    this.#factor = (Math.floor(chance * 2 ** 31) * 2 + 1) | 0;
  }

  /** Number of values. */
  get size(): number {
    return this.#size;
  }

  /** The value of this id. */
  get(id: number): T | undefined {
    return id === this.#onlyId ? this.#only : this.#values[this.#find(id)];
  }

  /** Sets the value of this id, in place of any that is there. */
  set(id: number, value: T): void {
    if (this.#ids === NO_IDS) {
      if (this.#size === 0 || id === this.#onlyId) return this.#setOnly(id, value);
      this.#makeRoom();
    }
    let slot = this.#find(id);
    if (this.#ids[slot] !== id) {
      // Half of the slots stay free, so that a search is short.
      if (++this.#size * 2 > this.#ids.length) {
        this.#resize(Math.max(this.#ids.length * 2, LEAST_SLOTS));
        slot = this.#find(id);
      }
      this.#ids[slot] = id;
    }
    this.#values[slot] = value;
  }

  /** Takes the value of this id out; false when there was none. */
  delete(id: number): boolean {
    if (id === this.#onlyId) {
      this.clear();
      return true;
    }
    const slot = this.#find(id);
    if (this.#ids[slot] !== id) return false;
    this.#size--;
    // After a rush the memory of it is given back.
    if (this.#size === 0 && this.#ids.length > KEPT_SLOTS) this.clear();
    else this.#free(slot);
    return true;
  }

  /** Takes all values out. */
  clear(): void {
    this.#size = 0;
    this.#onlyId = NO_ID;
    this.#only = undefined;
    this.#ids = NO_IDS;
    this.#values = NO_VALUES;
  }

  /** The values, by rising id. */
  values(): T[] {
    const ids = [this.#onlyId, ...this.#ids].filter((id) => id > 0).sort((a, b) => a - b);
    // Each of these ids has a value.
    return ids.map((id) => this.get(id) as T);
  }

  #setOnly(id: number, value: T): void {
    this.#size = 1;
    this.#onlyId = id;
    this.#only = value;
  }

  /** Makes arrays, with the only value in them: another one comes. */
  #makeRoom(): void {
    const [id, value] = [this.#onlyId, this.#only];
    this.#onlyId = NO_ID;
    this.#only = undefined;
    this.#begin(LEAST_SLOTS);
    const slot = this.#find(id);
    this.#ids[slot] = id;
    this.#values[slot] = value;
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
    // What is taken out has mostly been looked for right before.
    if (ids[this.#found] === id) return this.#found;
    const mask = ids.length - 1;
    let slot = this.#home(id) & mask;
    for (let found = ids[slot]; found !== id && found !== 0; found = ids[slot]) {
      slot = (slot + 1) & mask;
    }
    this.#found = slot;
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
    this.#ids = emptyIds(slots);
    this.#values = emptyValues(slots);
    this.#shift = shiftFor(slots);
  }
}

function shiftFor(slots: number): number {
  return 1 + Math.clz32(slots);
}

function emptyIds(slots: number): number[] {
  return new Array<number>(slots).fill(0);
}

function emptyValues<T>(slots: number): (T | undefined)[] {
  return new Array<T | undefined>(slots).fill(undefined);
}
