import {
  isDenoSocket,
  isPlatformSocket,
  standFor,
} from "../../../src/transports/websocket/platform_socket.ts";
import type { WebSocketLike } from "../../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { runtime, test } from "../../support/test.ts";
import { withGlobal } from "../../support/with_global.ts";

/** Something that is the platform's socket by its class, and connects nowhere. */
function createPlatformSocket(): WebSocketLike {
  // Made of the prototype alone, it has all members; none is touched.
  return Object.create(WebSocket.prototype) as WebSocket;
}

test("isPlatformSocket() knows the platform's own sockets from others", () => {
  const [other] = FakeSocket.pair();
  assertEquals([isPlatformSocket(createPlatformSocket()), isPlatformSocket(other)], [true, false]);
});

test("isPlatformSocket() knows none where the platform has no sockets", () => {
  const socket = createPlatformSocket();
  withGlobal("WebSocket", undefined, () => assertEquals(isPlatformSocket(socket), false));
});

test("isPlatformSocket() does not name the platform's sockets for the sake of others", () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  let named = 0;
  Object.defineProperty(globalThis, "WebSocket", {
    get: () => named++,
    configurable: true,
  });
  try {
    assertEquals([isPlatformSocket(FakeSocket.pair()[0]), named], [false, 0]);
  } finally {
    if (before !== undefined) Object.defineProperty(globalThis, "WebSocket", before);
  }
});

test("isPlatformSocket() takes no socket at its word", () => {
  const [other] = FakeSocket.pair();
  const named = Object.assign(other, { [Symbol.toStringTag]: "WebSocket" });
  assertEquals(isPlatformSocket(named), false);
});

test("isDenoSocket() is true for Deno's own sockets, and for nothing else", () => {
  const [other] = FakeSocket.pair();
  const found = [createPlatformSocket(), other].map(isDenoSocket);
  assertEquals(found, [runtime === "deno", false]);
});

test("isDenoSocket() goes by what the platform calls itself", () => {
  const socket = createPlatformSocket();
  for (const [userAgent, expected] of [["Deno/2.9.6", true], ["Mozilla/5.0 Deno/2", false]]) {
    withGlobal("navigator", { userAgent }, () => assertEquals(isDenoSocket(socket), expected));
  }
  withGlobal("navigator", undefined, () => assertEquals(isDenoSocket(socket), false));
});

test("isDenoSocket() looks at the socket that another one stands for", () => {
  const [outer, outermost, other] = [0, 1, 2].map(() => FakeSocket.pair()[0]);
  assert(outer !== undefined && outermost !== undefined && other !== undefined);
  standFor(outer, createPlatformSocket());
  standFor(outermost, outer);
  standFor(other, FakeSocket.pair()[0]);
  assertEquals([outer, outermost, other].map(isDenoSocket), [
    runtime === "deno",
    runtime === "deno",
    false,
  ]);
  // Its listeners are called by hand, so they must be functions.
  assertEquals(isPlatformSocket(outer), false);
});
