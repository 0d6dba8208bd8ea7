/** Every limit, at it, one above and overridden, on every way to make what holds it. */
import { bunRpc, createBunWebSocket } from "../../src/adapters/bun.ts";
import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { honoRpc } from "../../src/adapters/hono.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "../../src/protocol/limits.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { RpcUpgradePolicy, RpcUpgrader, RpcWebSocketServer } from "../../src/server/mod.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assert, assertEquals, assertStatus, assertThrows } from "../support/assert.ts";
import { Box, serveBox } from "../support/box.ts";
import { type EndpointPair, testOn, testOnEach } from "../support/endpoint_pair.ts";
import { FakeClock } from "../support/fake_clock.ts";
import type { LimitCase } from "../support/limit_cases/limit_case.ts";
import { LimitPeer } from "../support/limit_cases/limit_peer.ts";
import { NUMBER_CASES } from "../support/limit_cases/numbers.ts";
import { SIZE_CASES } from "../support/limit_cases/sizes.ts";
import { WAITING_CASES } from "../support/limit_cases/waiting.ts";
import { WINDOW_CASES } from "../support/limit_cases/windows.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";
import { opening } from "../support/transport_pair.ts";

// A limit without a case does not compile.
const CASES: Readonly<Record<keyof RpcLimits, LimitCase>> = {
  ...SIZE_CASES,
  ...NUMBER_CASES,
  ...WINDOW_CASES,
  ...WAITING_CASES,
};

/** All that takes limits; none of them touches a network. */
const MAKERS: Readonly<Record<string, (limits: Partial<RpcLimits>) => unknown>> = {
  "RpcWebSocketCallerTransport.connect()": (limits) =>
    RpcWebSocketCallerTransport.connect("ws://127.0.0.1:9/", { limits }),
  "RpcWebSocketCallerTransport": (limits) =>
    new RpcWebSocketCallerTransport(new FakeSocket(), { limits }),
  "RpcWebSocketResponderTransport": (limits) =>
    new RpcWebSocketResponderTransport(new FakeSocket(), { limits }),
  "RpcWebSocketServer": (limits) => new RpcWebSocketServer({ contracts: [], limits }),
  "RpcUpgradePolicy": (limits) => new RpcUpgradePolicy({ limits }),
  "RpcUpgrader": (limits) => new RpcUpgrader({ contracts: [], limits }),
  "denoRpcHandler()": (limits) => denoRpcHandler({ contracts: [], limits }),
  "bunRpc()": (limits) => bunRpc({ contracts: [], limits }),
  "createBunWebSocket()": (limits) => createBunWebSocket({ limits }),
  "honoRpc()": (limits) => honoRpc({ contracts: [], limits }),
  "createMemoryTransportPair()": (limits) => createMemoryTransportPair({ limits }),
};

test("every limit has a case with at least two values", () => {
  assertEquals(Object.keys(CASES).toSorted(), Object.keys(DEFAULT_LIMITS).toSorted());
  for (const [name, { values }] of Object.entries(CASES)) {
    assert(new Set(values).size >= 2, `${name} is tried with one value`);
  }
});

for (const [name, { values, check }] of Object.entries(CASES)) {
  test(`${name} lets pass what is at it, refuses what is above, and can be overridden`, async () => {
    for (const value of values) await check(value);
  });
}

test("every limit is checked on every way to give it, before anything is done", () => {
  for (const name of Object.keys(DEFAULT_LIMITS)) {
    for (const [maker, make] of Object.entries(MAKERS)) {
      for (const wrong of [0, -1, 1.5, NaN]) {
        const words = `${name} is ${wrong}, expected a positive whole number`;
        const error = assertThrows(() => make({ [name]: wrong }), RangeError, words);
        assertEquals(error.constructor, RangeError, maker);
      }
    }
  }
});

test("limits that the peer has to know are announced, from both sides", async () => {
  const announced = Object.entries(CASES).filter(([, one]) => one.announcedAs !== undefined);
  const limits = Object.fromEntries(announced.map(([name], at) => [name, 1000 + at]));
  for (const side of ["caller", "responder"] as const) {
    const peer = await LimitPeer.create(side, { limits });
    const { hello } = peer;
    assert(hello !== undefined);
    for (const [name, { announcedAs }] of announced) {
      assert(announcedAs !== undefined);
      assertEquals(hello[announcedAs], limits[name], name);
    }
    await peer.close();
  }
  assertEquals(announced.length, 6);
});

testOnEach(
  "limits of metadata hold for what a handler sets, as they are overridden",
  async (links) => {
    const value = "v".repeat(10_000);
    for (const maxHeaderValueBytes of [10_000, 9_999]) {
      const outcome: string[] = [];
      const contract = serveBox({
        one: (_request, context) => {
          try {
            context.setTrailer("x-a", value);
          } catch (error) {
            outcome.push(String(error));
          }
          return 1;
        },
      });
      const limits = { maxHeaderValueBytes };
      const pair = await links.connect({ contracts: [contract], limits });
      assertEquals(await pair.caller.client(Box).one(null), 1);
      const words = 'RpcError: [RESOURCE_EXHAUSTED] Cannot use header "x-a": ' +
        "found 10000 bytes, limit is 9999 bytes";
      assertEquals(outcome, maxHeaderValueBytes === 10_000 ? [] : [words]);
    }
  },
);

testOn(
  "native wire",
  "trailers above what the caller announced fail their call alone",
  async (links) => {
    const contract = serveBox({
      one: (bytes, context) => {
        context.setTrailer("x-a", "v".repeat(Number(bytes)));
        return "done";
      },
    });
    const pair = await links.connect({
      contracts: [contract],
      limits: { maxMetadataBytes: 100 },
      farLimits: {},
    });
    const client = pair.caller.client(Box);
    // The block also has a number of headers, a name, and their lengths.
    assertEquals(await client.one(94), "done");
    const words = "found 101 bytes, limit is 100 bytes";
    const error = await assertStatus(client.one(95), RpcStatus.RESOURCE_EXHAUSTED, words);
    assertEquals([error.maybeExecuted, error.trailers.size], [true, 0]);
    assertEquals(await client.one(1), "done");
    await pair.assertIdle();
  },
);

const MESSAGE = new Uint8Array(1000);
/** More than fits a frame. */
const LARGE = new Uint8Array(200_000);

/** Streams of which none is read, until so much waits that the next has to wait for room. */
async function fillRoom(
  pair: EndpointPair,
  calls: number,
  signals: readonly AbortSignal[] = [],
): Promise<AsyncIterator<unknown>[]> {
  const client = pair.caller.client(Box);
  const iterators: AsyncIterator<unknown>[] = [];
  for (let call = 0; call < calls; call++) {
    iterators.push(client.down(call, { signal: signals[call] })[Symbol.asyncIterator]());
  }
  await pair.settle();
  return iterators;
}

testOn("native wire", "streams that have no room wait for it, and lose nothing", async (links) => {
  const items = 100;
  let pulled = 0;
  const contract = serveBox({
    async *down() {
      for (let item = 0; item < items; item++) {
        pulled++;
        yield MESSAGE;
      }
    },
  });
  const pair = await links.connect({
    contracts: [contract],
    // Of 20 streams two have room for a message that waits.
    limits: { streamWindowMessages: 2 },
    farLimits: { maxWaitingBytes: 2000 },
  });
  const iterators = await fillRoom(pair, 20);
  const queued = Number(pair.far.health().details["queuedBytes"]);
  assert(queued >= 2000 && queued <= 3100, `${queued} bytes wait`);
  assertEquals(pulled, 20 * 3);
  const counts = await Promise.all(iterators.map(async (iterator) => {
    let count = 0;
    while (!(await iterator.next()).done) count++;
    return count;
  }));
  assertEquals(counts, Array(20).fill(items));
  await pair.assertIdle();
});

testOn("native wire", "a stream that waits for room is let go when others end", async (links) => {
  const contract = serveBox({
    async *down() {
      for (let item = 0; item < 5; item++) yield MESSAGE;
    },
  });
  const pair = await links.connect({
    contracts: [contract],
    limits: { streamWindowMessages: 2 },
    farLimits: { maxWaitingBytes: 1 },
  });
  const iterators = await fillRoom(pair, 10);
  const [last, ...others] = iterators.toReversed();
  assert(last !== undefined);
  for (const iterator of others) await iterator.return?.();
  let count = 0;
  while (!(await last.next()).done) count++;
  assertEquals(count, 5);
  await pair.assertIdle();
});

testOn(
  "native wire",
  "a stream that waits for room ends with its call, and its handler",
  async (links) => {
    const contract = serveBox({
      async *down() {
        for (;;) yield MESSAGE;
      },
    });
    const pair = await links.connect({
      contracts: [contract],
      limits: { streamWindowMessages: 2 },
      farLimits: { maxWaitingBytes: 1 },
    });
    const controllers = Array.from({ length: 10 }, () => new AbortController());
    await fillRoom(pair, 10, controllers.map(({ signal }) => signal));
    assertEquals(pair.responder.runningHandlers, 10);
    // Those that wait for room first, so that nothing lets them go but their own end.
    for (const [at, controller] of controllers.toReversed().entries()) {
      controller.abort();
      await pair.settle();
      assertEquals(pair.responder.runningHandlers, 9 - at);
    }
    await pair.assertIdle();
  },
);

testOn("native wire", "streams that wait for room end with their connection", async (links) => {
  const contract = serveBox({
    async *down() {
      for (;;) yield MESSAGE;
    },
  });
  const pair = await links.connect({
    contracts: [contract],
    limits: { streamWindowMessages: 2 },
    farLimits: { maxWaitingBytes: 1 },
  });
  const iterators = await fillRoom(pair, 10);
  pair.lose();
  await pair.settle();
  assertEquals(pair.responder.runningHandlers, 0);
  for (const iterator of iterators) {
    await assertStatus(readAll(iterator), RpcStatus.UNAVAILABLE);
  }
});

testOn("native wire", "small answers pass while no message has room", async (links) => {
  const contract = serveBox({
    one: () => MESSAGE,
    async *down() {
      for (;;) yield MESSAGE;
    },
  });
  const pair = await links.connect({
    contracts: [contract],
    // Nothing is left of the credit that all streams share.
    limits: { streamWindowMessages: 2000, connectionWindowBytes: 1024 * 1024 },
    farLimits: { maxWaitingBytes: 1 },
  });
  const iterators = await fillRoom(pair, 10);
  assertEquals(await pair.caller.client(Box).one(null), MESSAGE);
  for (const iterator of iterators) await iterator.return?.();
  await pair.assertIdle();
});

testOn("native wire", "requests and single responses wait for room as well", async (links) => {
  const gate = createDeferred<void>();
  const contract = serveBox({
    one: async () => {
      await gate.promise;
      return LARGE;
    },
    async up(requests) {
      await gate.promise;
      let count = 0;
      for await (const _request of requests) count++;
      return count;
    },
    async *down() {
      for (let item = 0; item < 5; item++) yield MESSAGE;
    },
  });
  const limits = { streamWindowMessages: 2, maxWaitingBytes: 1 };
  const pair = await links.connect({ contracts: [contract], limits });
  const client = pair.caller.client(Box);
  const uploads = [1, 2, 3].map(() => client.up(Array.from({ length: 50 }, () => MESSAGE)));
  const [reader] = await fillRoom(pair, 1);
  const answers = [1, 2, 3].map(() => client.one(null));
  gate.resolve();
  await pair.settle();
  assertEquals(await Promise.all(uploads), [50, 50, 50]);
  assertEquals(await readAll(reader), 5);
  assertEquals(await Promise.all(answers), [LARGE, LARGE, LARGE]);
  await pair.assertIdle();
});

async function readAll(iterator: AsyncIterator<unknown> | undefined): Promise<number> {
  assert(iterator !== undefined);
  let count = 0;
  while (!(await iterator.next()).done) count++;
  return count;
}

testOnEach(
  "a new set of calls is taken right after the cancel of as many as may be open",
  async (links) => {
    let runs = 0;
    const contract = serveBox({
      one: (_request, context) => {
        runs++;
        // A handler that tidies up for a while after it was told to stop.
        return new Promise((_resolve, reject) => {
          context.signal.addEventListener("abort", () => {
            void Promise.resolve().then(() => Promise.resolve()).then(() =>
              reject(new Error("late"))
            );
          });
        });
      },
    });
    const { maxStreams } = DEFAULT_LIMITS;
    const pair = await links.connect({ contracts: [contract] });
    const client = pair.caller.client(Box);
    const call = (signal: AbortSignal): Promise<unknown> =>
      Promise.allSettled(Array.from({ length: maxStreams }, () => client.one(null, { signal })));
    const [first, second] = [new AbortController(), new AbortController()];
    const before = call(first.signal);
    await pair.settle();
    first.abort();
    const after = call(second.signal);
    await pair.settle();
    assertEquals(runs, 2 * maxStreams, "calls were refused");
    second.abort();
    await Promise.all([before, after]);
    await pair.assertIdle();
  },
);

testOnEach("an idle stream ends both its call and its handler", async (links) => {
  let reason: unknown;
  const contract = serveBox({
    async *both(requests, context) {
      context.signal.addEventListener("abort", () => reason = context.signal.reason);
      for await (const request of requests) yield request;
    },
  });
  const pair = await links.connect({
    contracts: [contract],
    limits: { streamIdleTimeoutMs: 8000 },
  });
  const gate = createDeferred<void>();
  const source = async function* (): AsyncGenerator<number> {
    yield 1;
    await gate.promise;
  };
  const iterator = pair.caller.client(Box).both(source())[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value, 1);
  const end = assertStatus(
    iterator.next(),
    RpcStatus.DEADLINE_EXCEEDED,
    "Stream was idle for 8000",
  );
  await pair.advance(8000);
  assertEquals(reason, undefined);
  await pair.advance(2000);
  await end;
  assert(String(reason).includes("Stream was idle for 8000 ms, limit is 8000 ms"), String(reason));
  gate.resolve();
  await pair.assertIdle();
});

test("a transport in memory holds the rate of openings", async () => {
  const clock = new FakeClock();
  const limits = { streamBurst: 2, streamsPerSecond: 1 };
  const [near, far] = createMemoryTransportPair({ limits, clock });
  const texts: string[] = [];
  near.incomingMessages.listen((message) => {
    if (message.kind === "status") texts.push(message.text);
  });
  far.incomingMessages.listen(() => {});
  for (let count = 0; count < 3; count++) near.openStream(opening());
  await clock.advance(1000);
  for (let count = 0; count < 2; count++) near.openStream(opening());
  await clock.advance(0);
  assertEquals(texts, Array(2).fill("Too many streams opened (max: 1 a second)"));
  await near.close();
});
