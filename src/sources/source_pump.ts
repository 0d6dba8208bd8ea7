import type { RpcSource } from "./source.ts";

/** What a {@linkcode SourcePump} does with what it pulls. */
export interface SourcePumpOptions {
  /** Sends one value; the next is pulled when it has settled. */
  readonly send: (value: unknown) => Promise<void> | undefined;
  /** Called when the source has ended. */
  readonly onEnd: () => void;
  /** Called when the source failed, or a value could not be sent. */
  readonly onError: (error: unknown) => void;
  /** Called when the source fails while it is being stopped, which nobody waits for. */
  readonly onStopError: (error: unknown) => void;
}

/** Pulls values out of a source of any kind. */
export interface Puller {
  /** The next value, at once where the source has it. */
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
  /** Tells the source that no more is wanted; a promise settles when it has come to rest. */
  stop(): unknown;
}

/**
 * Pulls values out of a source as fast as they can be sent, and no faster.
 *
 * Stopping is immediate and waits for nobody: a generator that is parked in an `await` of its own
 * cannot be made to answer.
 */
export class SourcePump {
  readonly #options: SourcePumpOptions;
  readonly #source: Puller;
  #state: "pulling" | "ended" | "stopped" = "pulling";
  #isSending = false;
  #stopping: Promise<unknown> | undefined;

  /**
   * Makes a pump; nothing is pulled before `run`.
   *
   * @throws {TypeError} When `source` is not iterable
   */
  constructor(source: RpcSource<unknown>, options: SourcePumpOptions) {
    this.#source = createPuller(source);
    this.#options = options;
  }

  /** Pulls until the source ends, fails or is stopped, and has come to rest; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#pull();
    } catch (error) {
      this.#takeError(error);
    }
    await this.#stopping;
  }

  /** Stops pulling and tells the source; does nothing when it has ended. */
  stop(): void {
    this.#stop(this.#options.onStopError);
  }

  #stop(onError: (error: unknown) => void): void {
    if (this.#state !== "pulling") return;
    this.#state = "stopped";
    try {
      this.#stopping = Promise.resolve(this.#source.stop()).catch(onError);
    } catch (error) {
      onError(error);
    }
  }

  async #pull(): Promise<void> {
    while (this.#state === "pulling") {
      const step = this.#source.next();
      const result = step instanceof Promise ? await step : step;
      if (this.#state !== "pulling") return;
      if (result.done) {
        this.#state = "ended";
        return this.#options.onEnd();
      }
      this.#isSending = true;
      const sent = this.#options.send(result.value);
      if (sent !== undefined) await sent;
      this.#isSending = false;
    }
  }

  #takeError(error: unknown): void {
    if (this.#state !== "stopped") {
      // A source that failed may say so once more when it is stopped.
      this.#stop(() => {});
      return this.#options.onError(error);
    }
    // Whoever stopped the pump knows why nothing can be sent any more.
    if (!this.#isSending) this.#options.onStopError(error);
  }
}

/**
 * Makes a puller for a source; nothing is pulled yet.
 *
 * @throws {TypeError} When `source` is not iterable, or a stream that somebody else reads
 */
export function createPuller(source: RpcSource<unknown>): Puller {
  if (typeof source !== "object" || source === null) {
    const found = source === null ? "null" : typeof source;
    throw new TypeError(`Cannot send messages: the source is ${found}, expected an iterable`);
  }
  // A reader can cancel a stream while a read is pending, which its async iterator cannot.
  if ("getReader" in source) {
    const reader = source.getReader();
    return {
      // The two types differ only in what they call a value that is not there.
      next: () => reader.read() as Promise<IteratorResult<unknown>>,
      stop: () => reader.cancel(),
    };
  }
  if (Symbol.asyncIterator in source) {
    const iterator = source[Symbol.asyncIterator]();
    return { next: () => toPromise(iterator.next()), stop: () => iterator.return?.() };
  }
  if (Symbol.iterator in source) return pullFrom(source[Symbol.iterator]());
  throw new TypeError("Cannot send messages: the source is an object that is not iterable");
}

function pullFrom(iterator: Iterator<unknown>): Puller {
  let isRunning = false;
  const stop = (): unknown => iterator.return?.();
  return {
    next: () => {
      isRunning = true;
      try {
        return iterator.next();
      } finally {
        isRunning = false;
      }
    },
    // A generator that ends its own call is running, and can be stopped only when it has answered.
    stop: () => isRunning ? Promise.resolve().then(stop) : stop(),
  };
}

/** A hand-written iterator may return a promise of another make. */
function toPromise<T>(value: Promise<T>): Promise<T> {
  return value instanceof Promise ? value : Promise.resolve(value);
}
