import { createDeferred } from "../../internal/deferred.ts";

/** Work that is under way or waits for its turn. */
export interface Work<T> {
  /** What comes of it. */
  readonly promise: Promise<T>;
  /** Stops it at once, or takes it out of the line; quiet when it is done. */
  drop(): void;
}

/** Something to do that can be stopped. */
export interface Job<T> {
  /** Does it; at once, and for nothing, when it has been stopped. */
  run(): Promise<T>;
  stop(): void;
}

/** Does a few jobs at a time; the others wait in order. */
export class WorkSlots {
  readonly #most: number;
  readonly #waiting: Set<() => Promise<void>> = new Set();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Jobs under way and waiting. */
  get size(): number {
    return this.#running + this.#waiting.size;
  }

  /** Does a job when there is room for it. */
  start<T>(job: Job<T>): Work<T> {
    const result = createDeferred<T>();
    const run = (): Promise<void> => job.run().then(result.resolve, result.reject);
    if (this.#running < this.#most) void this.#take(run);
    else this.#waiting.add(run);
    return {
      promise: result.promise,
      drop: (): void => {
        job.stop();
        // It ends by itself, without a place of its own.
        if (this.#waiting.delete(run)) void run();
      },
    };
  }

  async #take(run: () => Promise<void>): Promise<void> {
    this.#running++;
    await run();
    this.#running--;
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      void this.#take(next);
      return;
    }
  }
}
