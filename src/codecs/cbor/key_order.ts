/** Sorts keys by the bytes of their UTF-8, in place: the only order that the rpc-dart wire writes. */
export function sortKeys(keys: string[]): string[] {
  // Insertion: keys are few and often in order already.
  if (keys.length > 32) return keys.sort((a, b) => isBefore(b, a) ? 1 : -1);
  for (let index = 1; index < keys.length; index++) insert(keys, index);
  return keys;
}

// Moves the key at `index` to its place among those before it.
function insert(keys: string[], index: number): void {
  // The index is within the array.
  const key = keys[index] as string;
  let at = index;
  for (; at > 0; at--) {
    // So is the one before.
    const before = keys[at - 1] as string;
    if (!isBefore(key, before)) break;
    keys[at] = before;
  }
  keys[at] = key;
}

function isBefore(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) < rank(right);
  }
  return a.length < b.length;
}

// UTF-8 orders like code points. Surrogates stand for the highest of them.
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
