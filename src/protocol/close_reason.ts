import { truncateUtf8 } from "../internal/utf8.ts";

/** Longest reason in a close frame, RFC 6455 section 5.5: 125 bytes less the code. */
export const MAX_CLOSE_REASON_BYTES = 123;

/**
 * Cuts a close reason to what a close frame holds; a longer one makes `WebSocket.close` throw and
 * leaves the socket open.
 *
 * @param reason Any text
 * @returns The longest beginning of it that takes 123 bytes of UTF-8 and cuts no character
 *
 * @example Close with a long reason
 * ```ts
 * import { truncateCloseReason } from "@rpc-ts/websocket/protocol";
 *
 * const reason = truncateCloseReason("ж".repeat(100));
 * if (reason.length !== 61) throw new Error("unexpected length");
 * ```
 */
export function truncateCloseReason(reason: string): string {
  return truncateUtf8(reason, MAX_CLOSE_REASON_BYTES);
}
