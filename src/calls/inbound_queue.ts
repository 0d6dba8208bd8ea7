import { keepAllBytes, keepBytes } from "../internal/bytes.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import { Fifo } from "../internal/fifo.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import { RpcCompressedMessage, wireBytesOf } from "../transports/compressed_message.ts";
import type { BatchHolder, BatchKeeper } from "./batch_keeper.ts";

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
  /** Says how long messages may wait as views of their batch; they are copied at once without it. */
  readonly keeper?: BatchKeeper;
}

/** A message that came in the frame that opens or ends its stream, which costs no credit. */
class UnchargedMessage {
  readonly message: unknown;

  constructor(message: unknown) {
    this.message = message;
  }
}

type QueueEnd = { readonly error: RpcError | undefined };

type MaybeLater<T> = T | Promise<T>;

/**
 * The one place where messages of a call wait for their reader.
 *
 * Messages wait as they came: they are inflated and decoded when they are read, so a reader that
 * pauses stops that too. How many can wait is bounded by the credit that the peer has; it gets more as
 * messages are read. Messages that came before the end are read before it is told.
 */
export class InboundQueue<T> implements AsyncIterableIterator<T, undefined>, BatchHolder {
  readonly #options: InboundQueueOptions<T>;
  readonly #messages: Fifo<unknown> = new Fifo();
  readonly #readers: Fifo<Deferred<IteratorResult<T, undefined>>> = new Fifo();
  /** Messages that are being inflated for a reader; made when there is one. */
  #inflating: Set<RpcCompressedMessage> | undefined;
  #end: QueueEnd | undefined;
  /** The batch that messages here are views of. */
  #batch: ArrayBufferLike | undefined;
  /** How many have been added since the first view of it. */
  #addedSince = 0;

  constructor(options: InboundQueueOptions<T>) {
    this.#options = options;
  }

  /** Adds a message, or hands it to the reader that waits. */
  push(message: unknown): void {
    if (this.#end !== undefined) return this.#release(message);
    const reader = this.#readers.shift();
    if (reader !== undefined) return this.#hand(reader, message);
    this.#messages.push(message instanceof Uint8Array ? this.#keep(message) : message);
    if (this.#batch !== undefined) this.#addedSince++;
  }

  /** Adds a message that cost no credit. */
  pushUncharged(message: unknown): void {
    this.push(new UnchargedMessage(keepMessage(message)));
  }

  letGoOfBatch(): void {
    this.#messages.replaceLast(this.#addedSince, keepAllBytes);
    this.#batch = undefined;
    this.#addedSince = 0;
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
    const isCut = this.#messages.length > 0 || (this.#inflating?.size ?? 0) > 0;
    this.#drop();
    // A reader must not take the cut for the end that its peer had told already.
    if (!isCut) return this.end(error);
    this.#end = { error };
    // The error is for who waits for what was being inflated; those behind learn that it is over.
    for (let reader = this.#readers.shift(); reader; reader = this.#readers.shift()) {
      reader.resolve({ done: true, value: undefined });
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#messages.length > 0) {
      try {
        const message = this.#messages.shift();
        if (this.#messages.length === 0) this.#leaveBatch();
        const result = this.#take(message);
        return result instanceof Promise ? result : Promise.resolve(result);
      } catch (error) {
        return Promise.reject(error);
      }
    }
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
    this.#leaveBatch();
    if (this.#inflating === undefined) return;
    for (const message of this.#inflating) message.drop();
    this.#inflating.clear();
  }

  /** Lets go of the batch when nothing is left that is a view of it. */
  #leaveBatch(): void {
    if (this.#batch === undefined) return;
    this.#options.keeper?.release(this.#batch);
    this.#batch = undefined;
    this.#addedSince = 0;
  }

  #release(message: unknown): void {
    if (message instanceof UnchargedMessage) return;
    this.#options.release(wireBytesOf(message));
  }

  /** The message as it may wait: a view of its batch for now, a copy where nobody calls it back. */
  #keep(message: Uint8Array): Uint8Array {
    const { buffer } = message;
    if (buffer === this.#batch) return message;
    const { keeper } = this.#options;
    if (keeper === undefined || message.length * 2 >= buffer.byteLength) return keepBytes(message);
    keeper.hold(buffer, this);
    this.#batch = buffer;
    this.#addedSince = 0;
    return message;
  }

  #hand(reader: Deferred<IteratorResult<T, undefined>>, message: unknown): void {
    try {
      reader.resolve(this.#take(message));
    } catch (error) {
      reader.reject(error);
    }
  }

  /** Makes a result of a message, at once where nothing has to be waited for. */
  #take(kept: unknown): MaybeLater<IteratorResult<T, undefined>> {
    const message = kept instanceof UnchargedMessage ? kept.message : kept;
    if (message instanceof RpcCompressedMessage) return this.#inflate(message, kept);
    this.#release(kept);
    return this.#decode(message);
  }

  /** Inflates a message and then pays for it: the peer gets no credit for what waits to be inflated. */
  async #inflate(
    message: RpcCompressedMessage,
    kept: unknown,
  ): Promise<IteratorResult<T, undefined>> {
    const inflating = this.#inflating ??= new Set();
    inflating.add(message);
    const bytes = await message.inflate().catch((error: unknown) => ({ error }));
    const isWanted = inflating.delete(message);
    this.#release(kept);
    if (!isWanted) return this.#readEnd();
    if ("error" in bytes) throw this.#options.onDecodeError(bytes.error);
    return this.#decode(bytes);
  }

  #decode(message: unknown): MaybeLater<IteratorResult<T, undefined>> {
    let value: T | Promise<T>;
    try {
      value = this.#options.decode(message);
    } catch (error) {
      throw this.#options.onDecodeError(error);
    }
    return value instanceof Promise ? this.#readDecoded(value) : { done: false, value };
  }

  async #readDecoded(value: Promise<T>): Promise<IteratorResult<T, undefined>> {
    try {
      return { done: false, value: await value };
    } catch (error) {
      throw this.#options.onDecodeError(error);
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

/** A message to keep for as long as it takes. */
function keepMessage(message: unknown): unknown {
  return message instanceof Uint8Array ? keepBytes(message) : message;
}
