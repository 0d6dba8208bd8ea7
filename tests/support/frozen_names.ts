/** Names of `Object.prototype` as they are where a program has frozen it. */

const NAMES = ["constructor", "toString", "valueOf", "hasOwnProperty"];

/** Runs a body while some names of `Object.prototype` cannot be written. */
export function withFrozenNames(body: (names: readonly string[]) => void): void {
  try {
    for (const name of NAMES) Object.defineProperty(Object.prototype, name, { writable: false });
    body(NAMES);
  } finally {
    for (const name of NAMES) Object.defineProperty(Object.prototype, name, { writable: true });
  }
}
