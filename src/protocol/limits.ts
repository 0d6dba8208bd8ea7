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
  /** Longest method path; 1024 by default, and no contract can name a longer one. */
  readonly maxPathBytes: number;
  /** Most open streams that the peer may have on a connection; 4096 by default. Announced. */
  readonly maxStreams: number;
  /**
   * Most handlers that run at once on a connection; 8192 by default, and twice `maxStreams` at least
   * unless given: handlers of calls that were cancelled take a moment to end, and new calls must not
   * be refused meanwhile.
   */
  readonly maxHandlers: number;
  /** Bytes that may wait unread on a stream; 256 KiB by default. Announced as the window. */
  readonly streamWindowBytes: number;
  /**
   * Bytes that may wait unread on a stream whose reader keeps up, on a path that needs as much;
   * 64 MiB by default. The window grows up to this with bandwidth and round-trip time, and to no
   * more than half of `connectionWindowBytes`.
   */
  readonly maxStreamWindowBytes: number;
  /** Messages that may wait unread on a stream; 1024 by default. Announced as the window. */
  readonly streamWindowMessages: number;
  /**
   * Bytes that may wait unread on all streams, 256 more for each message; 128 MiB by default.
   * Announced as the window.
   */
  readonly connectionWindowBytes: number;
  /** Bytes that may wait to be sent on a connection; 16 MiB by default. */
  readonly maxQueuedBytes: number;
  /**
   * Bytes of messages that may wait on all streams for credit or room in the socket; 512 MiB by
   * default. Streams that have another one to send then wait themselves.
   */
  readonly maxWaitingBytes: number;
  /**
   * Bytes of messages that may wait on a stream; 64 MiB by default. Only a program that sends on
   * a transport without waiting for it gets there.
   */
  readonly maxStreamQueuedBytes: number;
  /**
   * Streams that the peer may open a second in the long run; 1 000 000 by default, more than a
   * connection carries. More are refused, which is safe to try again.
   */
  readonly streamsPerSecond: number;
  /** Streams that the peer may open at once after a pause; 65 536 by default. */
  readonly streamBurst: number;
  /** Pings of the peer that are borne a second in the long run; 16 by default. */
  readonly pingsPerSecond: number;
  /** Pings of the peer that are borne at once after a pause; 256 by default. */
  readonly pingBurst: number;
  /** Time from opening a socket until it carries frames; 30 s by default. */
  readonly connectTimeoutMs: number;
  /**
   * Time from an opening frame until the request message of a call with one request, which no
   * handler runs for before; 60 s by default.
   */
  readonly halfOpenTimeoutMs: number;
  /**
   * Time that a stream which the peer opened may wait for the peer, to send or to read, while nothing
   * moves on it in either direction; `Infinity`, which is never, by default, because a subscription
   * may be silent for days. A stream whose handler has the next step is not ended.
   */
  readonly streamIdleTimeoutMs: number;
}

/** The limits that hold where none are given. */
export const DEFAULT_LIMITS: RpcLimits = /* @__PURE__ */ Object.freeze({
  maxMessageBytes: 16 * 1024 * 1024,
  maxMetadataBytes: 64 * 1024,
  maxHeaders: 128,
  maxHeaderNameBytes: 128,
  maxHeaderValueBytes: 8 * 1024,
  maxPathBytes: 1024,
  maxStreams: 4096,
  maxHandlers: 8192,
  streamWindowBytes: 256 * 1024,
  maxStreamWindowBytes: 64 * 1024 * 1024,
  streamWindowMessages: 1024,
  connectionWindowBytes: 128 * 1024 * 1024,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxWaitingBytes: 512 * 1024 * 1024,
  maxStreamQueuedBytes: 64 * 1024 * 1024,
  streamsPerSecond: 1_000_000,
  streamBurst: 65_536,
  pingsPerSecond: 16,
  pingBurst: 256,
  connectTimeoutMs: 30_000,
  halfOpenTimeoutMs: 60_000,
  streamIdleTimeoutMs: Infinity,
});

/** Sets that are whole, checked and frozen: they serve as they are, however many share them. */
const COMPLETE: WeakSet<Partial<RpcLimits>> = /* @__PURE__ */ new WeakSet([DEFAULT_LIMITS]);

/**
 * Completes and checks limits.
 *
 * @param limits The limits to change; all others take their default
 * @returns A whole, frozen set; the same one when it is given again
 * @throws {RangeError} When a limit is not a positive safe integer; the idle time may be `Infinity`
 *
 * @example Accept larger messages
 * ```ts
 * import { createLimits } from "@rpc-ts/websocket/protocol";
 *
 * const limits = createLimits({ maxMessageBytes: 64 * 1024 * 1024 });
 * if (limits.maxHeaders !== 128) throw new Error("unexpected default");
 * ```
 */
export function createLimits(limits: Partial<RpcLimits> = DEFAULT_LIMITS): RpcLimits {
  // What is in there was made below, and has all limits.
  if (COMPLETE.has(limits)) return limits as RpcLimits;
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new RangeError(`Cannot use limits: "${name}" is not a limit`);
    }
    // It is one of them, as was just found.
    if (value === Infinity && DEFAULT_LIMITS[name as keyof RpcLimits] === Infinity) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot use limits: ${name} is ${value}, expected a positive whole number`,
      );
    }
  }
  const { maxHandlers } = DEFAULT_LIMITS;
  const leastHandlers = Math.max(maxHandlers, 2 * (limits.maxStreams ?? 0));
  const derived = { ...DEFAULT_LIMITS, maxHandlers: leastHandlers };
  const complete = Object.freeze({ ...derived, ...Object.fromEntries(given) });
  COMPLETE.add(complete);
  return complete;
}
