/** A timer that {@linkcode RpcClock.setTimer} started. */
export type RpcTimer = unknown;

/**
 * Where time comes from; given by options so that tests need not wait.
 *
 * Times are milliseconds of a clock that never goes back, whatever the wall clock does.
 */
export interface RpcClock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls `callback` once, after `delayMs` milliseconds. */
  setTimer(callback: () => void, delayMs: number): RpcTimer;
  /** Forgets a timer; one that has fired already is ignored. */
  clearTimer(timer: RpcTimer): void;
}

// Longer delays overflow the platform's 32 bits and would fire at once.
const MAX_DELAY_MS = 0x7fffffff;

/** The clock of the platform. */
export const systemClock: RpcClock = {
  now(): number {
    return performance.now();
  },
  setTimer(callback: () => void, delayMs: number): RpcTimer {
    return setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS));
  },
  clearTimer(timer: RpcTimer): void {
    // Only timers that `setTimer` above returned come back here.
    clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};
