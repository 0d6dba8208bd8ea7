/** From this index on it counts how far apart the keys of an object are. */
const FIRST_FAR = 17;
/** Indices of more digits an engine weighs itself: no array grows by that much at once. */
const MAX_DIGITS = 4;
/** How many places an array may have for each property of the object. */
const PLACES = 4;
const ZERO = 0x30;
const NINE = 0x39;

// Asked for a key that is new, a set is faster than the object.
const inherited = /* @__PURE__ */ inheritedNames();

function inheritedNames(): ReadonlySet<string> {
  return new Set(Object.getOwnPropertyNames(Object.prototype));
}

/** A property to be added. */
export interface NewProperty {
  readonly key: string;
  readonly value: unknown;
}

/** Whether a key may be an index, by its first character or byte. */
export function mayBeIndex(first: number): boolean {
  return first >= ZERO && first <= NINE;
}

/**
 * Whether assigning to `key` may do anything else than add a property: `__proto__` is a setter, and
 * where `Object.prototype` is frozen its names cannot be assigned to in any object.
 */
export function isInherited(key: string): boolean {
  return inherited.has(key);
}

/**
 * Adds a property to a plain object, or replaces it, whatever its key is.
 *
 * Engines keep what has an index in an array with room for all that are below: `{"1000": null}`, 7
 * bytes of MessagePack, takes 12 kB. Of indices that are far apart no such array is made.
 *
 * @param properties How many the object will have, or has with this one
 * @returns What to give as `properties` for the next one
 */
export function addProperty(
  object: Record<string, unknown>,
  property: NewProperty,
  properties: number,
): number {
  const { key, value } = property;
  if (!mayBeIndex(key.charCodeAt(0))) {
    if (isInherited(key)) define(object, property, true);
    else object[key] = value;
  } else if (isFarIndex(key, properties)) {
    addFarProperty(object, property);
    return Infinity;
  } else object[key] = value;
  return properties;
}

/** Adds a property whose key may be an index of any size, or anything else. */
export function addFarProperty(object: Record<string, unknown>, property: NewProperty): void {
  // What is not plain cannot be in an array: the engine takes a table, and stays with it.
  define(object, property, false);
  define(object, property, true);
}

function isFarIndex(key: string, properties: number): boolean {
  const { length } = key;
  if (length === 1 || length > MAX_DIGITS || key.charCodeAt(0) === ZERO) return false;
  let index = 0;
  for (let at = 0; at < length; at++) {
    const unit = key.charCodeAt(at);
    if (unit < ZERO || unit > NINE) return false;
    index = index * 10 + unit - ZERO;
  }
  return index >= FIRST_FAR && index > properties * PLACES;
}

function define(object: object, { key, value }: NewProperty, writable: boolean): void {
  Object.defineProperty(object, key, { value, writable, enumerable: true, configurable: true });
}
