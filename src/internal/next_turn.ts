interface Immediates {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Calls back when the event loop has gone on and come back: what came in meanwhile has been heard,
 * and what was sent has left.
 *
 * On Deno (2.9.6) that is after the second round: a message that was sent leaves between the two. A
 * platform without `setImmediate` has its shortest timer.
 */
export function onNextTurn(callback: () => void): void {
  // Not every platform has it, so that the types of the web do not know it.
  const { setImmediate } = globalThis as Immediates;
  if (setImmediate === undefined) setTimeout(callback, 0);
  else setImmediate(() => setImmediate(callback));
}
