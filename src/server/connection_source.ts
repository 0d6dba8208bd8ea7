import { textOf } from "../internal/thrown.ts";
import type { RpcLogger } from "../logger.ts";
import type { RpcConnectionSource } from "./server_options.ts";

/** A source that fails this often in a row is taken for dead. */
const MAX_FAILURES = 16;

/** What a {@linkcode SourceReader} needs beside the source. */
export interface SourceReaderOptions {
  readonly logger: RpcLogger;
  /** Takes what the source gave. What it throws costs that one socket. */
  readonly onItem: (item: unknown) => void;
}

/** The part of an iterator that is used: what comes is looked at by whoever takes it. */
interface SourceIterator {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  return?(): Promise<unknown>;
}

/**
 * Reads a source of sockets until it ends. It goes on while a server is stopped, so that a source
 * that can be read only once serves over restarts.
 */
export class SourceReader {
  readonly #options: SourceReaderOptions;
  readonly #iterator: SourceIterator;
  #isStarted = false;
  #isEnded = false;

  constructor(source: RpcConnectionSource, options: SourceReaderOptions) {
    this.#iterator = openIterator(source);
    this.#options = options;
  }

  /** Whether nothing more will come. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Begins to read; a second time is quiet. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    // It handles every failure itself.
    void this.#run();
  }

  /** Tells the source that nothing more is wanted. */
  cancel(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    // A generator that waits for its next socket answers only after it: nobody waits for that.
    const returned = Promise.resolve().then(() => this.#iterator.return?.());
    returned.catch((error: unknown) => this.#failed(error));
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isEnded && failures < MAX_FAILURES) {
      try {
        const { done, value } = await this.#iterator.next();
        if (done === true) break;
        failures = 0;
        this.#give(value);
      } catch (error) {
        failures++;
        this.#failed(error);
      }
    }
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#options.logger.info("Source of connections has ended", { failures });
  }

  #give(item: unknown): void {
    try {
      this.#options.onItem(item);
    } catch (error) {
      this.#options.logger.error("Connection could not be served", { error: textOf(error) });
    }
  }

  #failed(error: unknown): void {
    this.#options.logger.error("Source of connections failed", { error: textOf(error) });
  }
}

function openIterator(source: RpcConnectionSource): SourceIterator {
  // A reader, because the iterator of a stream cannot be ended while it waits.
  if (!("getReader" in source)) return source[Symbol.asyncIterator]();
  const reader = source.getReader();
  return { next: () => reader.read(), return: () => reader.cancel() };
}
