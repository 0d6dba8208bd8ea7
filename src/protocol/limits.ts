/**
 * Every limit of a connection, in one place. Given to a transport or a server as
 * `Partial<RpcLimits>`; what is left out takes the default.
 *
 * Sizes are bytes, times are milliseconds. Passing a limit is an {@linkcode RpcError} that names
 * the found and the allowed number and fails the smallest thing: the call, then the connection.
 */
export interface RpcLimits {
  /** Largest message, after decompression; 16 MiB by default. Announced to the peer. */
  readonly maxMessageBytes: number;
  /** Largest metadata block as encoded; 64 KiB by default. Announced to the peer. */
  readonly maxMetadataBytes: number;
  /** Most headers in a metadata block; 128 by default. */
  readonly maxHeaders: number;
  /** Longest header name; 128 by default. */
  readonly maxHeaderNameBytes: number;
  /** Longest header value; 8 KiB by default. */
  readonly maxHeaderValueBytes: number;
  /** Longest method path; 1024 by default. */
  readonly maxPathBytes: number;
  /** Most open streams that the peer may have on a connection; 4096 by default. Announced. */
  readonly maxStreams: number;
  /** Most handlers that run at once on a connection; 4096 by default. */
  readonly maxHandlers: number;
  /** Bytes that may wait unread on a stream; 256 KiB by default. Announced as the window. */
  readonly streamWindowBytes: number;
  /** Messages that may wait unread on a stream; 1024 by default. Announced as the window. */
  readonly streamWindowMessages: number;
  /** Bytes that may wait unread on all streams; 16 MiB by default. Announced as the window. */
  readonly connectionWindowBytes: number;
  /** Bytes that may wait to be sent on a connection; 16 MiB by default. */
  readonly maxQueuedBytes: number;
  /** Time from opening a socket until it carries frames; 30 s by default. */
  readonly connectTimeoutMs: number;
  /** Time from an opening frame until the request message of a call that needs one; 60 s. */
  readonly halfOpenTimeoutMs: number;
}

/** The limits that hold where none are given. */
export const DEFAULT_LIMITS: RpcLimits = Object.freeze({
  maxMessageBytes: 16 * 1024 * 1024,
  maxMetadataBytes: 64 * 1024,
  maxHeaders: 128,
  maxHeaderNameBytes: 128,
  maxHeaderValueBytes: 8 * 1024,
  maxPathBytes: 1024,
  maxStreams: 4096,
  maxHandlers: 4096,
  streamWindowBytes: 256 * 1024,
  streamWindowMessages: 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  maxQueuedBytes: 16 * 1024 * 1024,
  connectTimeoutMs: 30_000,
  halfOpenTimeoutMs: 60_000,
});

/**
 * Completes and checks limits.
 *
 * @param limits The limits to change; all others take their default
 * @returns A whole, frozen set
 * @throws {RangeError} When a limit is not a positive safe integer
 *
 * @example Accept larger messages
 * ```ts
 * import { createLimits } from "@rpc-ts/websocket/protocol";
 *
 * const limits = createLimits({ maxMessageBytes: 64 * 1024 * 1024 });
 * if (limits.maxHeaders !== 128) throw new Error("unexpected default");
 * ```
 */
export function createLimits(limits: Partial<RpcLimits> = {}): RpcLimits {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new RangeError(`Cannot use limits: "${name}" is not a limit`);
    }
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot use limits: ${name} is ${value}, expected a positive whole number`,
      );
    }
  }
  return Object.freeze({ ...DEFAULT_LIMITS, ...Object.fromEntries(given) });
}
