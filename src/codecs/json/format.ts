import { type AnyObject, describe, hasToJson, isPlainObject } from "../support/objects.ts";
import { atIndex, atKey, tooDeep, Unrepresentable } from "../support/unrepresentable.ts";

/**
 * Formats a value as JSON, the slow way: it keeps `-0`, calls `toJSON`, and knows the path of what it
 * refuses.
 *
 * @param value The value to format
 * @param depth How many levels of containers may open
 * @returns The text
 * @throws {Unrepresentable} When a value cannot be represented
 */
export function formatJson(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw new Unrepresentable(String(value), "a finite number");
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
      return value === null ? "null" : formatObject(value, depth);
    default:
      throw new Unrepresentable(describe(value), "JSON data");
  }
}

function formatObject(value: object, depth: number): string {
  if (depth === 0) throw tooDeep();
  if (Array.isArray(value)) return formatArray(value, depth - 1);
  // A Buffer has a toJSON that would turn its bytes into a list of numbers.
  const convertible = hasToJson(value) && !ArrayBuffer.isView(value);
  if (convertible && !isInvalidDate(value)) return formatJson(value.toJSON(), depth - 1);
  if (!convertible && isPlainObject(value)) return formatProperties(value, depth - 1);
  throw new Unrepresentable(describe(value), "plain data or an object with toJSON");
}

function isInvalidDate(value: object): boolean {
  return value instanceof Date && Number.isNaN(value.getTime());
}

function formatArray(array: readonly unknown[], depth: number): string {
  const items: string[] = [];
  try {
    for (let index = 0; index < array.length; index++) items.push(formatJson(array[index], depth));
  } catch (thrown) {
    throw atIndex(thrown, items.length);
  }
  return `[${items.join(",")}]`;
}

function formatProperties(object: AnyObject, depth: number): string {
  const items: string[] = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    try {
      items.push(`${JSON.stringify(key)}:${formatJson(value, depth)}`);
    } catch (thrown) {
      throw atKey(thrown, key);
    }
  }
  return `{${items.join(",")}}`;
}
