import type { WebSocketLike } from "./web_socket_like.ts";

/** Whether a socket is the platform's own. Those are done with bytes when `send` returns. */
export function isPlatformSocket(socket: WebSocketLike): boolean {
  // First its name: Deno loads what stands behind the global when it is first named, and runs
  // microtasks meanwhile, in which a socket of another kind may open before anybody listens.
  if (Object.prototype.toString.call(socket) !== "[object WebSocket]") return false;
  return typeof WebSocket === "function" && socket instanceof WebSocket;
}

/**
 * Whether a socket that this side opened may hold back a part of a message until the network has
 * acknowledged what went before.
 *
 * Clients of Deno do (2.9.6): they write a message above 1024 bytes in two parts, with Nagle's
 * algorithm on. The connection finds out whether this one does.
 */
export function maySocketStall(socket: WebSocketLike): boolean {
  if (!isPlatformSocket(socket) || typeof navigator !== "object") return false;
  return navigator.userAgent.startsWith("Deno/");
}
