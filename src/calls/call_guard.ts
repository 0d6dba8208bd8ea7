import type { RpcClock, RpcTimer } from "../internal/clock.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import { deadlineError, errorFromAbort } from "./abort.ts";

/**
 * Joins all that may end a call from this side: its deadline, its signal, and the call that it
 * serves. One timer and one listener a signal, and only where they were asked for.
 */
export class CallGuard implements EventListenerObject {
  readonly #clock: RpcClock;
  readonly #onAbort: (error: RpcError) => void;
  #timer: RpcTimer | undefined;
  #signals: AbortSignal[] | undefined;

  constructor(clock: RpcClock, onAbort: (error: RpcError) => void) {
    this.#clock = clock;
    this.#onAbort = onAbort;
  }

  /** Begins to watch; `onAbort` is called at most once. */
  start(options: RpcCallOptions, timeoutMs: number | undefined): void {
    if (timeoutMs !== undefined) {
      this.#timer = this.#clock.setTimer(() => this.#abort(deadlineError()), timeoutMs);
    }
    this.#watch(options.signal);
    this.#watch(options.parent?.signal);
    // A signal may have aborted while the request was encoded, which runs code of the user.
    const aborted = findAbort(options, undefined);
    if (aborted !== undefined) this.#abort(aborted);
  }

  /** Stops watching; nothing is pending afterwards. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    if (this.#signals === undefined) return;
    for (const signal of this.#signals) signal.removeEventListener("abort", this);
    this.#signals = undefined;
  }

  #watch(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    signal.addEventListener("abort", this);
    (this.#signals ??= []).push(signal);
  }

  /** Hears of a signal: the guard itself is the listener. */
  handleEvent(event: Event): void {
    // The listener is on abort signals only.
    this.#abort(errorFromAbort((event.target as AbortSignal).reason));
  }

  #abort(error: RpcError): void {
    this.stop();
    this.#onAbort(error);
  }
}

/**
 * Why a call need not be begun: a signal that has aborted, or no time left.
 *
 * @returns `CANCELLED` or `DEADLINE_EXCEEDED`; undefined when it can be begun
 * @throws {TypeError} When the signal is none
 */
export function findAbort(
  options: RpcCallOptions,
  timeoutMs: number | undefined,
): RpcError | undefined {
  const { signal } = options;
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError(`Cannot call: signal is ${typeof signal}, expected an AbortSignal`);
  }
  if (signal?.aborted) return errorFromAbort(signal.reason);
  if (options.parent?.signal.aborted) return errorFromAbort(options.parent.signal.reason);
  return timeoutMs !== undefined && timeoutMs <= 0 ? deadlineError() : undefined;
}

/**
 * The time that a call has: its own, or that of the call it serves when less.
 *
 * @throws {RangeError} When the given time is not a number of at least 0
 */
export function timeoutOf(options: RpcCallOptions): number | undefined {
  const { timeoutMs, parent } = options;
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new RangeError(`Cannot call: timeoutMs is ${timeoutMs}, expected 0 or more`);
  }
  const outer = parent?.timeoutMs;
  if (timeoutMs === undefined || timeoutMs === Infinity) return outer;
  return outer === undefined ? timeoutMs : Math.min(timeoutMs, outer);
}
