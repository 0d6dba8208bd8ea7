import { createPuller, type Puller } from "../calls/source_pump.ts";
import type { RpcSource } from "../contracts/source.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";

/**
 * Any source of messages as an async iterable, for interceptors.
 *
 * Letting go of it is immediate, even while a read is pending, which an async generator around the
 * source would not allow: it cannot be stopped while it waits.
 */
export class SourceIterator implements AsyncIterableIterator<unknown, undefined> {
  readonly #source: Puller;
  #isDone = false;
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
    if (this.#isDone) return { done: true, value: undefined };
    const reader = createDeferred<IteratorResult<unknown, undefined>>();
    this.#readers.add(reader);
    void this.#read(reader);
    return await reader.promise;
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#letGo();
    this.#endReads();
    return Promise.resolve({ done: true, value: undefined });
  }

  /**
   * Lets go of the source because its call has ended. Of the reads that are pending the first fails
   * with `error`; the others learn that it is over.
   */
  abort(error: unknown): void {
    this.#letGo();
    const [first] = this.#readers;
    first?.reject(error);
    this.#endReads();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #read(reader: Deferred<IteratorResult<unknown, undefined>>): Promise<void> {
    try {
      const { done, value } = await this.#source.next();
      if (done) this.#isDone = true;
      this.#readers.delete(reader);
      reader.resolve(done ? { done, value: undefined } : { done: false, value });
    } catch (error) {
      this.#isDone = true;
      this.#readers.delete(reader);
      reader.reject(error);
    }
  }

  #endReads(): void {
    for (const reader of this.#readers) reader.resolve({ done: true, value: undefined });
    this.#readers.clear();
  }

  #letGo(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      Promise.resolve(this.#source.stop()).catch(ignore);
    } catch (error) {
      ignore(error);
    }
  }
}

/** Whoever lets go of a source does not wait for it, nor for what goes wrong with it. */
function ignore(_error: unknown): void {}
