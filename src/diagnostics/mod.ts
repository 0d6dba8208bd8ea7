/**
 * Diagnostics: what happens inside, for people. Built like code of a user, on the public interface
 * of the layers before it.
 *
 * The library itself never prints. An {@linkcode RpcLogger} without a sink is silent; give it the
 * sink that {@linkcode createConsoleSink} makes, and every record becomes one line of the console.
 * Records hold ids, counts, sizes and names, never payloads, so a log may be kept.
 *
 * @example Print what a transport does
 * ```ts
 * import { RpcLogger } from "@rpc-ts/websocket";
 * import { createConsoleSink } from "@rpc-ts/websocket/diagnostics";
 *
 * const lines: string[] = [];
 * const print = (line: string): void => void lines.push(line);
 * // The platform's own console prints unless another is given.
 * const console = { debug: print, info: print, warn: print, error: print };
 * const sink = createConsoleSink({ console });
 *
 * new RpcLogger("WebSocketClient", { sink }).warn("Connection lost", { closeCode: 1006 });
 * if (!lines[0]?.endsWith("WARN  WebSocketClient: Connection lost closeCode=1006")) {
 *   throw new Error("unexpected line");
 * }
 * ```
 *
 * @module
 */
export { createConsoleSink, type RpcConsole, type RpcConsoleSinkOptions } from "./console_sink.ts";
export { formatLogRecord } from "./format_log_record.ts";
