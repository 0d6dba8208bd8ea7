import type { RpcClock } from "../../internal/clock.ts";

/**
 * Measurements are at least so far apart, as is one round trip, and further the longer they find
 * nothing. A window that is too small is larger a round trip later.
 */
const MIN_INTERVAL_MS = 20;
const MAX_INTERVAL_MS = 1600;
/** A window that has to be so many times as large was too small; less than that may be chance. */
const FOUND_SHARE = 1.25;
/** So much of a window has to come before the clock is read again. */
const CHECK_SHARE = 1 / 4;
/**
 * The window is so many times what the path holds. Twice is what it takes when grants are halves of a
 * window; the rest is for a reader that is not always as fast.
 */
const GAIN = 3;
/** However short the path is, a program answers at the pace of its event loop. */
const MIN_ROUND_TRIP_MS = 2;

/** What a {@linkcode WindowTuner} works with. */
export interface WindowTunerOptions {
  /** The window of a stream to begin with. */
  readonly windowBytes: number;
  /** The same in messages. */
  readonly windowMessages: number;
  /** The window never grows above this. */
  readonly maxWindowBytes: number;
  readonly clock: RpcClock;
  /** Sends a ping, which the peer answers at once. */
  readonly probe: () => void;
}

/**
 * Finds how large the window of a stream has to be to fill the path: the product of bandwidth and
 * round-trip time.
 *
 * While data comes in it sends a ping now and then, for the round-trip time, and counts what comes
 * from one to the next: that is the bandwidth, or all that the window let through. Data stands in
 * queues, where the answer of the ping waits as well, so the shortest round trip counts. The window
 * never shrinks, and only a reader that keeps up makes it grow, because nothing comes without credit.
 */
export class WindowTuner {
  readonly #options: WindowTunerOptions;
  readonly #maxScale: number;
  /** What has come since the last measurement, in windows to begin with. */
  #windows = 0;
  /** What `#windows` has to be for the next look at the clock. */
  #checkAt = CHECK_SHARE;
  #measuredAt = -Infinity;
  #intervalMs = MIN_INTERVAL_MS;
  #probedAt: number | undefined;
  #shortestMs = Infinity;
  /** How many times larger than at the beginning the window is. */
  scale = 1;

  constructor(options: WindowTunerOptions) {
    this.#options = options;
    this.#maxScale = Math.max(1, options.maxWindowBytes / options.windowBytes);
  }

  /** Counts data that came in, and measures when it is time. */
  onData(bytes: number, messages: number): void {
    const { windowBytes, windowMessages } = this.#options;
    this.#windows += Math.max(bytes / windowBytes, messages / windowMessages);
    if (this.#windows < this.#checkAt || this.scale === this.#maxScale) return;
    const now = this.#options.clock.now();
    const elapsedMs = now - this.#measuredAt;
    const isDue = elapsedMs >= this.#intervalMs && this.#probedAt === undefined;
    if (isDue) this.#measure(now, elapsedMs);
    this.#checkAt = this.#windows + CHECK_SHARE * this.scale;
  }

  /** Takes the answer of a ping. */
  onAnswer(): void {
    if (this.#probedAt === undefined) return;
    const roundTripMs = this.#options.clock.now() - this.#probedAt;
    this.#shortestMs = Math.min(this.#shortestMs, roundTripMs);
    this.#probedAt = undefined;
  }

  #measure(now: number, elapsedMs: number): void {
    const roundTripMs = Math.max(this.#shortestMs, MIN_ROUND_TRIP_MS);
    const needed = GAIN * this.#windows / elapsedMs * roundTripMs;
    if (this.#shortestMs !== Infinity && elapsedMs !== Infinity) {
      const hasFound = needed > FOUND_SHARE * this.scale;
      this.#intervalMs = hasFound
        ? MIN_INTERVAL_MS
        : Math.min(this.#intervalMs * 2, MAX_INTERVAL_MS);
      this.scale = Math.min(Math.max(needed, this.scale), this.#maxScale);
    }
    this.#windows = 0;
    this.#measuredAt = now;
    this.#probedAt = now;
    this.#options.probe();
  }
}
