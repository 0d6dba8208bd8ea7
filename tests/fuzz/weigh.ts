/** How much a decoder has made of its input. */

/** Things and bytes in a value, as a decoder made it: a tree. */
export interface Weight {
  /** Values, those inside of others among them. */
  things: number;
  /** Bytes and characters. */
  bytes: number;
  /** How many things are around the innermost one. */
  depth: number;
}

/** Weighs a value. */
export function weigh(value: unknown): Weight {
  const weight = { things: 0, bytes: 0, depth: 0 };
  // Lists and no recursion: what is weighed may be nested deeper than this program's stack.
  for (let level = [value]; level.length > 0; weight.depth++) {
    const inner: unknown[] = [];
    for (const one of level) weighOne(one, weight, inner);
    level = inner;
  }
  return weight;
}

function weighOne(value: unknown, weight: Weight, left: unknown[]): void {
  weight.things++;
  if (typeof value === "string") weight.bytes += value.length;
  else if (typeof value === "bigint") weight.bytes += value.toString(16).length / 2;
  else if (typeof value !== "object" || value === null) return;
  else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    weight.bytes += value.byteLength;
  } else if (value instanceof Map) {
    for (const [key, item] of value) left.push(key, item);
  } else if (value instanceof Set || Array.isArray(value)) {
    for (const item of value) left.push(item);
  } else if (!(value instanceof Date)) {
    for (const [key, item] of Object.entries(value)) {
      weight.bytes += key.length;
      left.push(item);
    }
  }
}
