import type { RpcSource } from "../contracts/source.ts";

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

interface Puller {
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
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
  #isDone = false;

  /**
   * Makes a pump; nothing is pulled before `run`.
   *
   * @throws {TypeError} When `source` is not iterable
   */
  constructor(source: RpcSource<unknown>, options: SourcePumpOptions) {
    this.#source = createPuller(source);
    this.#options = options;
  }

  /** Pulls until the source ends, fails or is stopped; never rejects. */
  async run(): Promise<void> {
    try {
      while (!this.#isDone) {
        const step = this.#source.next();
        const result = step instanceof Promise ? await step : step;
        if (this.#isDone) return;
        if (result.done) {
          this.#isDone = true;
          return this.#options.onEnd();
        }
        const sent = this.#options.send(result.value);
        if (sent !== undefined) await sent;
      }
    } catch (error) {
      if (this.#isDone) return;
      this.stop();
      this.#options.onError(error);
    }
  }

  /** Stops pulling and tells the source; does nothing when it has ended. */
  stop(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      Promise.resolve(this.#source.stop()).catch(this.#options.onStopError);
    } catch (error) {
      this.#options.onStopError(error);
    }
  }
}

function createPuller(source: RpcSource<unknown>): Puller {
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
  if (Symbol.iterator in source) {
    const iterator = source[Symbol.iterator]();
    return { next: () => iterator.next(), stop: () => iterator.return?.() };
  }
  throw new TypeError("Cannot send messages: the source is not iterable");
}

/** A hand-written iterator may return a promise of another make. */
function toPromise<T>(value: Promise<T>): Promise<T> {
  return value instanceof Promise ? value : Promise.resolve(value);
}
