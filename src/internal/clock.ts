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
  readonly #callback: () => void;
  #leftMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(callback: () => void, delayMs: number) {
    this.#callback = callback;
    this.#leftMs = delayMs;
    this.#wait();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const partMs = Math.min(this.#leftMs, MAX_DELAY_MS);
    this.#leftMs -= partMs;
    this.#timer = setTimeout(() => {
      if (this.#leftMs > 0) this.#wait();
      else this.#callback();
    }, partMs);
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
      : new LongTimer(callback, delayMs);
  },
  clearTimer(timer: RpcTimer): void {
    if (timer instanceof LongTimer) timer.clear();
    // Only timers that `setTimer` above returned come back here.
    else clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};
