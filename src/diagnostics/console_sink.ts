import type { RpcLogLevel, RpcLogSink } from "../logger.ts";
import { formatLogRecord } from "./format_log_record.ts";

/** The part of a console that a sink prints with: one function a level. */
export type RpcConsole = Readonly<Record<RpcLogLevel, (line: string) => void>>;

/** Settings of {@linkcode createConsoleSink}. */
export interface RpcConsoleSinkOptions {
  /** What prints; the platform's console unless given. */
  readonly console?: RpcConsole;
  /** Whether a line begins with the time of its record; `true` unless given. */
  readonly showTime?: boolean;
}

/**
 * Makes a sink that prints each record as one line, by the console's function of its level.
 *
 * @param options What prints, and whether it prints the time
 * @returns The sink, for an {@linkcode RpcLogger}
 *
 * @example See what a client does
 * ```ts
 * import { createConsoleSink, RpcLogger } from "@rpc-ts/websocket";
 *
 * const logger = new RpcLogger("WebSocketClient", { sink: createConsoleSink(), level: "warn" });
 * logger.info("Connected");
 * if (logger.isEnabled("info")) throw new Error("information would be printed");
 * ```
 */
export function createConsoleSink(options: RpcConsoleSinkOptions = {}): RpcLogSink {
  const { console: target = console, showTime = true } = options;
  return (record) => target[record.level](formatLogRecord(record, { showTime }));
}
