import type { RpcClock } from "./clock.ts";

/** How much a {@linkcode TokenBucket} lets through. */
export interface TokenBucketOptions {
  /** How often a second in the long run. */
  readonly perSecond: number;
  /** How often at once, after a pause or at the beginning. */
  readonly burst: number;
}

/** A bucket this large or larger is filled up once in so many parts of it, to spare the clock. */
const PARTS = 1024;

/** Bounds how often something happens: a bucket that is full at first, and fills up with time. */
export class TokenBucket {
  readonly #clock: RpcClock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;
  /** Tokens that may be taken before the clock is looked at again. */
  #unlooked = 0;

  constructor(clock: RpcClock, { perSecond, burst }: TokenBucketOptions) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = clock.now();
  }

  /** Takes a token out; false, and nothing is taken, when none is in it. */
  take(): boolean {
    if (this.#unlooked > 0) {
      this.#unlooked--;
      this.#tokens--;
      return true;
    }
    const now = this.#clock.now();
    const filled = this.#tokens + (now - this.#filledAt) * this.#perSecond / 1000;
    this.#tokens = Math.min(filled, this.#burst);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    this.#unlooked = Math.floor(Math.min(this.#tokens, this.#burst / PARTS));
    return true;
  }
}
