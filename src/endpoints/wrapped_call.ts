import { ENDPOINT_CLOSED_TEXT } from "../calls/abort.ts";
import type { CallEnvironment } from "../calls/call_environment.ts";
import { CallGuard, timeoutOf } from "../calls/call_guard.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import { createDeferred } from "../internal/deferred.ts";
import { onNextTurn } from "../internal/next_turn.ts";
import { withExecuted } from "../protocol/executed.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";

/** What calls that interceptors wrap need of their endpoint beside what all calls do. */
export interface CallerEnvironment extends CallEnvironment {
  /** Those that have not ended: their interceptors may wait without a stream. */
  readonly wrappedCalls: Set<WrappedCall>;
}

/**
 * Ends a call for who made it, whatever its interceptors wait for: when its time is over, when its
 * signal or the call that it serves says so, when its endpoint closes.
 *
 * The calls that the interceptors made end by themselves then, and the interceptors have the turn to
 * answer that, as they do when such a call fails for other reasons.
 */
export class WrappedCall {
  readonly #environment: CallerEnvironment;
  readonly #guard: CallGuard;
  #hasCalled = false;
  #onEnd: ((error: RpcError) => void) | undefined;

  constructor(environment: CallerEnvironment) {
    this.#environment = environment;
    this.#guard = new CallGuard(environment.clock, (error) => this.#end(error));
  }

  /**
   * Begins to watch.
   *
   * @throws {RangeError} When the time of the call is none
   */
  start(options: RpcCallOptions, onEnd: (error: RpcError) => void): void {
    this.#onEnd = onEnd;
    const timeoutMs = timeoutOf(options);
    this.#environment.wrappedCalls.add(this);
    this.#guard.start(options, timeoutMs);
  }

  /** Notes that an interceptor made a call, which may reach a handler. */
  noteCall(): void {
    this.#hasCalled = true;
  }

  /** Ends the call because its endpoint closes. */
  close(): void {
    this.#end(new RpcError(RpcStatus.CANCELLED, ENDPOINT_CLOSED_TEXT));
  }

  /** Stops watching: the call has ended. */
  stop(): void {
    this.#onEnd = undefined;
    this.#guard.stop();
    this.#environment.wrappedCalls.delete(this);
  }

  /** What interceptors answer, or the end of the call when that comes first. */
  async settle(options: RpcCallOptions, step: () => unknown): Promise<unknown> {
    const ended = createDeferred<never>();
    try {
      this.start(options, ended.reject);
      return await Promise.race([step(), ended.promise]);
    } finally {
      this.stop();
    }
  }

  #end(error: RpcError): void {
    onNextTurn(() => this.#onEnd?.(withExecuted(error, this.#hasCalled)));
  }
}
