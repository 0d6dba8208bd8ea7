/** A value of which only the type is known to be an object; its properties are read by name. */
export type AnyObject = Readonly<Record<string, unknown>>;

/**
 * Whether `value` is an object literal, or was made like one: no prototype, or one that has none
 * itself, so that objects of another realm count too.
 */
export function isPlainObject(value: object): value is AnyObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ||
    Object.getPrototypeOf(prototype) === null;
}

/** Whether `value` says itself what to encode in its place. */
export function hasToJson(value: object): value is { toJSON(): unknown } {
  // Every object may be asked for a property; `in` first would look twice.
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

/** Names the type of a value that cannot be encoded, never the value. */
export function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return value === undefined || value === null ? String(value) : `a ${typeof value}`;
  }
  if (value instanceof Date) return "an invalid Date";
  const type: unknown = value.constructor;
  return typeof type === "function" && type.name !== ""
    ? `an instance of "${type.name}"`
    : "an object of unknown class";
}
