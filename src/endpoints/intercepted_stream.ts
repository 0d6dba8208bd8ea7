import { toReadableStream } from "../calls/to_readable_stream.ts";
import type { RpcResponseStream } from "../contracts/response_stream.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";

type Result = IteratorResult<unknown, undefined>;

interface StreamEnd {
  readonly error: unknown;
}

const DONE: Result = { done: true, value: undefined };
const WELL: StreamEnd = { error: undefined };

/** What an {@linkcode InterceptedStream} is made of. */
export interface InterceptedStreamOptions {
  /** Makes the responses; calls `onCall` for each call that is made for them. */
  readonly wrap: (onCall: (call: RpcResponseStream<unknown>) => void) => AsyncIterable<unknown>;
  /** Called once, when the responses have ended, with an error unless they ended well. */
  readonly onEnd: (error: unknown) => void;
}

/**
 * What interceptors made of a call's responses, together with the calls that they made for it: the
 * responses are theirs, headers and trailers those of the first call that has some.
 *
 * The first response is asked for at once, because an interceptor may be a generator, which makes no
 * call before it is asked. Cancelling does not wait for an interceptor: it may be parked.
 */
export class InterceptedStream implements RpcResponseStream<unknown>, AsyncIterator<unknown> {
  readonly #onEnd: (error: unknown) => void;
  readonly #headers = createDeferred<RpcMetadata>();
  readonly #trailers = createDeferred<RpcMetadata>();
  #iterator: AsyncIterator<unknown> | undefined;
  #call: RpcResponseStream<unknown> | undefined;
  #first: Promise<Result> | undefined;
  #reader: Deferred<Result> | undefined;
  #end: StreamEnd | undefined;

  /** Begins the call; what goes wrong becomes the end of the stream. */
  constructor(options: InterceptedStreamOptions) {
    this.#onEnd = options.onEnd;
    quiet(this.#headers.promise);
    quiet(this.#trailers.promise);
    try {
      this.#iterator = options.wrap((call) => this.#made(call))[Symbol.asyncIterator]();
    } catch (error) {
      this.#finish(error);
    }
    this.#first = this.next();
    quiet(this.#first);
  }

  get headers(): Promise<RpcMetadata> {
    return this.#headers.promise;
  }

  get trailers(): Promise<RpcMetadata> {
    return this.#trailers.promise;
  }

  cancel(reason = "Call was cancelled"): void {
    quiet(this.#stop(reason));
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) this.#tellEnd().then(reader.resolve, reader.reject);
  }

  toReadableStream(): ReadableStream<unknown> {
    return toReadableStream(this);
  }

  next(): Promise<Result> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return first;
    if (this.#end !== undefined) return this.#tellEnd();
    const reader = createDeferred<Result>();
    this.#reader = reader;
    void this.#read(reader);
    return reader.promise;
  }

  async return(): Promise<Result> {
    const stopped = this.#stop("Call was cancelled");
    const reader = this.#reader;
    this.#reader = undefined;
    this.#first = undefined;
    // Who stopped reading is not told that the call was cancelled by that.
    this.#end = WELL;
    // An interceptor that has been asked may be parked, and is not waited for.
    if (reader === undefined) await stopped;
    else quiet(stopped);
    reader?.resolve(DONE);
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #made(call: RpcResponseStream<unknown>): void {
    this.#call = call;
    // An interceptor may try again after a call that failed.
    call.headers.then(this.#headers.resolve, ignore);
    call.trailers.then(this.#trailers.resolve, ignore);
    if (this.#end !== undefined) call.cancel();
  }

  async #read(reader: Deferred<Result>): Promise<void> {
    try {
      const result = await this.#iterator?.next();
      // A reader that was told the end has gone.
      if (this.#reader !== reader) return;
      this.#reader = undefined;
      if (result?.done === false) return reader.resolve({ done: false, value: result.value });
      this.#finish(undefined);
    } catch (error) {
      if (this.#reader !== reader) return;
      this.#reader = undefined;
      this.#finish(error);
    }
    this.#tellEnd().then(reader.resolve, reader.reject);
  }

  /** Gives the call up, and then tells the interceptor, which may be parked. */
  async #stop(reason: string): Promise<void> {
    if (this.#end !== undefined) return;
    // A response that waits is dropped; a reader that waits gets the end.
    if (this.#reader === undefined) this.#first = undefined;
    this.#finish(new RpcError(RpcStatus.CANCELLED, reason));
    this.#call?.cancel(reason);
    await this.#iterator?.return?.();
  }

  /** Tells the end: its error to the first who asks, that it is over to everyone after. */
  #tellEnd(): Promise<Result> {
    const end = this.#end;
    this.#end = WELL;
    return end?.error === undefined ? Promise.resolve(DONE) : Promise.reject(end.error);
  }

  #finish(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    if (error !== undefined) {
      this.#headers.reject(error);
      this.#trailers.reject(error);
    } else if (this.#call === undefined) {
      this.#headers.resolve(RpcMetadata.empty);
      this.#trailers.resolve(RpcMetadata.empty);
    } else {
      this.#call.headers.then(this.#headers.resolve, this.#headers.reject);
      this.#call.trailers.then(this.#trailers.resolve, this.#trailers.reject);
    }
    this.#onEnd(error);
  }
}

/** A rejection that nobody looks at is not reported as unhandled. */
function quiet(promise: Promise<unknown>): void {
  // Whoever looks at the promise itself gets the rejection.
  promise.catch(ignore);
}

function ignore(): void {}
