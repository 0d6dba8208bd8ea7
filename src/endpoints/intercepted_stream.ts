import { CALL_ENDED_TEXT } from "../calls/abort.ts";
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
 * call before it is asked. Cancelling does not wait for an interceptor: it may be parked. When the
 * responses have ended, so have all calls that were made for them: nobody is left to read of them.
 */
export class InterceptedStream implements RpcResponseStream<unknown>, AsyncIterator<unknown> {
  readonly #onEnd: (error: unknown) => void;
  readonly #headers = createDeferred<RpcMetadata>();
  readonly #trailers = createDeferred<RpcMetadata>();
  #iterator: AsyncIterator<unknown> | undefined;
  /** The last one that was made. */
  #call: RpcResponseStream<unknown> | undefined;
  /** Those that their peers have not ended. */
  readonly #openCalls: Set<RpcResponseStream<unknown>> = new Set();
  #first: Promise<Result> | undefined;
  readonly #readers: Set<Deferred<Result>> = new Set();
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
    this.abort(new RpcError(RpcStatus.CANCELLED, reason));
  }

  /** Ends the stream with an error: the calls that were made for it, and whoever reads it. */
  abort(error: RpcError): void {
    quiet(this.#stop(error));
    for (const reader of this.#takeReaders()) {
      this.#tellEnd().then(reader.resolve, reader.reject);
    }
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
    this.#readers.add(reader);
    void this.#read(reader);
    return reader.promise;
  }

  async return(): Promise<Result> {
    const stopped = this.#stop(new RpcError(RpcStatus.CANCELLED, "Call was cancelled"));
    const readers = this.#takeReaders();
    this.#first = undefined;
    // Who stopped reading is not told that the call was cancelled by that.
    this.#end = WELL;
    // An interceptor that has been asked may be parked, and is not waited for.
    if (readers.length === 0) await stopped;
    else quiet(stopped);
    for (const reader of readers) reader.resolve(DONE);
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
    this.#openCalls.add(call);
    const forget = (): void => void this.#openCalls.delete(call);
    call.trailers.then(forget, forget);
    // An interceptor may try again after a call that failed.
    call.headers.then(this.#headers.resolve, ignore);
    call.trailers.then(this.#trailers.resolve, ignore);
    if (this.#end !== undefined) call.cancel();
  }

  async #read(reader: Deferred<Result>): Promise<void> {
    try {
      const result = await this.#iterator?.next();
      // A reader that was told the end has gone.
      if (!this.#readers.delete(reader)) return;
      if (result?.done === false) return reader.resolve({ done: false, value: result.value });
      this.#finish(undefined);
    } catch (error) {
      if (!this.#readers.delete(reader)) return;
      this.#finish(error);
    }
    this.#tellEnd().then(reader.resolve, reader.reject);
  }

  #takeReaders(): Deferred<Result>[] {
    const readers = [...this.#readers];
    this.#readers.clear();
    return readers;
  }

  /** Gives the call up, and then tells the interceptor, which may be parked. */
  async #stop(error: RpcError): Promise<void> {
    if (this.#end !== undefined) return;
    // A response that waits is dropped; a reader that waits gets the end.
    if (this.#readers.size === 0) this.#first = undefined;
    this.#finish(error, error.rawMessage);
    await this.#iterator?.return?.();
  }

  /** Tells the end: its error to the first who asks, that it is over to everyone after. */
  #tellEnd(): Promise<Result> {
    const end = this.#end;
    this.#end = WELL;
    return end?.error === undefined ? Promise.resolve(DONE) : Promise.reject(end.error);
  }

  #finish(error: unknown, reason = CALL_ENDED_TEXT): void {
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
    // The last may have ended as well, with responses that wait.
    for (const call of this.#openCalls) call.cancel(reason);
    this.#call?.cancel(reason);
    this.#onEnd(error);
  }
}

/** A rejection that nobody looks at is not reported as unhandled. */
function quiet(promise: Promise<unknown>): void {
  // Whoever looks at the promise itself gets the rejection.
  promise.catch(ignore);
}

function ignore(): void {}
