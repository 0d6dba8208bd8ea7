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
