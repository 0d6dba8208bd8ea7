import { RpcError, RpcStatus } from "../../mod.ts";

/** So much may wait for one reader. */
const MOST_WAITING = 1000;

/**
 * News on their way to one reader: whoever has some puts it in without waiting, a streaming handler
 * hands it on at the reader's pace. A reader who falls too far behind is let go.
 */
export class Mailbox<T> implements AsyncIterable<T> {
  #waiting: T[] = [];
  #isClosed = false;
  #error: RpcError | undefined;
  #wake = (): void => {};

  /** Makes a mailbox; it closes by itself when `signal` aborts. */
  constructor(signal: AbortSignal) {
    if (signal.aborted) this.close();
    else signal.addEventListener("abort", () => this.close(), { once: true });
  }

  /** Puts news in; quietly does nothing once the mailbox is closed. */
  put(item: T): void {
    if (this.#isClosed) return;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(item);
    else {
      this.#error = new RpcError(RpcStatus.RESOURCE_EXHAUSTED, "Reader is too slow");
      this.close();
    }
    this.#wake();
  }

  /** Lets the reader take what is there, and ends. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    while (true) {
      const items = this.#waiting;
      this.#waiting = [];
      yield* items;
      if (this.#waiting.length > 0) continue;
      if (this.#error !== undefined) throw this.#error;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
