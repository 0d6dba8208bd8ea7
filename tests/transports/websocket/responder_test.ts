import { RpcStatus } from "../../../src/protocol/status.ts";
import { RpcWebSocketResponderTransport } from "../../../src/transports/websocket/responder.ts";
import type { RpcConnectionLoss } from "../../../src/transports/websocket/base.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { HandPeer } from "../../support/hand_driven.ts";
import { openFrame } from "../../support/native_frames.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { test } from "../../support/test.ts";

test("RpcWebSocketResponderTransport knows of its peer what it was told", async () => {
  const auth = { user: "ada" };
  const [socket] = FakeSocket.pair();
  const far = new RpcWebSocketResponderTransport(socket, { address: "203.0.113.7:50412", auth });
  assertEquals(far.peer, { address: "203.0.113.7:50412", protocol: "rpc-ts.v1", auth });
  assertEquals([far.side, far.canReconnect], ["responder", false]);
  await far.close();
});

test("RpcWebSocketResponderTransport takes the sub-protocol of its socket", async () => {
  const [socket, other] = FakeSocket.pair();
  socket.protocol = "rpc-ts.v1";
  const far = new RpcWebSocketResponderTransport(socket);
  assertEquals(far.peer.protocol, "rpc-ts.v1");
  await far.close();
  other.protocol = "chat";
  assertThrows(() => new RpcWebSocketResponderTransport(other), RangeError, '"chat"');
});

test("RpcWebSocketResponderTransport believes its owner where the socket tells no sub-protocol", async () => {
  const [socket] = FakeSocket.pair();
  const far = new RpcWebSocketResponderTransport(socket, { protocol: "rpc-ts.v1" });
  socket.open("");
  await settle();
  assertEquals([far.isClosed, socket.sent.length], [false, 1]);
  await far.close();
});

test("RpcWebSocketResponderTransport tells of its loss, after which it is closed", async () => {
  const losses: RpcConnectionLoss[] = [];
  const [socket] = FakeSocket.pair();
  const far = new RpcWebSocketResponderTransport(socket, {
    onConnectionLost: (loss) => losses.push(loss),
  });
  socket.open();
  socket.lose(0);
  assertEquals([losses.length, losses[0]?.closeCode, losses[0]?.by], [1, 0, "network"]);
  assertEquals([far.isClosed, (await far.reconnect()).level], [true, "closed"]);
  await far.close();
  assertEquals(losses.length, 1);
});

test("RpcWebSocketResponderTransport keeps a bounded number of calls that nobody takes yet", async () => {
  const peer = new HandPeer();
  const transport = new RpcWebSocketResponderTransport(peer.socket, { limits: { maxStreams: 4 } });
  await peer.open();
  for (let streamId = 1; streamId < 200; streamId += 2) {
    await peer.send(openFrame({ streamId }), { kind: "cancel", streamId, code: 1, reason: "" });
  }
  const answers = peer.take();
  assertEquals(transport.incomingMessages.waiting, 4);
  assertEquals(answers.length, 98);
  const [status] = answers;
  assert(status?.kind === "status");
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  const seen: string[] = [];
  transport.incomingMessages.listen(({ kind, streamId }) => seen.push(`${streamId}:${kind}`));
  assertEquals(seen, ["1:open", "1:cancel", "3:open", "3:cancel"]);
  await peer.send(openFrame({ streamId: 201 }));
  assertEquals(seen.at(-1), "201:open");
  await transport.close();
});
