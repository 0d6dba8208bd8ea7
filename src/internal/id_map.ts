import { IdRing } from "./id_ring.ts";

/** Where there is none. */
const NO_ID = -1;

/**
 * Values by positive whole number, made for ids that rise and soon go: calls, streams.
 *
 * A `Map` that is added to and deleted from all the time begins a new table again and again, and each
 * old one keeps the next alive, and all that was in it, once the garbage collector of V8 has called it
 * old. Here are arrays, which no other ones know of, and what is deleted leaves no trace.
 */
export class IdMap<T> {
  /** The id of the only value, while there was never another one beside it: it needs no ring. */
  #onlyId = NO_ID;
  #only: T | undefined;
  #ring: IdRing<T> | undefined;

  /** Number of values. */
  get size(): number {
    if (this.#ring !== undefined) return this.#ring.size;
    return this.#onlyId === NO_ID ? 0 : 1;
  }

  /** The value of this id. */
  get(id: number): T | undefined {
    return id === this.#onlyId ? this.#only : this.#ring?.get(id);
  }

  /** Sets the value of this id, in place of any that is there. */
  set(id: number, value: T): void {
    if (this.#ring !== undefined) return this.#ring.set(id, value);
    if (this.#onlyId === NO_ID || id === this.#onlyId) return this.#setOnly(id, value);
    // There is a value of the only id.
    const ring = this.#ring = new IdRing(this.#onlyId, this.#only as T);
    this.#setOnly(NO_ID, undefined);
    ring.set(id, value);
  }

  /** Takes the value of this id out; false when there was none. */
  delete(id: number): boolean {
    if (id === this.#onlyId) this.#setOnly(NO_ID, undefined);
    else if (!this.#ring?.delete(id)) return false;
    // After a rush the memory of it is given back.
    else if (this.#ring.isSpent) this.#ring = undefined;
    return true;
  }

  /** Takes all values out. */
  clear(): void {
    this.#setOnly(NO_ID, undefined);
    this.#ring = undefined;
  }

  /** The values, by rising id. */
  values(): T[] {
    if (this.#ring !== undefined) return this.#ring.values();
    // There is a value of the only id.
    return this.#onlyId === NO_ID ? [] : [this.#only as T];
  }

  #setOnly(id: number, value: T | undefined): void {
    this.#onlyId = id;
    this.#only = value;
  }
}
