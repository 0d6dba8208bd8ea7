import {
  isSocket,
  SOCKET_CLOSED,
  SOCKET_OPEN,
  type WebSocketLike,
} from "../../../src/transports/websocket/web_socket_like.ts";
import { assertEquals } from "../../support/assert.ts";
import { serveSockets } from "../../support/serve_sockets.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { test } from "../../support/test.ts";

test("SOCKET_OPEN and SOCKET_CLOSED are the states of the platform's own socket", () => {
  assertEquals([SOCKET_OPEN, SOCKET_CLOSED], [WebSocket.OPEN, WebSocket.CLOSED]);
});

test("WebSocketLike fits the platform's own socket", async () => {
  const server = serveSockets(() => {});
  const socket: WebSocketLike = new WebSocket(`ws://127.0.0.1:${server.port}`, ["rpc-ts.v1"]);
  await new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
  assertEquals([socket.readyState, socket.protocol], [SOCKET_OPEN, "rpc-ts.v1"]);
  socket.close(1000, "");
  await new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  assertEquals(socket.readyState, SOCKET_CLOSED);
  await server.close();
});

test("isSocket() tells sockets from what a program made by mistake", () => {
  const others = [undefined, null, {}, Promise.resolve(), new EventTarget(), { send() {} }];
  for (const made of others) assertEquals(isSocket(made), false);
  assertEquals(isSocket(FakeSocket.pair()[0]), true);
  assertEquals(isSocket(WebSocket.prototype), true);
});
