/** How well a part works, best first. */
export type RpcHealthLevel = "healthy" | "reconnecting" | "degraded" | "unhealthy" | "closed";

/** How a part of the system is doing at one moment. */
export interface RpcHealthStatus {
  /** What this is about, for example `transport`. */
  readonly component: string;
  /** How well it works. */
  readonly level: RpcHealthLevel;
  /** One sentence for people. */
  readonly message: string;
  /** Figures for programs; plain data. */
  readonly details: Readonly<Record<string, unknown>>;
  /** When this was true, in milliseconds since 1970. */
  readonly timestamp: number;
}

/**
 * Makes a health status of this moment.
 *
 * @param component What it is about
 * @param level How well it works
 * @param options One sentence for people, and figures for programs
 * @returns The status
 *
 * @example Report a part of one's own
 * ```ts
 * import { createHealthStatus } from "@rpc-ts/websocket/transports";
 *
 * const status = createHealthStatus("cache", "degraded", { message: "Cold" });
 * if (status.level !== "degraded") throw new Error("unexpected level");
 * ```
 */
export function createHealthStatus(
  component: string,
  level: RpcHealthLevel,
  options: { message: string; details?: Readonly<Record<string, unknown>> },
): RpcHealthStatus {
  return {
    component,
    level,
    message: options.message,
    details: options.details ?? {},
    timestamp: Date.now(),
  };
}
