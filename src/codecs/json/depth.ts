/**
 * Fails when JSON is nested more than `maxDepth` levels deep: what reads the value later may recurse.
 *
 * Most messages have too few brackets to be, and are told by counting them.
 *
 * @throws {RangeError} When it is
 */
export function checkJsonDepth(bytes: Uint8Array, maxDepth: number): void {
  // Every level takes two brackets.
  if (bytes.length <= maxDepth * 2 || countOpening(bytes) <= maxDepth) return;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (inString) {
      if (byte === 0x5c) index++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (isOpening(byte) && ++depth > maxDepth) {
      throw new RangeError(
        `Cannot decode JSON at byte ${index}: found one level more than maxDepth, expected less nesting`,
      );
    }
  }
}

function countOpening(bytes: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) if (isOpening(bytes[index])) count++;
  return count;
}

function isOpening(byte: number | undefined): boolean {
  return byte === 0x5b || byte === 0x7b;
}
