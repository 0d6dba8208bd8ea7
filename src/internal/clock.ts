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

// Longer delays overflow the platform's 32 bits and would fire at once: they are waited for in parts.
const MAX_DELAY_MS = 0x7fffffff;

/** A timer that is longer than those of the platform, 24.8 days. */
class LongTimer {
  timer: ReturnType<typeof setTimeout> | undefined;

  wait(callback: () => void, delayMs: number): this {
    this.timer = delayMs <= MAX_DELAY_MS
      ? setTimeout(callback, delayMs)
      : setTimeout(() => this.wait(callback, delayMs - MAX_DELAY_MS), MAX_DELAY_MS);
    return this;
  }
}

/** The clock of the platform. */
export const systemClock: RpcClock = {
  now(): number {
    return performance.now();
  },
  setTimer(callback: () => void, delayMs: number): RpcTimer {
    return delayMs <= MAX_DELAY_MS
      ? setTimeout(callback, delayMs)
      : new LongTimer().wait(callback, delayMs);
  },
  clearTimer(timer: RpcTimer): void {
    // Only timers that `setTimer` above returned come back here.
    const own = timer as LongTimer | ReturnType<typeof setTimeout>;
    clearTimeout(own instanceof LongTimer ? own.timer : own);
  },
};
