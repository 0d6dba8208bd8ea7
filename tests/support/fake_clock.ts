import { setImmediate } from "node:timers";
import type { RpcClock, RpcTimer } from "../../src/internal/clock.ts";

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements RpcClock {
  #nowMs: number;
  #lastTimer = 0;
  #advancing = false;
  // Timers in the order they were set, which decides between those due at the same moment.
  readonly #timers = new Map<RpcTimer, PendingTimer>();

  /** Makes a clock that shows `startMs`. */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** How many timers wait to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer fires; undefined without one. */
  get nextDueMs(): number | undefined {
    return this.#nextTimer()?.[1].dueMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): RpcTimer {
    if (Number.isNaN(delayMs)) throw new RangeError("Cannot set timer: delay is NaN");
    this.#lastTimer += 1;
    this.#timers.set(this.#lastTimer, { callback, dueMs: this.#nowMs + Math.max(0, delayMs) });
    return this.#lastTimer;
  }

  clearTimer(timer: RpcTimer): void {
    this.#timers.delete(timer);
  }

  /**
   * Moves time on by `ms`. Timers fire in the order they are due, each at its own moment, those that
   * the callbacks set among them; whatever waits for promises only runs before, between and after.
   */
  async advance(ms: number): Promise<void> {
    if (this.#advancing) throw new TypeError("Cannot advance clock: it is being advanced already");
    this.#advancing = true;
    try {
      const endMs = this.#nowMs + ms;
      await settle();
      for (let next = this.#nextTimer(); next !== undefined; next = this.#nextTimer()) {
        const [timer, { callback, dueMs }] = next;
        if (dueMs > endMs) break;
        this.#timers.delete(timer);
        this.#nowMs = dueMs;
        callback();
        await settle();
      }
      this.#nowMs = endMs;
    } finally {
      this.#advancing = false;
    }
  }

  #nextTimer(): [RpcTimer, PendingTimer] | undefined {
    let first: [RpcTimer, PendingTimer] | undefined;
    for (const entry of this.#timers) {
      if (first === undefined || entry[1].dueMs < first[1].dueMs) first = entry;
    }
    return first;
  }
}

/** Lets everything run that waits for promises only. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
