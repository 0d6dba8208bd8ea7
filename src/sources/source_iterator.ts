import { createPuller, type Puller } from "./source_pump.ts";
import type { RpcSource } from "./source.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";

/**
 * Any source of messages as an async iterable, for interceptors.
 *
 * Letting go of it is immediate, even while a read is pending, which an async generator around the
 * source would not allow: it cannot be stopped while it waits.
 */
export class SourceIterator implements AsyncIterableIterator<unknown, undefined> {
  readonly #source: Puller;
  /** Who leaves waits for the source. */
  #state: "reading" | "leaving" | "done" = "reading";
  #leaving: Promise<void> | undefined;
  readonly #readers: Set<Deferred<IteratorResult<unknown, undefined>>> = new Set();

  /**
   * Makes an iterator; nothing is read before it is asked for.
   *
   * @throws {TypeError} When `source` is not iterable, or a stream that somebody else reads
   */
  constructor(source: RpcSource<unknown>) {
    this.#source = createPuller(source);
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#state !== "reading") return { done: true, value: undefined };
    const reader = createDeferred<IteratorResult<unknown, undefined>>();
    this.#readers.add(reader);
    void this.#read(reader);
    return await reader.promise;
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#leaving !== undefined) return this.#leaving.then(() => this.next());
    void this.#letGo("done");
    this.#endReads();
    return Promise.resolve({ done: true, value: undefined });
  }

  /**
   * Lets go of the source because its call has ended. Of the reads that are pending the first fails
   * with `error`; the others learn that it is over.
   */
  abort(error: unknown): void {
    void this.#letGo("done");
    this.#failReads(error);
  }

  /**
   * The same for a source whose end is waited for: the reads that are pending are answered when it has
   * come to rest, which a generator that is parked has not.
   */
  leave(error: unknown): Promise<void> {
    return this.#leaving ??= this.#leave(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #leave(error: unknown): Promise<void> {
    await this.#letGo("leaving");
    if (this.#state !== "leaving") return;
    this.#state = "done";
    this.#failReads(error);
  }

  #failReads(error: unknown): void {
    const [first] = this.#readers;
    first?.reject(error);
    this.#endReads();
  }

  async #read(reader: Deferred<IteratorResult<unknown, undefined>>): Promise<void> {
    try {
      const { done, value } = await this.#source.next();
      if (this.#state === "leaving") return;
      if (done) this.#state = "done";
      reader.resolve(done ? { done, value: undefined } : { done: false, value });
    } catch (error) {
      if (this.#state === "leaving") return;
      this.#state = "done";
      reader.reject(error);
    }
    this.#readers.delete(reader);
  }

  #endReads(): void {
    for (const reader of this.#readers) reader.resolve({ done: true, value: undefined });
    this.#readers.clear();
  }

  /** Stops the source unless that was done; settles when it has come to rest, and never rejects. */
  async #letGo(next: "leaving" | "done"): Promise<void> {
    if (this.#state !== "reading") return;
    this.#state = next;
    try {
      await this.#source.stop();
    } catch (error) {
      ignore(error);
    }
  }
}

/** Whoever lets go of a source hears of its call's end, and not of what goes wrong with it. */
function ignore(_error: unknown): void {}
