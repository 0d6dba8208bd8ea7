import { RpcWebSocketCallerTransport } from "../../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../../src/transports/websocket/responder.ts";
import { waitUntilOpen } from "../../../src/transports/websocket/wait_until_open.ts";
import { WebSocketChannel } from "../../../src/transports/websocket/web_socket_channel.ts";
import type { WebSocketLike } from "../../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals, assertRejects } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { MessageLog } from "../../support/message_log.ts";
import { serveSockets } from "../../support/serve_sockets.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { runtime, test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";

test("waitUntilOpen() keeps what comes before somebody listens, in order", async () => {
  const [socket] = FakeSocket.pair();
  const waiting = waitUntilOpen(socket);
  assertEquals(socket.binaryType, "arraybuffer");
  socket.open();
  socket.dispatch("message", { data: "1" });
  const kept = await waiting;
  socket.dispatch("message", { data: "2" });
  const seen: unknown[] = [];
  kept.addEventListener("message", ({ data }) => seen.push(data));
  socket.dispatch("message", { data: "3" });
  assertEquals(seen, [], "the listener was called while it was being added");
  await settle();
  socket.dispatch("message", { data: "4" });
  assertEquals(seen, ["1", "2", "3", "4"]);
});

test("waitUntilOpen() returns a socket that does what the other one does", async () => {
  const [socket, peer] = FakeSocket.pair();
  const waiting = waitUntilOpen(socket);
  socket.open("rpc-ts.v1");
  peer.open();
  socket.bufferedAmount = 7;
  const kept = await waiting;
  assertEquals([kept.readyState, kept.protocol, kept.bufferedAmount], [1, "rpc-ts.v1", 7]);
  kept.binaryType = "blob";
  assertEquals([socket.binaryType, kept.binaryType], ["blob", "blob"]);
  kept.send(new Uint8Array([1]));
  assertEquals(socket.sent, [new Uint8Array([1])]);
  const closes: unknown[] = [];
  const listener = ({ code }: { code?: number }): void => void closes.push(code);
  kept.addEventListener("close", listener);
  kept.close(4400, "why");
  await settle();
  assertEquals(closes, [4400]);
  kept.removeEventListener("close", listener);
  socket.dispatch("close", { code: 1 });
  assertEquals(closes, [4400]);
});

/** What a channel finds out about a socket. */
function traits(socket: WebSocketLike): boolean[] {
  const { sendsLate, mayStall, copiesOnSend } = new WebSocketChannel(socket, "caller");
  return [sendsLate, mayStall, copiesOnSend];
}

test("waitUntilOpen() returns a socket that is known for what it is", async () => {
  const server = serveSockets(() => {});
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}`, ["rpc-ts.v1"]);
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  const kept = await waitUntilOpen(socket);
  const isDeno = runtime === "deno";
  assertEquals(traits(kept), [isDeno, isDeno, true]);
  assertEquals(traits(await waitUntilOpen(kept)), [isDeno, isDeno, true]);
  socket.close();
  await closed;
  await server.close();
});

test("waitUntilOpen() returns a socket that says as little of its memory as the other one", async () => {
  for (const copiesOnSend of [undefined, false, true]) {
    const [socket] = FakeSocket.pair();
    const waiting = waitUntilOpen(
      Object.assign(socket, copiesOnSend === undefined ? {} : { copiesOnSend }),
    );
    socket.open();
    assertEquals(traits(await waiting), [false, false, copiesOnSend === true]);
  }
});

test("waitUntilOpen() rejects when the socket closes before it opens", async () => {
  const [socket] = FakeSocket.pair();
  const waiting = waitUntilOpen(socket);
  socket.dispatch("error", { message: "refused" });
  socket.lose(1006);
  await assertRejects(waiting, Error, "Cannot open socket: it closed with code 1006");
});

test("waitUntilOpen() does not wait for what was before", async () => {
  const [open, closing] = FakeSocket.pair();
  open.open();
  const kept = await waitUntilOpen(open);
  assertEquals([kept.readyState, open.listeners], [1, 2]);
  // One that waits for its close has it still to come.
  closing.open();
  closing.close();
  await assertRejects(waitUntilOpen(closing), Error, "it closed with code 1005");
  await assertRejects(waitUntilOpen(closing), Error, "Cannot open socket: it is closed already");
});

test("waitUntilOpen() closes the socket when its signal aborts, before or meanwhile", async () => {
  for (const isEarly of [true, false]) {
    const [socket] = FakeSocket.pair();
    const controller = new AbortController();
    const reason = new RangeError("not wanted");
    if (isEarly) controller.abort(reason);
    const waiting = waitUntilOpen(socket, { signal: controller.signal });
    controller.abort(reason);
    await assertRejects(waiting, RangeError, "not wanted");
    assert(socket.readyState >= 2, "the socket was left behind");
    await settle();
  }
});

test("waitUntilOpen() forgets its signal when the socket is open", async () => {
  const [socket] = FakeSocket.pair();
  const controller = new AbortController();
  const waiting = waitUntilOpen(socket, { signal: controller.signal });
  socket.open();
  const kept = await waiting;
  controller.abort();
  assertEquals(kept.readyState, 1);
});

test("waitUntilOpen() loses no frame of a real peer, however late its socket is handed over", async () => {
  const fars: RpcWebSocketResponderTransport[] = [];
  const server = serveSockets((socket) => {
    const far = new RpcWebSocketResponderTransport(socket);
    const log = new MessageLog(far.incomingMessages);
    log.onMessage = ({ kind, streamId }) => kind === "open" && far.endStream(streamId, ending());
    fars.push(far);
  });
  const near = new RpcWebSocketCallerTransport(async (): Promise<WebSocketLike> => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}`, ["rpc-ts.v1"]);
    const kept = await waitUntilOpen(socket);
    await new Promise((resolve) => setTimeout(resolve, 30));
    return kept;
  });
  const log = new MessageLog(near.incomingMessages);
  const status = await log.take("status", near.openStream(opening({ end: true })));
  assertEquals(status.code, 0);
  await near.close();
  for (const far of fars) await far.close();
  await server.close();
});
