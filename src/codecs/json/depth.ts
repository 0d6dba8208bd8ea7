/**
 * Fails when JSON is nested more than `maxDepth` levels deep: what reads the value later may recurse.
 *
 * Most messages have too few brackets to be, and are told by searching for them.
 *
 * @throws {RangeError} When it is
 */
export function checkJsonDepth(text: string, maxDepth: number): void {
  // Every level takes two brackets.
  if (text.length <= maxDepth * 2) return;
  const lists = count(text, "[", maxDepth);
  if (lists + count(text, "{", maxDepth - lists) > maxDepth) scan(text, maxDepth);
}

// How often `bracket` is in `text`; stops at one more than `limit`.
function count(text: string, bracket: string, limit: number): number {
  let found = 0;
  let at = text.indexOf(bracket);
  while (at >= 0 && found <= limit) {
    found++;
    at = text.indexOf(bracket, at + 1);
  }
  return found;
}

function scan(text: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (inString) {
      if (unit === 0x5c) index++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x5d || unit === 0x7d) depth--;
    else if ((unit === 0x5b || unit === 0x7b) && ++depth > maxDepth) {
      throw new RangeError(
        `Cannot decode JSON at character ${index}: found one level more than maxDepth, expected less nesting`,
      );
    }
  }
}
