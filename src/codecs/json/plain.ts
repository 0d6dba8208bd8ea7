import { hasToJson, isPlainObject } from "../support/objects.ts";

/**
 * Whether `JSON.stringify` writes `value` exactly: no `-0`, no `toJSON`, nothing that it would change or
 * drop except properties that are `undefined`, and no nesting beyond `depth`.
 */
export function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || (depth > 0 && isPlainContainer(value, depth - 1));
    default:
      return false;
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  // A toJSON on the prototype of all objects or arrays counts too.
  if (hasToJson(value)) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (!isPlainJson(value[index], depth)) return false;
    }
    return true;
  }
  if (!isPlainObject(value)) return false;
  for (const key of Object.keys(value)) {
    const property = value[key];
    if (property !== undefined && !isPlainJson(property, depth)) return false;
  }
  return true;
}
