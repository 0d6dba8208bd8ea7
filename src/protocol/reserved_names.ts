const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "connection",
  "content-type",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "x-cancellation-reason",
  "x-client-cancelled",
  "x-rpc-conn-window-update",
  "x-rpc-ping-timestamp",
  "x-rpc-pong-endpoint",
  "x-rpc-pong-timestamp",
  "x-rpc-pong-transport",
  "x-rpc-window-update",
  "x-rpc-window-update-messages",
]);

/**
 * Whether a header belongs to a wire and not to its users: it is refused when a user sends it, and
 * dropped when a peer does.
 *
 * @param name Name in lower case
 * @returns True for `grpc-*`, names of HTTP, credit, ping and cancel, and names that begin with `:`
 *
 * @example Ask before copying headers of an HTTP request
 * ```ts
 * import { isReservedMetadataName } from "@rpc-ts/websocket/protocol";
 *
 * if (!isReservedMetadataName("grpc-timeout")) throw new Error("unexpected");
 * if (isReservedMetadataName("authorization")) throw new Error("unexpected");
 * ```
 */
export function isReservedMetadataName(name: string): boolean {
  return RESERVED_NAMES.has(name) || name.startsWith("grpc-") || name.startsWith(":");
}
