import { keepBytes } from "../internal/bytes.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import { Fifo } from "../internal/fifo.ts";
import type { RpcError } from "../protocol/rpc_error.ts";

/** What an {@linkcode InboundQueue} needs of its call. */
export interface InboundQueueOptions<T> {
  /** Makes a value of a message; may throw, or take its time. */
  readonly decode: (message: unknown) => T | Promise<T>;
  /** Called for every message once, when it was read or dropped. */
  readonly release: (bytes: number) => void;
  /** Called when a message could not be decoded; the reader gets the error that it returns. */
  readonly onDecodeError: (error: unknown) => RpcError;
  /** Called when the reader stops before the end. */
  readonly onReturn: () => void;
}

/** A message that came in the frame that opens or ends its stream, which costs no credit. */
class UnchargedMessage {
  readonly message: unknown;

  constructor(message: unknown) {
    this.message = message;
  }
}

type QueueEnd = { readonly error: RpcError | undefined };

/**
 * The one place where messages of a call wait for their reader.
 *
 * Messages wait as they came: they are decoded when they are read, so a reader that pauses stops the
 * decoding too. How many can wait is bounded by the credit that the peer has; it gets more as
 * messages are read. Messages that came before the end are read before it is told.
 */
export class InboundQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #options: InboundQueueOptions<T>;
  readonly #messages: Fifo<unknown> = new Fifo();
  readonly #readers: Fifo<Deferred<IteratorResult<T, undefined>>> = new Fifo();
  #end: QueueEnd | undefined;

  constructor(options: InboundQueueOptions<T>) {
    this.#options = options;
  }

  /** Adds a message, or hands it to the reader that waits. */
  push(message: unknown): void {
    if (this.#end !== undefined) return this.#release(message);
    const reader = this.#readers.shift();
    if (reader !== undefined) this.#take(message).then(reader.resolve, reader.reject);
    else this.#messages.push(message instanceof Uint8Array ? keepBytes(message) : message);
  }

  /** Adds a message that cost no credit. */
  pushUncharged(message: unknown): void {
    const kept = message instanceof Uint8Array ? keepBytes(message) : message;
    this.push(new UnchargedMessage(kept));
  }

  /** Ends the queue after what is in it; with an error the reader gets that last. */
  end(error?: RpcError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (let reader = this.#readers.shift(); reader; reader = this.#readers.shift()) {
      this.#readEnd().then(reader.resolve, reader.reject);
    }
  }

  /** Ends the queue at once: what is in it is dropped. */
  abort(error?: RpcError): void {
    const isCut = this.#messages.length > 0;
    this.#drop();
    // A reader must not take the cut for the end that its peer had told already.
    if (isCut) this.#end = { error };
    else this.end(error);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#messages.length > 0) return this.#take(this.#messages.shift());
    if (this.#end !== undefined) return this.#readEnd();
    const reader = createDeferred<IteratorResult<T, undefined>>();
    this.#readers.push(reader);
    return reader.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    const isEarly = this.#end === undefined;
    this.#drop();
    // What the call says of its end must not reach a reader that has gone.
    if (this.#end?.error !== undefined) this.#end = { error: undefined };
    this.end();
    if (isEarly) this.#options.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    for (let left = this.#messages.length; left > 0; left--) {
      this.#release(this.#messages.shift());
    }
  }

  #release(message: unknown): void {
    if (message instanceof UnchargedMessage) return;
    this.#options.release(message instanceof Uint8Array ? message.length : 0);
  }

  #take(kept: unknown): Promise<IteratorResult<T, undefined>> {
    this.#release(kept);
    const message = kept instanceof UnchargedMessage ? kept.message : kept;
    try {
      const value = this.#options.decode(message);
      if (!(value instanceof Promise)) return Promise.resolve({ done: false, value });
      return value.then(
        (decoded) => ({ done: false, value: decoded }),
        (error: unknown) => Promise.reject(this.#options.onDecodeError(error)),
      );
    } catch (error) {
      return Promise.reject(this.#options.onDecodeError(error));
    }
  }

  /** Tells the end: its error to the first who asks, that it is over to everyone after. */
  #readEnd(): Promise<IteratorResult<T, undefined>> {
    const error = this.#end?.error;
    if (error === undefined) return Promise.resolve({ done: true, value: undefined });
    this.#end = { error: undefined };
    return Promise.reject(error);
  }
}
