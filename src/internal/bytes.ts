/** Copies that are kept together have so much memory at most: the last of them to go holds all of it. */
const SHARED_BYTES = 4096;
/** What is larger has memory of its own. */
const SMALL_BYTES = 1024;

/** Joins parts into one array; a single part comes back as it is. */
export function concatBytes(parts: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const only = parts[0];
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(totalBytes);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Bytes to keep for later: the same view when it is most of its buffer, otherwise a copy, so that a
 * small message that waits does not hold a large batch.
 */
export function keepBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength * 2 >= bytes.buffer.byteLength ? bytes : bytes.slice();
}

/**
 * Items to keep for later: of bytes the same as {@linkcode keepBytes}, but small copies that follow each
 * other share memory, which takes several times less time and room than a buffer for each.
 */
export function keepAllBytes(items: readonly unknown[]): unknown[] {
  let left = 0;
  for (const item of items) {
    if (isSmallView(item)) left += item.length;
  }
  let shared = new Uint8Array(0);
  let used = 0;
  return items.map((item) => {
    if (!isSmallView(item)) return item instanceof Uint8Array ? keepBytes(item) : item;
    const { length } = item;
    if (length > shared.length - used) {
      shared = new Uint8Array(Math.min(left, SHARED_BYTES));
      used = 0;
    }
    left -= length;
    shared.set(item, used);
    used += length;
    return shared.subarray(used - length, used);
  });
}

function isSmallView(item: unknown): item is Uint8Array {
  return item instanceof Uint8Array && item.length <= SMALL_BYTES &&
    item.length * 2 < item.buffer.byteLength;
}
