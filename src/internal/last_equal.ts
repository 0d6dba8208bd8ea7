/**
 * Gives one object for equal ones that come one after another, so that many owners share it.
 *
 * @typeParam T Flat objects with the same properties
 */
export class LastEqual<T extends object> {
  #last: T | undefined;

  /** The object that was given last if it is equal to this one, otherwise this one. */
  share(object: T): T {
    const last = this.#last;
    if (last === undefined || !isEqual(last, object)) this.#last = object;
    return this.#last ?? object;
  }
}

function isEqual<T extends object>(one: T, other: T): boolean {
  for (const key in one) {
    if (one[key] !== other[key]) return false;
  }
  return true;
}
