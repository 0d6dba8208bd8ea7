import type { RpcMetadata } from "../protocol/metadata.ts";

/**
 * The responses of a streaming call, in the order in which the handler gave them.
 *
 * It can be read once, by `for await` or as a `ReadableStream`. The reader sets the pace: while it
 * does not ask, the handler at the other end comes to rest. Reading throws an
 * {@linkcode RpcError} when the call fails, after all responses that came before.
 *
 * Leaving the loop early, disposing of the stream and `cancel()` give the call up, and the handler
 * is told.
 *
 * @typeParam T Type of each response
 */
export interface RpcResponseStream<T> extends AsyncIterable<T>, AsyncDisposable {
  /**
   * The response headers, once they are there. Rejects with the error of a call that failed before;
   * a rejection that nobody looks at is not reported as unhandled.
   */
  readonly headers: Promise<RpcMetadata>;
  /**
   * The trailers, once the call has ended well. Rejects with the error of a call that failed, which
   * carries its own; a rejection that nobody looks at is not reported as unhandled.
   */
  readonly trailers: Promise<RpcMetadata>;
  /** Gives the call up; does nothing once it has ended. */
  cancel(reason?: string): void;
  /** The responses as a `ReadableStream`; to be taken instead of `for await`, not as well. */
  toReadableStream(): ReadableStream<T>;
}
