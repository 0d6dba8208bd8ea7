import type { RpcClock } from "../../internal/clock.ts";

/** Probes are at least so far apart, and further the longer they find nothing. */
const MIN_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 6400;
/** A round trip that carries this share of the window was limited by it, as far as one can tell. */
const FULL_SHARE = 2 / 3;
/** A round trip that takes this much longer than the shortest one waits in a queue. */
const QUEUED_FACTOR = 1.5;

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
 * While data comes in it sends a ping now and then, and counts what comes until the answer. A round
 * trip that brings most of a window could have brought more: the window then grows to twice that. It
 * does not when the answer was late, because then the path is full and a larger window only fills
 * queues. It never shrinks, and only a reader that keeps up makes it grow, because nothing comes
 * without credit.
 */
export class WindowTuner {
  readonly #options: WindowTunerOptions;
  readonly #maxScale: number;
  #isProbing = false;
  #bytes = 0;
  #messages = 0;
  #probedAt = -Infinity;
  #intervalMs = MIN_INTERVAL_MS;
  #shortestMs = Infinity;
  /** How many times larger than at the beginning the window is. */
  scale = 1;

  constructor(options: WindowTunerOptions) {
    this.#options = options;
    this.#maxScale = Math.max(1, options.maxWindowBytes / options.windowBytes);
  }

  /** Counts data that came in, and sends a probe when one is due. */
  onData(bytes: number, messages: number): void {
    this.#bytes += bytes;
    this.#messages += messages;
    if (this.#isProbing || this.scale === this.#maxScale || this.#share < 1 / 2) return;
    const now = this.#options.clock.now();
    if (now - this.#probedAt < this.#intervalMs) return;
    this.#isProbing = true;
    this.#probedAt = now;
    this.#forget();
    this.#options.probe();
  }

  /** Takes the answer of a probe. */
  onAnswer(): void {
    if (!this.#isProbing) return;
    this.#isProbing = false;
    const share = this.#share;
    this.#forget();
    const roundTripMs = this.#options.clock.now() - this.#probedAt;
    this.#shortestMs = Math.min(this.#shortestMs, roundTripMs);
    const isQueued = roundTripMs > this.#shortestMs * QUEUED_FACTOR;
    if (share < FULL_SHARE || isQueued) {
      this.#intervalMs = Math.min(this.#intervalMs * 2, MAX_INTERVAL_MS);
      return;
    }
    this.#intervalMs = MIN_INTERVAL_MS;
    this.scale = Math.min(this.scale * Math.max(2, share * 2), this.#maxScale);
  }

  /** What has been counted as a share of the window, in bytes or in messages, whichever is more. */
  get #share(): number {
    const { windowBytes, windowMessages } = this.#options;
    return Math.max(this.#bytes / windowBytes, this.#messages / windowMessages) / this.scale;
  }

  #forget(): void {
    this.#bytes = 0;
    this.#messages = 0;
  }
}
