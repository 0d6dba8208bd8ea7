import type { RpcResponseStream } from "../contracts/response_stream.ts";
import type { RpcSource } from "../contracts/source.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { RpcMetadata } from "../protocol/metadata.ts";

/**
 * What an interceptor made of a call's responses, together with the call itself: the responses are
 * the interceptor's, headers, trailers and cancelling the call's.
 */
export class InterceptedStream implements RpcResponseStream<unknown> {
  readonly #iterator: AsyncIterator<unknown>;
  readonly #call: Deferred<RpcResponseStream<unknown>> = createDeferred();
  #made: RpcResponseStream<unknown> | undefined;

  /** Makes a stream of what `wrap` returns; it calls `onCall` when it makes the call. */
  constructor(
    wrap: (onCall: (call: RpcResponseStream<unknown>) => void) => AsyncIterable<unknown>,
  ) {
    const responses = wrap((call) => {
      this.#made = call;
      this.#call.resolve(call);
    });
    this.#iterator = responses[Symbol.asyncIterator]();
  }

  get headers(): Promise<RpcMetadata> {
    return quiet(this.#call.promise.then((call) => call.headers));
  }

  get trailers(): Promise<RpcMetadata> {
    return quiet(this.#call.promise.then((call) => call.trailers));
  }

  cancel(reason?: string): void {
    this.#made?.cancel(reason);
  }

  toReadableStream(): ReadableStream<unknown> {
    return new ReadableStream<unknown>({
      pull: async (controller) => {
        const result = await this.#iterator.next();
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      },
      cancel: async () => await this[Symbol.asyncDispose](),
    }, { highWaterMark: 0 });
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#iterator;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // An interceptor that is parked cannot be made to answer, so the call is ended first.
    this.#made?.cancel();
    await this.#iterator.return?.();
  }
}

/** A rejection that nobody looks at is not reported as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {
    // Whoever looks at the promise itself gets the rejection.
  });
  return promise;
}

/** Any source of messages as an async iterable, for interceptors. */
export async function* iterateSource(source: RpcSource<unknown>): AsyncGenerator<unknown, void> {
  if (!("getReader" in source)) return yield* source;
  const reader = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
