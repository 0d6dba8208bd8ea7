import type { RpcUpgraderOptions } from "../../server/upgrader.ts";

/** Settings that the handlers of all platforms take. */
export interface RpcHandlerOptions extends RpcUpgraderOptions {
  /**
   * Silence after which the platform pings a client, and gives it up when nothing comes back, in
   * milliseconds; 30 000 unless given, 0 for never. Whole seconds count.
   */
  readonly idleTimeoutMs?: number;
}

/** Settings of handlers that see every request of a server. */
export interface RpcRoutedHandlerOptions extends RpcHandlerOptions {
  /** Path that is served, for example `/rpc`; every path unless given. */
  readonly path?: string;
}

const DEFAULT_IDLE_TIMEOUT_MS = 30_000;

/**
 * The idle time-out as platforms take it.
 *
 * @returns Whole seconds, 1 at least; 0 for none
 * @throws {RangeError} When the time is not a number from 0 up to what every platform takes
 */
export function toIdleSeconds(idleTimeoutMs: number = DEFAULT_IDLE_TIMEOUT_MS): number {
  // Bun takes 960 seconds at most.
  if (!(idleTimeoutMs >= 0 && idleTimeoutMs <= 960_000)) {
    throw new RangeError(
      `Cannot create handler: idleTimeoutMs is ${idleTimeoutMs}, expected 0 to 960000`,
    );
  }
  return Math.ceil(idleTimeoutMs / 1000);
}
