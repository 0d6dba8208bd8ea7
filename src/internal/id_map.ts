import { HashedIds } from "./hashed_ids.ts";

/** Where there is none. */
const NO_ID = -1;
/** What a map has that is empty from the beginning; nothing is ever put in there. */
const NO_IDS: number[] = [0];
const NO_VALUES: undefined[] = [undefined];
const LEAST_SLOTS = 4;
/** The ring becomes no larger: beyond this, looking ids up by chance is as fast. */
const MOST_SLOTS = 4096;
/** After a rush, more slots than this are given back. */
const KEPT_SLOTS = 128;

/**
 * Values by positive whole number, made for ids that rise and soon go: calls, streams.
 *
 * The last bits of an id are its slot in a ring, so that ids which follow each other are neighbours: their
 * memory is at hand, however many others there are. An id that is still there when its slot is wanted
 * again gives way, as most likely it will stay: it goes to a table of those that are old. The ring has room
 * for those that come and go meanwhile.
 *
 * A `Map` that is added to and deleted from all the time begins a new table again and again, and each
 * old one keeps the next alive, and all that was in it, once the garbage collector of V8 has called it
 * old. Here are arrays, which no other ones know of, and what is deleted leaves no trace.
 */
export class IdMap<T> {
  /** The id of the only value, while there was never another one beside it: it needs no arrays. */
  #onlyId = NO_ID;
  #only: T | undefined;
  /** 0 where a slot is free; one slot that stays so until a second value comes. */
  #ids: number[] = NO_IDS;
  #values: (T | undefined)[] = NO_VALUES;
  /** Values in the ring, or the only one. */
  #young = 0;
  /** Those that gave way, made with the first; none has an id above `#highestOldId`. */
  #old: HashedIds<T> | undefined;
  #highestOldId = 0;

  /** Number of values. */
  get size(): number {
    return this.#old === undefined ? this.#young : this.#young + this.#old.size;
  }

  /** The value of this id. */
  get(id: number): T | undefined {
    if (id === this.#onlyId) return this.#only;
    const slot = this.#slot(id);
    return this.#ids[slot] === id ? this.#values[slot] : this.#oldWith(id)?.get(id);
  }

  /** Sets the value of this id, in place of any that is there. */
  set(id: number, value: T): void {
    if (this.#ids === NO_IDS) {
      if (this.#young === 0 || id === this.#onlyId) return this.#setOnly(id, value);
      this.#makeRoom();
    }
    if (this.#oldWith(id)?.replace(id, value)) return;
    let slot = this.#slot(id);
    for (let found = this.#ids[slot]; found !== id; found = this.#ids[slot]) {
      if (found === 0) {
        this.#ids[slot] = id;
        this.#young++;
      } else if (!this.#grow()) this.#retire(slot);
      slot = this.#slot(id);
    }
    this.#values[slot] = value;
  }

  /** Takes the value of this id out; false when there was none. */
  delete(id: number): boolean {
    if (id === this.#onlyId) {
      this.#onlyId = NO_ID;
      this.#only = undefined;
      this.#young = 0;
      return true;
    }
    if (!this.#deleteYoung(id) && !this.#oldWith(id)?.delete(id)) return false;
    // After a rush the memory of it is given back.
    if (this.#ids.length > KEPT_SLOTS && this.size === 0) this.clear();
    return true;
  }

  /** Takes all values out. */
  clear(): void {
    this.#young = 0;
    this.#onlyId = NO_ID;
    this.#only = undefined;
    this.#ids = NO_IDS;
    this.#values = NO_VALUES;
    this.#old = undefined;
    this.#highestOldId = 0;
  }

  /** The values, by rising id. */
  values(): T[] {
    const young = [this.#onlyId, ...this.#ids].filter((id) => id > 0);
    const ids = [...young, ...this.#old?.ids() ?? []].sort((a, b) => a - b);
    // Each of these ids has a value.
    return ids.map((id) => this.get(id) as T);
  }

  #slot(id: number): number {
    return id & (this.#ids.length - 1);
  }

  /** Those that are old, where the id may be one of them. */
  #oldWith(id: number): HashedIds<T> | undefined {
    return id > this.#highestOldId ? undefined : this.#old;
  }

  #setOnly(id: number, value: T): void {
    this.#young = 1;
    this.#onlyId = id;
    this.#only = value;
  }

  /** Makes the ring, with the only value in it: another one comes. */
  #makeRoom(): void {
    const [id, value] = [this.#onlyId, this.#only];
    this.#onlyId = NO_ID;
    this.#only = undefined;
    this.#begin(LEAST_SLOTS);
    this.#put(id, value);
  }

  /** Makes the ring larger, where so many are in it that it is too small for what comes and goes. */
  #grow(): boolean {
    const [ids, values] = [this.#ids, this.#values];
    if ((this.#young + 1) * 2 <= ids.length || ids.length >= MOST_SLOTS) return false;
    this.#begin(ids.length * 2);
    for (const [slot, id] of ids.entries()) if (id !== 0) this.#put(id, values[slot]);
    return true;
  }

  #deleteYoung(id: number): boolean {
    const slot = this.#slot(id);
    if (this.#ids[slot] !== id) return false;
    this.#free(slot);
    return true;
  }

  /** Frees a slot for another id. */
  #retire(slot: number): void {
    // The slot is taken,
    const id = this.#ids[slot] as number;
    this.#old ??= new HashedIds();
    // by a value.
    this.#old.set(id, this.#values[slot] as T);
    this.#highestOldId = Math.max(this.#highestOldId, id);
    this.#free(slot);
  }

  #free(slot: number): void {
    this.#ids[slot] = 0;
    this.#values[slot] = undefined;
    this.#young--;
  }

  #put(id: number, value: T | undefined): void {
    const slot = this.#slot(id);
    this.#ids[slot] = id;
    this.#values[slot] = value;
  }

  #begin(slots: number): void {
    this.#ids = new Array<number>(slots).fill(0);
    this.#values = new Array<T | undefined>(slots).fill(undefined);
  }
}
