import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import type { RpcHealthStatus } from "../../../src/transports/health.ts";
import type { RpcPeerInfo, RpcTransportSide } from "../../../src/transports/transport.ts";
import {
  type RpcConnectionLoss,
  RpcWebSocketTransportBase,
} from "../../../src/transports/websocket/base.ts";
import { RpcWebSocketCallerTransport } from "../../../src/transports/websocket/caller.ts";
import type { WebSocketLike } from "../../../src/transports/websocket/web_socket_like.ts";
import { RpcWebSocketResponderTransport } from "../../../src/transports/websocket/responder.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { MessageLog } from "../../support/message_log.ts";
import { bytesOf } from "../../support/native_frames.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";

/** The smallest transport that can be made of the base. */
class TestTransport extends RpcWebSocketTransportBase {
  readonly side: RpcTransportSide = "caller";
  readonly peer: RpcPeerInfo = { address: undefined, protocol: "rpc-ts.v1", auth: undefined };
  /** What happened, in order. */
  readonly events: string[] = [];
  readonly losses: RpcConnectionLoss[] = [];
  readonly failures: RpcConnectionLoss[] = [];
  /** Sockets that are closed for good. */
  closedSockets = 0;
  /** Both ends of each socket that was made. */
  readonly sockets: [FakeSocket, FakeSocket][] = [];
  readonly signals: AbortSignal[] = [];
  onLost: () => void = () => {};
  canReconnect = true;
  /** Thrown instead of making a socket when set. */
  failure: unknown;

  constructor(clock: FakeClock = new FakeClock()) {
    super({ clock });
    this.openConnection();
  }

  protected openSocket(signal: AbortSignal): WebSocketLike {
    this.signals.push(signal);
    if (this.failure !== undefined) throw this.failure;
    const pair = FakeSocket.pair();
    this.sockets.push(pair);
    return pair[0];
  }

  protected override connectionReady(): void {
    this.events.push(`ready ${this.health().level}`);
  }

  protected override connectionLost(loss: RpcConnectionLoss): void {
    this.events.push(`lost ${this.health().level}`);
    this.losses.push(loss);
    this.onLost();
  }

  protected override reconnectFailed(loss: RpcConnectionLoss): void {
    this.events.push(`failed ${this.health().level}`);
    this.failures.push(loss);
    this.onLost();
  }

  protected override socketClosed(): void {
    this.closedSockets++;
  }

  /** Opens the newest socket on both ends. */
  open(): RpcWebSocketResponderTransport {
    const pair = this.sockets.at(-1);
    if (pair === undefined) throw new Error("no socket was made");
    const far = new RpcWebSocketResponderTransport(pair[1]);
    pair[0].open();
    pair[1].open();
    return far;
  }
}

test("RpcWebSocketTransportBase tells a subclass when a connection carries frames", async () => {
  const near = new TestTransport();
  assertEquals([near.events, near.health().level], [[], "reconnecting"]);
  near.open();
  await settle();
  assertEquals(near.events, ["ready healthy"]);
  const reconnecting = near.reconnect();
  assertEquals(near.health().level, "reconnecting");
  near.open();
  assertEquals((await reconnecting).level, "healthy");
  assertEquals(near.events, ["ready healthy", "ready healthy"]);
  await near.close();
});

test("RpcWebSocketTransportBase tells of a loss after its calls, and why", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const log = new MessageLog(near.incomingMessages);
  log.onMessage = (message) => near.events.push(message.kind);
  near.openStream(opening());
  near.sockets[0]?.[0].lose(1012, "restart");
  assertEquals(near.events, ["ready healthy", "status", "lost degraded"]);
  const [loss] = near.losses;
  assertEquals([loss?.closeCode, loss?.by, loss?.error.code], [1012, "peer", 14]);
  assertEquals(near.health().details, {
    canReconnect: true,
    closeCode: 1012,
    reason: "WebSocket closed by peer with code 1012: restart",
  });
  await near.close();
});

test("RpcWebSocketTransportBase tells of no loss when it closes or replaces by itself", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const reconnecting = near.reconnect();
  near.open();
  await reconnecting;
  await near.close();
  await settle();
  assertEquals(near.losses, []);
});

test("RpcWebSocketTransportBase tells of an attempt that fails, and reconnect() does not reject", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  near.failure = new TypeError("no network");
  const health = await near.reconnect();
  assertEquals([health.level, near.events.at(-1)], ["degraded", "lost degraded"]);
  assert(near.losses[0]?.error.cause === near.failure);
  near.failure = undefined;
  const again = near.reconnect();
  near.open();
  assertEquals((await again).level, "healthy");
  await near.close();
});

test("RpcWebSocketTransportBase.reconnect() makes one socket for all who ask at once", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const asked = [near.reconnect(), near.reconnect()];
  near.open();
  await settle();
  asked.push(near.reconnect());
  near.open();
  await Promise.all(asked);
  assertEquals(near.sockets.length, 3);
  await near.close();
  assertEquals(near.sockets.map(([socket]) => socket.readyState), [3, 3, 3]);
});

test("RpcWebSocketTransportBase.reconnect() is over when the connect time is", async () => {
  const clock = new FakeClock();
  const near = new TestTransport(clock);
  near.open();
  await settle();
  let health: RpcHealthStatus | undefined;
  void near.reconnect().then((found) => health = found);
  await clock.advance(29_999);
  assertEquals(health, undefined);
  await clock.advance(1);
  assertEquals([health?.level, near.losses[0]?.closeCode], ["degraded", 4408]);
  await near.close();
  await settle();
  assertEquals([near.sockets[1]?.[0].readyState, clock.pending], [3, 0]);
});

test("RpcWebSocketTransportBase.close() while it reconnects leaves no socket behind", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const reconnecting = near.reconnect();
  const closing = near.close();
  assertEquals((await reconnecting).level, "closed");
  await closing;
  await settle();
  assertEquals(near.sockets.map(([socket]) => socket.readyState), [3, 3]);
  assertEquals(near.losses, []);
});

test("RpcWebSocketTransportBase.close() waits for the peer's answer, but not for ever", async () => {
  const clock = new FakeClock();
  const near = new TestTransport(clock);
  near.open();
  await settle();
  const socket = near.sockets[0]?.[0];
  assert(socket !== undefined);
  socket.close = () => {};
  let isClosed = false;
  void near.close().then(() => isClosed = true);
  await clock.advance(1999);
  assertEquals([isClosed, near.isClosed], [false, true]);
  await clock.advance(1);
  assertEquals([isClosed, clock.pending], [true, 0]);
});

test("RpcWebSocketTransportBase.close() from within a call's end does no harm", async () => {
  const near = new TestTransport();
  const far = near.open();
  await settle();
  const log = new MessageLog(near.incomingMessages);
  log.onMessage = () => void near.close();
  near.openStream(opening());
  near.openStream(opening());
  near.sockets[0]?.[0].lose();
  assertEquals([log.all.length, near.health().level], [2, "closed"]);
  await near.close();
  await far.close();
});

test("RpcWebSocketTransportBase.reconnect() from within a call's end makes one connection", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const log = new MessageLog(near.incomingMessages);
  near.openStream(opening());
  near.openStream(opening());
  let asked: Promise<RpcHealthStatus> | undefined;
  log.onMessage = () => {
    asked = near.reconnect();
  };
  near.sockets[0]?.[0].lose();
  const far = near.open();
  assertEquals((await asked)?.level, "healthy");
  assertEquals([near.sockets.length, log.all.length], [2, 2]);
  assertEquals(near.openStream(opening()), 5);
  await near.close();
  await far.close();
});

test("RpcWebSocketTransportBase.reconnect() from within the end of a call that it ends itself", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const log = new MessageLog(near.incomingMessages);
  near.openStream(opening());
  const asked: Promise<RpcHealthStatus>[] = [];
  log.onMessage = () => void asked.push(near.reconnect());
  asked.push(near.reconnect());
  assertEquals([asked.length, near.sockets.length], [2, 2]);
  near.open();
  assertEquals((await Promise.all(asked)).map(({ level }) => level), ["healthy", "healthy"]);
  await near.close();
});

test("RpcWebSocketTransportBase.reconnect() in a hook is the next attempt", async () => {
  const near = new TestTransport();
  near.onLost = () => {
    if (near.losses.length + near.failures.length < 3) void near.reconnect();
  };
  near.failure = new Error("no network");
  near.sockets[0]?.[0].lose();
  await settle();
  assertEquals([near.signals.length, near.health().level], [3, "degraded"]);
  near.failure = undefined;
  const last = near.reconnect();
  near.open();
  assertEquals((await last).level, "healthy");
  await near.close();
});

test("RpcWebSocketTransportBase tells a loss once, and each attempt that fails apart", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  for (let round = 1; round <= 2; round++) {
    near.sockets.at(-1)?.[0].lose();
    near.failure = new Error("no network");
    for (let attempt = 1; attempt <= 3; attempt++) {
      assertEquals((await near.reconnect()).level, "degraded");
      assertEquals([near.losses.length, near.failures.length], [round, 3 * (round - 1) + attempt]);
    }
    assertEquals(near.failures.at(-1)?.error.code, RpcStatus.UNAVAILABLE);
    near.failure = undefined;
    const last = near.reconnect();
    near.open();
    assertEquals((await last).level, "healthy");
  }
  await near.close();
  assertEquals([near.losses.length, near.failures.length], [2, 6]);
});

test("RpcWebSocketTransportBase tells a first connection that cannot be made as a loss", async () => {
  const near = new TestTransport();
  near.sockets[0]?.[0].lose();
  await settle();
  assertEquals(near.events.filter((event) => event.startsWith("lost")), ["lost degraded"]);
  near.failure = new Error("no network");
  await near.reconnect();
  assertEquals([near.losses.length, near.failures.length], [1, 1]);
  await near.close();
});

test("RpcWebSocketTransportBase tells when the socket is closed, however late", async () => {
  const near = new TestTransport();
  near.open();
  await settle();
  const [socket] = near.sockets[0] ?? [];
  assert(socket !== undefined);
  // A peer that never answers a close.
  socket.close = () => {};
  const replaced = near.reconnect();
  near.open();
  await replaced;
  await settle();
  assertEquals(near.closedSockets, 0);
  socket.lose();
  await settle();
  assertEquals(near.closedSockets, 1);
  await near.close();
});

test("RpcWebSocketTransportBase aborts the signal of a socket that is not wanted any more", async () => {
  const clock = new FakeClock();
  const near = new TestTransport(clock);
  near.open();
  await settle();
  void near.reconnect();
  near.sockets[1]?.[0].lose();
  void near.reconnect();
  await clock.advance(30_000);
  void near.reconnect();
  assertEquals(near.signals.map(({ aborted }) => aborted), [true, true, true, false]);
  await near.close();
  assertEquals(near.signals.map(({ aborted }) => aborted), [true, true, true, true]);
});

test("RpcWebSocketTransportBase.sendMessage() takes bytes and nothing else", async () => {
  const near = new TestTransport();
  const id = near.openStream(opening());
  assertThrows(() => near.sendMessage(id, "text"), TypeError, "it is string, expected bytes");
  near.sendMessage(id, bytesOf("text"));
  await near.close();
});

test("RpcWebSocketTransportBase goes on with the ids of connections that never stood", async () => {
  const near = new TestTransport();
  assertEquals(near.openStream(opening()), 1);
  near.sockets[0]?.[0].lose();
  const reconnecting = near.reconnect();
  assertEquals(near.openStream(opening()), 3);
  const far = near.open();
  await reconnecting;
  const log = new MessageLog(far.incomingMessages);
  await log.take("open", 3);
  far.endStream(3, ending());
  await near.close();
  await far.close();
});

test("RpcWebSocketTransportBase does not use an id again that a failing socket has seen", async () => {
  const near = new TestTransport();
  const far = near.open();
  await settle();
  const socket = near.sockets[0]?.[0];
  assert(socket !== undefined);
  socket.send = () => {
    throw new Error("broken");
  };
  // So much leaves before it returns.
  const message = new Uint8Array(20_000);
  assertThrows(() => near.openStream(opening({ message, end: true })), RpcError);
  assertEquals(near.losses.length, 1);
  const reconnecting = near.reconnect();
  const other = near.open();
  await reconnecting;
  assertEquals(near.openStream(opening()), 3);
  await near.close();
  await far.close();
  await other.close();
});

test("RpcWebSocketTransportBase counts what is no socket as an attempt that failed", async () => {
  // Programs without types may return anything.
  const nothing = {} as unknown as WebSocketLike;
  for (const made of [nothing, Promise.resolve(nothing)]) {
    const losses: RpcConnectionLoss[] = [];
    const onConnectionLost = (loss: RpcConnectionLoss): void => void losses.push(loss);
    const near = new RpcWebSocketCallerTransport(() => made, { onConnectionLost });
    const log = new MessageLog(near.incomingMessages);
    const status = await log.take("status", near.openStream(opening({ end: true })));
    assertEquals([status.code, losses.length], [RpcStatus.UNAVAILABLE, 1]);
    assert(String(losses[0]?.error.cause).includes("is no WebSocket"));
    assertEquals((await near.reconnect()).level, "degraded");
    await near.close();
  }
});
