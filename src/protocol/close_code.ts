import { RpcStatus, type RpcStatusCode } from "./status.ts";

/** The connection did what it was opened for; also ends the session. */
export const CLOSE_NORMAL = 1000;
/** A page was left, or a server stops. */
export const CLOSE_GOING_AWAY = 1001;
/** The peer broke the rules of the protocol; the reason says which. */
export const CLOSE_PROTOCOL_ERROR = 4400;
/** Nothing came for too long: no first frame, or no sign of life. */
export const CLOSE_TIMEOUT = 4408;
/** The session went on over a newer socket. */
export const CLOSE_REPLACED = 4409;
/** A frame or a WebSocket message is larger than this side takes. */
export const CLOSE_TOO_LARGE = 4413;
/** The peer sent more pings or refused frames than this side bears. */
export const CLOSE_TOO_MANY = 4429;

/** What is known of a close beside its code. */
export interface CloseCodeOptions {
  /**
   * Whether a close frame came from the peer (`CloseEvent.wasClean`); `true` unless given. Some
   * platforms report a reset connection as an unclean 1002.
   */
  readonly wasClean?: boolean;
}

const UNKNOWN = RpcStatus.UNKNOWN;
const UNAVAILABLE = RpcStatus.UNAVAILABLE;
const INTERNAL = RpcStatus.INTERNAL;
const RESOURCE_EXHAUSTED = RpcStatus.RESOURCE_EXHAUSTED;

// PROTOCOL.md, "Close codes". 0 is what Deno reports for a loss without a close frame.
const STATUS_OF_CLOSE_CODE: ReadonlyMap<number, RpcStatusCode> = new Map([
  [0, UNAVAILABLE],
  [1000, UNAVAILABLE],
  [1001, UNAVAILABLE],
  [1002, INTERNAL],
  [1003, INTERNAL],
  [1005, UNAVAILABLE],
  [1006, UNAVAILABLE],
  [1007, INTERNAL],
  [1008, RpcStatus.PERMISSION_DENIED],
  [1009, RESOURCE_EXHAUSTED],
  [1010, INTERNAL],
  [1011, INTERNAL],
  [1012, UNAVAILABLE],
  [1013, UNAVAILABLE],
  [1014, UNAVAILABLE],
  [1015, UNAVAILABLE],
  [CLOSE_TIMEOUT, UNAVAILABLE],
  [CLOSE_REPLACED, UNAVAILABLE],
  [CLOSE_TOO_LARGE, RESOURCE_EXHAUSTED],
  [CLOSE_TOO_MANY, RESOURCE_EXHAUSTED],
]);

/**
 * The status that calls in flight end with when their socket closes with `code`.
 *
 * Only a loss that says nothing about the calls is `UNAVAILABLE`, so that a retry never repeats
 * what the peer objected to.
 *
 * @param code The code of the close event; 0 and 1006 both mean that there was no close frame
 * @param options Whether the close was clean
 * @returns The status; `UNKNOWN` for a code that means nothing here
 *
 * @example Tell a lost connection from a refusal
 * ```ts
 * import { RpcStatus, statusFromCloseCode } from "@rpc-ts/websocket/protocol";
 *
 * if (statusFromCloseCode(1006) !== RpcStatus.UNAVAILABLE) throw new Error("unexpected status");
 * if (statusFromCloseCode(1008) !== RpcStatus.PERMISSION_DENIED) {
 *   throw new Error("unexpected status");
 * }
 * ```
 */
export function statusFromCloseCode(code: number, options: CloseCodeOptions = {}): RpcStatusCode {
  if (code === 1002 && options.wasClean === false) return UNAVAILABLE;
  return STATUS_OF_CLOSE_CODE.get(code) ?? UNKNOWN;
}
