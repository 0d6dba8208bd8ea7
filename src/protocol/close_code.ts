import { RpcStatus, type RpcStatusCode } from "./status.ts";

/** The connection did what it was opened for; also ends the session. */
export const CLOSE_NORMAL = 1000;
/** A page was left, or a server stops. */
export const CLOSE_GOING_AWAY = 1001;
/** The peer broke the rules of the protocol; the reason says which. */
export const CLOSE_PROTOCOL_ERROR = 4400;
/** Nothing came for too long, or nothing could be sent: no first frame, no sign of life, no reader. */
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
  // PROTOCOL.md, "Close codes". 0 is what Deno reports for a loss without a close frame.
  switch (code) {
    case 1002:
      return options.wasClean === false ? RpcStatus.UNAVAILABLE : RpcStatus.INTERNAL;
    case 1003:
    case 1007:
    case 1010:
    case 1011:
      return RpcStatus.INTERNAL;
    case 1008:
      return RpcStatus.PERMISSION_DENIED;
    case 1009:
    case CLOSE_TOO_LARGE:
    case CLOSE_TOO_MANY:
      return RpcStatus.RESOURCE_EXHAUSTED;
    case 0:
    case CLOSE_NORMAL:
    case CLOSE_GOING_AWAY:
    case 1005:
    case 1006:
    case 1012:
    case 1013:
    case 1014:
    case 1015:
    case CLOSE_TIMEOUT:
    case CLOSE_REPLACED:
      return RpcStatus.UNAVAILABLE;
    default:
      return RpcStatus.UNKNOWN;
  }
}
