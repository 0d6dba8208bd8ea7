import type { RpcClock } from "./clock.ts";

/** Waits for a promise, but no longer than `delayMs`; never rejects. */
export function settlesWithin(
  promise: Promise<unknown>,
  delayMs: number,
  clock: RpcClock,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, delayMs);
    const settle = (): void => {
      clock.clearTimer(timer);
      resolve();
    };
    promise.then(settle, settle);
  });
}
