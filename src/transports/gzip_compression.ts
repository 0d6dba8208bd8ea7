import type { RpcCompression } from "./compression.ts";
import { Compression } from "./connection/compression.ts";
import { hasGzip } from "./connection/gzip_run.ts";

/** Bytes below which compressing costs more than it saves, unless told otherwise. */
const DEFAULT_MIN_BYTES = 1024;
/** What gzip itself takes, and a little: a shorter message cannot become smaller. */
const LEAST_BYTES = 21;

/** Settings of {@linkcode gzipCompression}. */
export interface RpcGzipOptions {
  /**
   * Messages of fewer bytes are sent as they are, as are those that become no smaller; 1024 unless
   * given, and never below 21.
   */
  readonly minBytes?: number;
}

/**
 * Turns compression on, in the options of a transport, a server or an adapter.
 *
 * Both sides have to: what the other does not announce is not used. Messages are compressed one by
 * one with gzip, by the platform's `CompressionStream`; where there is none, nothing is compressed and
 * nothing fails. What comes compressed waits so, and is inflated when it is read, up to
 * `maxMessageBytes`. It costs time on both sides and pays on slow paths. Do not compress what mixes
 * secrets with text that an attacker may choose: lengths tell.
 *
 * @param options From which length on
 * @returns What goes into the options
 * @throws {RangeError} When `minBytes` is not a whole number from 0
 *
 * @example Compress what is sent over a slow path
 * ```ts
 * import { gzipCompression, type RpcWebSocketConnectOptions } from "@rpc-ts/websocket/transports";
 *
 * const options: RpcWebSocketConnectOptions = { compression: gzipCompression({ minBytes: 4096 }) };
 * // RpcWebSocketCallerTransport.connect("wss://api.example.com/rpc", options);
 * if (options.compression === undefined) throw new Error("compression is off");
 * ```
 */
export function gzipCompression(options: RpcGzipOptions = {}): RpcCompression {
  const { minBytes = DEFAULT_MIN_BYTES } = options;
  if (!Number.isSafeInteger(minBytes) || minBytes < 0) {
    throw new RangeError(
      `Cannot use compression: minBytes is ${minBytes}, expected a whole number from 0`,
    );
  }
  const least = Math.max(minBytes, LEAST_BYTES);
  return { begin: (parts) => hasGzip() ? new Compression(least, parts) : undefined };
}
