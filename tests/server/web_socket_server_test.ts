import {
  type RpcAcceptedSocket,
  RpcWebSocketServer,
  type RpcWebSocketServerOptions,
} from "../../src/server/mod.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import type { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import { implement, RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import type { WebSocketLike } from "../../src/transports/websocket/web_socket_like.ts";
import { createService } from "../support/adapter_service.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStatus,
  assertThrows,
} from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { createMemoryClient, DeadSocket } from "../support/server_socket.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

function createServer(options: Partial<RpcWebSocketServerOptions> = {}) {
  const probe = createService();
  const log = createLog();
  const server = new RpcWebSocketServer({
    contracts: [probe.contract],
    logger: log.logger,
    ...options,
  });
  return { server, probe, ...log };
}

function createSource() {
  let controller: ReadableStreamDefaultController<WebSocketLike | RpcAcceptedSocket> | undefined;
  const stream = new ReadableStream<WebSocketLike | RpcAcceptedSocket>({
    start: (given) => void (controller = given),
  });
  return {
    stream,
    give: (socket: WebSocketLike | RpcAcceptedSocket) => controller?.enqueue(socket),
    end: () => controller?.close(),
    fail: (error: Error) => controller?.error(error),
  };
}

function openLater() {
  return createMemoryClient({ isOpening: true });
}

test("RpcWebSocketServer serves the sockets of its source, bare or with their peer", async () => {
  const source = createSource();
  const { server } = createServer({ connections: source.stream, port: 8080 });
  const [bare, known] = [openLater(), openLater()];
  source.give(bare.far);
  source.give({ socket: known.far, address: "192.0.2.1:5", auth: "u-1", protocol: "rpc-ts.v1" });
  await server.start();
  await settle();
  for (const client of [bare, known]) client.open();
  assertEquals((await bare.service.meet(null)).address, "");
  const peer = await known.service.meet(null);
  assertEquals([peer.address, peer.auth, peer.protocol], ["192.0.2.1:5", "u-1", "rpc-ts.v1"]);
  assertEquals([server.connections, [...server.endpoints].length], [2, 2]);
  await server.close();
});

test("RpcWebSocketServer.createWithContracts() makes a server that is not started", async () => {
  const server = RpcWebSocketServer.createWithContracts({ contracts: [] });
  assertEquals([server.isRunning, server.connections, server.health().level], [
    false,
    0,
    "closed",
  ]);
  await server.start();
  assertEquals(server.isRunning, true);
  await server.close();
});

test("new RpcWebSocketServer() rejects wrong contracts and limits at once", () => {
  const { contract } = createService();
  assertThrows(() => createServer({ contracts: [contract, contract] }), TypeError, "twice");
  class Empty extends RpcResponderContract {}
  const empty = new Empty(defineContract("Empty", { none: unary<null, null>() }));
  assertThrows(() => createServer({ contracts: [empty] }), TypeError, "handler is undefined");
  assertThrows(() => createServer({ maxConnections: 0 }), RangeError, "maxConnections");
  assertThrows(() => createServer({ limits: { maxStreams: -1 } }), RangeError, "maxStreams");
});

test("RpcWebSocketServer keeps its connections when the source ends or fails", async () => {
  for (const finish of ["end", "fail"] as const) {
    const source = createSource();
    const { server, records } = createServer({ connections: source.stream });
    await server.start();
    const client = openLater();
    source.give(client.far);
    await settle();
    client.open();
    assertEquals(await client.service.add({ a: 1, b: 2 }), 3);
    source[finish](new Error("Broken"));
    await settle();
    assertEquals(server.health().details["isSourceEnded"], true);
    assertEquals(await client.service.add({ a: 3, b: 4 }), 7);
    assertEquals(messagesOf(records, "error").length > 0, finish === "fail");
    await server.close();
  }
});

test("RpcWebSocketServer survives items of its source that are no sockets", async () => {
  const source = createSource();
  const { server, records } = createServer({ connections: source.stream });
  await server.start();
  const other = new FakeSocket();
  // What a program without types might give.
  for (const wrong of [undefined, 5, {}, { socket: null }]) source.give(wrong as never);
  source.give({ socket: other, protocol: "chat" });
  const client = openLater();
  source.give(client.far);
  await settle();
  client.open();
  assertEquals(await client.service.add({ a: 1, b: 2 }), 3);
  assertEquals(messagesOf(records, "error").length, 5);
  assertEquals([server.connections, other.readyState >= 2], [1, true]);
  await server.close();
});

test("RpcWebSocketServer.accept() refuses sockets while stopped and above the ceiling", async () => {
  const { server, records } = createServer({ maxConnections: 1 });
  const early = createMemoryClient();
  assertEquals(server.accept(early.far), undefined);
  await server.start();
  const first = createMemoryClient();
  assert(server.accept(first.far) !== undefined, "the first was refused");
  assertEquals(server.health().level, "degraded");
  const second = createMemoryClient();
  assertEquals(server.accept(second.far), undefined);
  await assertStatus(second.service.add({ a: 1, b: 1 }), RpcStatus.UNAVAILABLE);
  assertEquals(messagesOf(records, "warn"), ["Connection refused: too many connections"]);
  first.near.lose();
  first.far.lose();
  await settle();
  assertEquals(server.connections, 0);
  const third = createMemoryClient();
  server.accept(third.far);
  assertEquals(await third.service.add({ a: 1, b: 1 }), 2);
  await server.close();
});

test("RpcWebSocketServer.accept() throws for a wrong sub-protocol and keeps no place", async () => {
  const { server } = createServer();
  await server.start();
  assertThrows(() => server.accept(new FakeSocket(), { protocol: "chat" }), RangeError, "chat");
  assertEquals(server.connections, 0);
  await server.close();
});

test("RpcWebSocketServer frees the place of a socket that never opens", async () => {
  const clock = new FakeClock();
  const { server } = createServer({ clock, limits: { connectTimeoutMs: 1000 } });
  await server.start();
  server.accept(new DeadSocket());
  await clock.advance(999);
  assertEquals(server.connections, 1);
  await clock.advance(1);
  assertEquals([server.connections, [...server.endpoints].length], [1, 0]);
  await clock.advance(10_000);
  assertEquals(server.connections, 0);
  await server.close();
});

test("RpcWebSocketServer counts a socket whose peer ignores the close against the ceiling", async () => {
  const clock = new FakeClock();
  const { server } = createServer({ clock, maxConnections: 2 });
  await server.start();
  const clients = [createMemoryClient(), createMemoryClient()];
  for (const { far } of clients) {
    server.accept(far);
    far.close = () => {};
  }
  await settle();
  // Both break the protocol and stay where they are.
  for (const { near } of clients) near.send(new Uint8Array([0]));
  await settle();
  await clock.advance(9_999);
  assertEquals([server.connections, [...server.endpoints].length], [2, 0]);
  assertEquals(server.accept(createMemoryClient().far), undefined);
  clients[0]?.far.lose();
  await settle();
  assertEquals(server.connections, 1);
  const next = createMemoryClient();
  server.accept(next.far);
  assertEquals(await next.service.add({ a: 1, b: 2 }), 3);
  await server.close();
  assertEquals([server.connections, clock.pending], [0, 0]);
});

test("RpcWebSocketServer frees the place of a socket that fails at once", async () => {
  const closed: unknown[] = [];
  const { server } = createServer({ onConnectionClosed: (endpoint) => closed.push(endpoint) });
  await server.start();
  const broken = createMemoryClient();
  broken.far.send = () => {
    throw new Error("Broken pipe");
  };
  server.accept(broken.far);
  await settle();
  assertEquals([server.connections, [...server.endpoints].length, closed.length], [0, 0, 0]);
  await server.close();
});

test("RpcWebSocketServer.reserve() holds a place until it is used or given back", async () => {
  const { server } = createServer({ maxConnections: 1 });
  assertEquals(server.reserve(), undefined);
  await server.start();
  const slot = server.reserve();
  assertEquals([server.connections, server.reserve()], [1, undefined]);
  slot?.release();
  slot?.release();
  const client = createMemoryClient();
  const endpoint = server.reserve()?.accept(client.far, { auth: 1 });
  assertEquals(endpoint?.transport.peer.auth, 1);
  await server.close();
  assertEquals(server.connections, 0);
});

test("RpcConnectionSlot.accept() closes the socket when the server has stopped since", async () => {
  const { server } = createServer();
  await server.start();
  const slot = server.reserve();
  await server.stop();
  const client = createMemoryClient();
  assertEquals(slot?.accept(client.far), undefined);
  await settle();
  assertEquals([server.connections, client.far.readyState], [0, 3]);
});

test("RpcWebSocketServer.onConnection is called once, before the first call is served", async () => {
  const events: string[] = [];
  const { server, probe } = createServer({
    onConnection: () => void events.push("connected"),
    onConnectionClosed: (_endpoint, loss) => void events.push(`closed by ${loss?.by}`),
    interceptors: [{
      unary: (_call, request, next) => {
        events.push("called");
        return next(request);
      },
    }],
  });
  await server.start();
  const client = createMemoryClient();
  server.accept(client.far);
  assertEquals(events, []);
  await client.service.add({ a: 1, b: 1 });
  await client.endpoint.close();
  await settle();
  assertEquals(events, ["connected", "called", "closed by peer"]);
  assertEquals(probe.made, 0);
  await server.close();
});

test("RpcWebSocketServer survives a hook that fails at the end of a connection", async () => {
  const hooks = [
    (): never => {
      throw new Error("Broken");
    },
    (): Promise<never> => Promise.reject(new Error("Broken")),
  ];
  for (const onConnectionClosed of hooks) {
    const { server, records } = createServer({ onConnectionClosed });
    await server.start();
    const client = createMemoryClient();
    server.accept(client.far);
    await client.service.add({ a: 1, b: 1 });
    await server.stop();
    await settle();
    assertEquals(server.connections, 0);
    assertEquals(messagesOf(records, "error"), ["Hook onConnectionClosed failed"]);
  }
});

test("RpcWebSocketServer.stop() closes dead peers all at once, in one close time-out", async () => {
  const clock = new FakeClock();
  const { server } = createServer({ clock });
  await server.start();
  for (let count = 0; count < 20; count++) {
    const socket = new DeadSocket();
    server.accept(socket);
    socket.open();
  }
  let isStopped = false;
  const stopped = server.stop().then(() => void (isStopped = true));
  await clock.advance(1999);
  assertEquals([isStopped, server.connections, [...server.endpoints].length], [false, 20, 0]);
  await clock.advance(1);
  await stopped;
  assertEquals([server.connections, clock.pending], [0, 0]);
});

test("RpcWebSocketServer.stop() with time returns at once when nothing runs", async () => {
  const clock = new FakeClock();
  const { server } = createServer({ clock });
  await server.start();
  const client = createMemoryClient();
  server.accept(client.far);
  await client.service.add({ a: 1, b: 1 });
  await server.stop({ drainTimeoutMs: 60_000 });
  assertEquals([server.connections, clock.pending, clock.now()], [0, 0, 0]);
});

test("RpcWebSocketServer.stop() without time ends a drain that is under way", async () => {
  const { server, probe } = createServer({ clock: new FakeClock() });
  await server.start();
  const client = createMemoryClient();
  server.accept(client.far);
  const call = client.service.wait(null);
  await probe.entered.promise;
  const slow = server.stop({ drainTimeoutMs: 60_000 });
  assertEquals([server.isRunning, server.health().message], [false, "Server is stopping"]);
  const again = server.stop({ drainTimeoutMs: 60_000 });
  const ended = assertStatus(call, RpcStatus.UNAVAILABLE);
  const quick = server.stop();
  assertEquals([slow === again, slow === quick], [true, true]);
  await quick;
  await ended;
});

test("RpcWebSocketServer.stop() waits for calls that the server makes as well", async () => {
  const clock = new FakeClock();
  const { server } = createServer({ clock });
  await server.start();
  const client = createMemoryClient();
  const Slow = defineContract("Slow", { ask: unary<null, string>() });
  let answer: (text: string) => void = () => {};
  client.endpoint.register(implement(Slow, {
    ask: () => new Promise<string>((resolve) => void (answer = resolve)),
  }));
  const endpoint = server.accept(client.far);
  const call = endpoint?.client(Slow).ask(null);
  await settle();
  let isStopped = false;
  const stopped = server.stop({ drainTimeoutMs: 1000 }).then(() => void (isStopped = true));
  await clock.advance(500);
  assertEquals(isStopped, false);
  answer("now");
  assertEquals(await call, "now");
  await clock.advance(10);
  await stopped;
  assertEquals(clock.pending, 0);
});

test("RpcWebSocketServer.stop() rejects a time that is none", async () => {
  const { server } = createServer();
  await server.start();
  for (const drainTimeoutMs of [-1, NaN]) {
    assertThrows(() => server.stop({ drainTimeoutMs }), RangeError, `is ${drainTimeoutMs}`);
  }
  await server.close();
});

test("RpcWebSocketServer.start() during a stop waits for its end", async () => {
  const clock = new FakeClock();
  const { server } = createServer({ clock });
  await server.start();
  const dead = new DeadSocket();
  server.accept(dead);
  dead.open();
  const stopped = server.stop();
  const started = server.start();
  assertEquals(server.isRunning, false);
  await clock.advance(2000);
  await Promise.all([stopped, started]);
  assertEquals(server.isRunning, true);
  await server.close();
});

test("RpcWebSocketServer does what was asked for last while it stops", async () => {
  for (const [wishes, isRunning] of [["start stop", false], ["start stop start", true]] as const) {
    const { server, records } = createServer();
    await server.start();
    const asked = [
      server.stop(),
      ...wishes.split(" ").map((wish) => wish === "start" ? server.start() : server.stop()),
    ];
    await Promise.all(asked);
    assertEquals(server.isRunning, isRunning, wishes);
    const starts = messagesOf(records, "info").filter((text) => text === "Server started");
    assertEquals(starts.length, isRunning ? 2 : 1);
    await server.close();
  }
});

test("RpcWebSocketServer reads a source over restarts, and refuses what it gives between", async () => {
  const source = createSource();
  const { server } = createServer({ connections: source.stream });
  await server.start();
  await server.stop();
  const between = openLater();
  source.give(between.far);
  await settle();
  between.open();
  await assertStatus(between.service.add({ a: 1, b: 1 }), RpcStatus.UNAVAILABLE);
  await server.start();
  const after = openLater();
  source.give(after.far);
  await settle();
  after.open();
  assertEquals(await after.service.add({ a: 1, b: 1 }), 2);
  await server.close();
});

test("RpcWebSocketServer.close() is for good, and tells the source", async () => {
  let cancelled = 0;
  const connections = new ReadableStream<WebSocketLike>({ cancel: () => void cancelled++ });
  const { server } = createServer({ connections });
  await server.start();
  await Promise.all([server.close(), server.close(), server.stop()]);
  await settle();
  assertEquals([cancelled, server.health().message], [1, "Server is closed"]);
  assertThrows(() => void server.start(), TypeError, "it is closed");
});

test("RpcWebSocketServer.start() rejects when the server was closed while it waited", async () => {
  const { server, probe } = createServer();
  await server.start();
  const client = createMemoryClient();
  server.accept(client.far);
  const call = assertStatus(client.service.wait(null), RpcStatus.UNAVAILABLE);
  await probe.entered.promise;
  const stopped = server.stop({ drainTimeoutMs: 60_000 });
  const started = assertRejects(server.start(), TypeError, "it is closed");
  await server[Symbol.asyncDispose]();
  await Promise.all([stopped, started, call]);
});

test("RpcWebSocketServer.health() tells port, connections and ceiling", async () => {
  const { server } = createServer({ port: 8080, maxConnections: 5 });
  await server.start();
  const endpoints: (RpcPeerEndpoint | undefined)[] = [server.accept(createMemoryClient().far)];
  const health = server.health();
  assertEquals([health.component, health.level], ["server", "healthy"]);
  const { port, connections, maxConnections } = health.details;
  assertEquals([port, connections, maxConnections, endpoints.length], [8080, 1, 5, 1]);
  await server.stop();
  assertEquals(server.health().message, "Server is stopped");
});
