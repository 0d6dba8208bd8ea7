import type { WebSocketLike } from "./web_socket_like.ts";

/** The sockets behind those that stand for another one. */
const BEHIND: WeakMap<WebSocketLike, WebSocketLike> = /* @__PURE__ */ new WeakMap();

/** Takes note that a socket passes on to another one, at once, all that it is given to send. */
export function standFor(outer: WebSocketLike, inner: WebSocketLike): void {
  BEHIND.set(outer, BEHIND.get(inner) ?? inner);
}

/** Whether a socket is the platform's own. Those are done with bytes when `send` returns. */
export function isPlatformSocket(socket: WebSocketLike): boolean {
  // First its name: Deno loads what stands behind the global when it is first named, and runs
  // microtasks meanwhile, in which a socket of another kind may open before anybody listens.
  if (Object.prototype.toString.call(socket) !== "[object WebSocket]") return false;
  return typeof WebSocket === "function" && socket instanceof WebSocket;
}

/**
 * Whether a socket is one of Deno's own, or stands for one, which differ (2.9.6).
 *
 * They send their messages when the turn of the event loop ends. Those of a client may hold back a
 * part of one until the network has acknowledged what went before: they write a message above 1024
 * bytes in two parts, with Nagle's algorithm on. The connection finds out whether this one does.
 */
export function isDenoSocket(socket: WebSocketLike): boolean {
  const own = BEHIND.get(socket) ?? socket;
  if (!isPlatformSocket(own) || typeof navigator !== "object") return false;
  return navigator.userAgent.startsWith("Deno/");
}
