import { defineContract, serverStream, unary } from "../../src/contracts/mod.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import type { RpcClock } from "../../src/internal/clock.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import type { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import type { RpcHealthStatus } from "../../src/transports/health.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { RpcMessageFeed } from "../../src/transports/message.ts";
import type {
  IRpcTransport,
  RpcPeerInfo,
  RpcStreamEnd,
  RpcStreamOpening,
  RpcTransportSide,
} from "../../src/transports/transport.ts";
import type { RpcConnectionLoss } from "../../src/transports/websocket/base.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { waitUntilOpen } from "../../src/transports/websocket/wait_until_open.ts";
import type { WebSocketLike } from "../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

const Greeter = defineContract("Greeter", {
  greet: unary<string, string>(),
  count: serverStream<number, number>(),
});
const greeter = implement(Greeter, {
  greet: (name) => `Hello, ${name}`,
  async *count(to) {
    for (let item = 0; item < to; item++) yield item;
  },
});

/** A server on sockets in memory that is up, or not. */
class FakeServer {
  isUp = true;
  /** How often somebody tried to connect. */
  attempts = 0;
  /** The caller's end of the newest socket. */
  socket: FakeSocket | undefined;
  readonly #responders: RpcResponderEndpoint[] = [];

  connect(): WebSocketLike {
    const [near, far] = FakeSocket.pair();
    this.attempts++;
    this.socket = near;
    queueMicrotask(() => this.isUp ? this.#accept(near, far) : near.lose());
    return near;
  }

  async close(): Promise<void> {
    for (const responder of this.#responders) await responder.close();
  }

  #accept(near: FakeSocket, far: FakeSocket): void {
    const transport = new RpcWebSocketResponderTransport(far);
    const responder = new RpcResponderEndpoint({ transport, contracts: [greeter] });
    responder.start();
    this.#responders.push(responder);
    near.open();
    far.open();
  }
}

/** Reconnects after a loss, later each time; calls made meanwhile fail at once. */
class EagerTransport extends RpcWebSocketCallerTransport {
  #attempts = 0;
  #timer: unknown;

  constructor(server: FakeServer, clock: RpcClock) {
    super(() => server.connect(), { clock });
  }

  protected override connectionReady(): void {
    this.#attempts = 0;
  }

  protected override connectionLost(loss: RpcConnectionLoss): void {
    super.connectionLost(loss);
    this.reconnectFailed();
  }

  protected override reconnectFailed(): void {
    const delayMs = 100 * 2 ** this.#attempts++;
    this.#timer = this.clock.setTimer(() => void this.reconnect(), delayMs);
  }

  override close(): Promise<void> {
    this.clock.clearTimer(this.#timer);
    return super.close();
  }
}

/** Reconnects at once and for as long as it takes; calls made meanwhile wait for it. */
class PatientTransport extends RpcWebSocketCallerTransport {
  constructor(server: FakeServer, clock: RpcClock) {
    super((signal) => openPatiently(server, clock, signal), {
      clock,
      limits: { connectTimeoutMs: 60_000 },
    });
  }

  protected override connectionLost(loss: RpcConnectionLoss): void {
    super.connectionLost(loss);
    void this.reconnect();
  }

  protected override reconnectFailed(): void {
    void this.reconnect();
  }
}

/** Tries until a socket opens. */
async function openPatiently(
  server: FakeServer,
  clock: RpcClock,
  signal: AbortSignal,
): Promise<WebSocketLike> {
  for (let delayMs = 100;; delayMs *= 2) {
    try {
      return await waitUntilOpen(server.connect(), { signal });
    } catch {
      await pause(clock, delayMs, signal);
    }
  }
}

function pause(clock: RpcClock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = clock.setTimer(resolve, delayMs);
    signal.addEventListener("abort", () => {
      clock.clearTimer(timer);
      reject(signal.reason);
    });
  });
}

test("a subclass can reconnect with delays of its own", async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  const transport = new EagerTransport(server, clock);
  const caller = new RpcCallerEndpoint({ transport });
  const client = caller.client(Greeter);
  assertEquals(await client.greet("Ada"), "Hello, Ada");
  server.isUp = false;
  server.socket?.lose();
  const error = await assertStatus(client.greet("Ben"), RpcStatus.UNAVAILABLE);
  assertEquals([error.maybeExecuted, server.attempts], [false, 1]);
  for (const [waitMs, attempts] of [[99, 1], [1, 2], [199, 2], [1, 3], [399, 3], [1, 4]]) {
    await clock.advance(waitMs ?? 0);
    assertEquals(server.attempts, attempts);
  }
  server.isUp = true;
  await clock.advance(800);
  assertEquals([server.attempts, transport.health().level], [5, "healthy"]);
  assertEquals(await client.greet("Cleo"), "Hello, Cleo");
  server.socket?.lose();
  await clock.advance(100);
  assertEquals([server.attempts, transport.health().level], [6, "healthy"]);
  await caller.close();
  await server.close();
  assertEquals(clock.pending, 0);
});

test("a subclass that waits for its next attempt can be closed", async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  server.isUp = false;
  const transport = new EagerTransport(server, clock);
  await clock.advance(50);
  assertEquals(transport.health().level, "degraded");
  await transport.close();
  assertEquals(clock.pending, 0);
  await clock.advance(10_000);
  assertEquals([server.attempts, transport.health().level], [1, "closed"]);
});

test("a subclass can let calls wait for the next connection", async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  const transport = new PatientTransport(server, clock);
  const caller = new RpcCallerEndpoint({ transport, clock });
  const client = caller.client(Greeter);
  assertEquals(await client.greet("Ada"), "Hello, Ada");
  server.isUp = false;
  const running = client.count(1_000_000)[Symbol.asyncIterator]();
  await running.next();
  server.socket?.lose();
  await assertStatus(drain(running), RpcStatus.UNAVAILABLE);
  assertEquals(transport.health().level, "reconnecting");
  const waiting = client.greet("Ben");
  const hurried = assertStatus(
    client.greet("Dora", { timeoutMs: 500 }),
    RpcStatus.DEADLINE_EXCEEDED,
  );
  await clock.advance(1000);
  await hurried;
  assertEquals(server.attempts, 5);
  server.isUp = true;
  await clock.advance(600);
  assertEquals(await waiting, "Hello, Ben");
  assertEquals([transport.health().level, server.attempts], ["healthy", 6]);
  await caller.close();
  await server.close();
  assertEquals(clock.pending, 0);
});

async function drain(items: AsyncIterator<unknown>): Promise<void> {
  while (!(await items.next()).done);
}

test("calls that wait for a connection end when it takes too long, and are known not to have run", async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  server.isUp = false;
  const transport = new PatientTransport(server, clock);
  const caller = new RpcCallerEndpoint({ transport, clock });
  const waiting = assertStatus(caller.client(Greeter).greet("Ada"), RpcStatus.UNAVAILABLE);
  await clock.advance(60_000);
  assertEquals((await waiting).maybeExecuted, false);
  assertEquals(transport.health().level, "reconnecting");
  await caller.close();
  const { attempts } = server;
  await clock.advance(600_000);
  assertEquals([server.attempts, clock.pending], [attempts, 0]);
});

/** Passes everything on to another transport, and what comes in a few turns later. */
class DecoratedTransport implements IRpcTransport {
  readonly incomingMessages: RpcMessageFeed = new RpcMessageFeed();
  readonly #inner: IRpcTransport;
  /** Streams that were opened through it. */
  opened = 0;

  constructor(inner: IRpcTransport) {
    this.#inner = inner;
    let order = Promise.resolve();
    inner.incomingMessages.listen((message) => {
      order = order.then(settle).then(() => this.incomingMessages.push(message));
    });
  }

  get side(): RpcTransportSide {
    return this.#inner.side;
  }

  get supportsZeroCopy(): boolean {
    return this.#inner.supportsZeroCopy;
  }

  get limits(): RpcLimits {
    return this.#inner.limits;
  }

  get peer(): RpcPeerInfo {
    return this.#inner.peer;
  }

  get openStreams(): number {
    return this.#inner.openStreams;
  }

  get isClosed(): boolean {
    return this.#inner.isClosed;
  }

  openStream(opening: RpcStreamOpening): number {
    this.opened++;
    return this.#inner.openStream(opening);
  }

  sendMessage(streamId: number, message: unknown): Promise<void> | undefined {
    return this.#inner.sendMessage(streamId, message);
  }

  sendHeaders(streamId: number, headers: RpcMetadata): void {
    this.#inner.sendHeaders(streamId, headers);
  }

  finishSending(streamId: number): void {
    this.#inner.finishSending(streamId);
  }

  endStream(streamId: number, end: RpcStreamEnd): void {
    this.#inner.endStream(streamId, end);
  }

  cancelStream(streamId: number, code: number, reason: string): void {
    this.#inner.cancelStream(streamId, code, reason);
  }

  releaseMessage(streamId: number, bytes: number): void {
    this.#inner.releaseMessage(streamId, bytes);
  }

  goAway(reason: string): void {
    this.#inner.goAway?.(reason);
  }

  health(): RpcHealthStatus {
    return this.#inner.health();
  }

  reconnect(): Promise<RpcHealthStatus> {
    return this.#inner.reconnect();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

test("endpoints work on transports that are wrapped, whatever comes when", async () => {
  const [near, far] = createMemoryTransportPair({ limits: { streamWindowMessages: 4 } });
  const outer = new DecoratedTransport(near);
  const caller = new RpcCallerEndpoint({ transport: outer });
  const client = caller.client(Greeter);
  const early = client.greet("Ada");
  const transport = new DecoratedTransport(far);
  await settle();
  const responder = new RpcResponderEndpoint({ transport, contracts: [greeter] });
  responder.start();
  assertEquals(await early, "Hello, Ada");
  const items: number[] = [];
  for await (const item of client.count(50)) items.push(item);
  assertEquals(items, Array.from({ length: 50 }, (_, index) => index));
  assertEquals([outer.opened, outer.openStreams, transport.openStreams], [2, 0, 0]);
  await caller.close();
  await settle();
  await responder.close();
});

test("calls on a wrapped transport end with its connection, once and with the truth", async () => {
  const [near, far] = createMemoryTransportPair();
  const caller = new RpcCallerEndpoint({ transport: new DecoratedTransport(near) });
  const ended = caller.client(Greeter).greet("nobody serves this").then(
    () => undefined,
    (error: unknown) => error,
  );
  await settle();
  near.disconnect();
  const error = await ended;
  assert(error instanceof RpcError && error.code === RpcStatus.UNAVAILABLE, `got ${error}`);
  assertEquals([error.maybeExecuted, caller.activeCalls], [true, 0]);
  await caller.close();
  await far.close();
});

test("a rule of refusal can be written as a decorator over any transport", async () => {
  const [near, far] = createMemoryTransportPair();
  const responder = new RpcResponderEndpoint({ transport: far, contracts: [greeter] });
  responder.start();
  const transport = new RefusingTransport(near);
  const caller = new RpcCallerEndpoint({ transport });
  const client = caller.client(Greeter);
  transport.isOpen = false;
  const error = await assertStatus(client.greet("Ada"), RpcStatus.UNAVAILABLE, "Out of hours");
  assertEquals(error.maybeExecuted, false);
  transport.isOpen = true;
  assertEquals(await client.greet("Ada"), "Hello, Ada");
  await caller.close();
  await responder.close();
});

/** Refuses calls by a rule of its own. */
class RefusingTransport extends DecoratedTransport {
  isOpen = true;

  override openStream(opening: RpcStreamOpening): number {
    if (this.isOpen) return super.openStream(opening);
    throw new RpcError(RpcStatus.UNAVAILABLE, "Out of hours", { maybeExecuted: false });
  }
}
