import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcClock } from "../internal/clock.ts";

/** Makes the settings of one try. */
export type TryOptions = (options: RpcCallOptions) => RpcCallOptions;

/**
 * Lets all calls that interceptors make for one call share its time, which begins now.
 *
 * @returns Makes the settings of a try of those that the interceptors gave: with what is left, or the
 *   time that they say when that is less
 */
export function shareTime({ timeoutMs }: RpcCallOptions, clock: RpcClock): TryOptions {
  // What is no time fails the call where it is made.
  if (timeoutMs === undefined || !(timeoutMs >= 0) || timeoutMs === Infinity) return keep;
  const deadline = clock.now() + timeoutMs;
  return (options) => {
    const leftMs = Math.max(0, deadline - clock.now());
    return { ...options, timeoutMs: Math.min(options.timeoutMs ?? leftMs, leftMs) };
  };
}

function keep(options: RpcCallOptions): RpcCallOptions {
  return options;
}
