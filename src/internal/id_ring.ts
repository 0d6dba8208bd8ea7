import { HashedIds } from "./hashed_ids.ts";

const LEAST_SLOTS = 4;
/** The ring becomes no larger: beyond this, looking ids up by chance is as fast. */
const MOST_SLOTS = 4096;
/** After a rush, more slots than this are given back. */
const KEPT_SLOTS = 128;

/**
 * The values of an `IdMap` that has had more than one at a time.
 *
 * The last bits of an id are its slot in a ring, so that ids which follow each other are neighbours: their
 * memory is at hand, however many others there are. An id that is still there when its slot is wanted
 * again gives way, as most likely it will stay: it goes to a table of those that are old. The ring has room
 * for those that come and go meanwhile.
 */
export class IdRing<T> {
  /** 0 where a slot is free. */
  #ids: number[] = [];
  #values: (T | undefined)[] = [];
  /** Values in the ring. */
  #young = 1;
  /** Those that gave way, made with the first; none has an id above `#highestOldId`. */
  #old: HashedIds<T> | undefined;
  #highestOldId = 0;

  /** Begins with a value. */
  constructor(id: number, value: T) {
    this.#begin(LEAST_SLOTS);
    this.#put(id, value);
  }

  /** Number of values. */
  get size(): number {
    return this.#old === undefined ? this.#young : this.#young + this.#old.size;
  }

  /** Whether it is empty, and larger than one to keep. */
  get isSpent(): boolean {
    return this.#ids.length > KEPT_SLOTS && this.size === 0;
  }

  /** The value of this id. */
  get(id: number): T | undefined {
    const slot = this.#slot(id);
    return this.#ids[slot] === id ? this.#values[slot] : this.#oldWith(id)?.get(id);
  }

  /** Sets the value of this id, in place of any that is there. */
  set(id: number, value: T): void {
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
    const slot = this.#slot(id);
    if (this.#ids[slot] !== id) return this.#oldWith(id)?.delete(id) ?? false;
    this.#free(slot);
    return true;
  }

  /** The values, by rising id. */
  values(): T[] {
    const young = this.#ids.filter((id) => id > 0);
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

  /** Makes the ring larger, where so many are in it that it is too small for what comes and goes. */
  #grow(): boolean {
    const [ids, values] = [this.#ids, this.#values];
    if ((this.#young + 1) * 2 <= ids.length || ids.length >= MOST_SLOTS) return false;
    this.#begin(ids.length * 2);
    for (const [slot, id] of ids.entries()) if (id !== 0) this.#put(id, values[slot]);
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
