/** Calls whose messages are compressed: all shapes, both directions, and peers that mean no good. */
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { RpcStatus, type RpcStatusCode } from "../../src/protocol/status.ts";
import { gzipCompression } from "../../src/transports/gzip_compression.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, collect, serveBox, serveEach, SHAPES, watch } from "../support/box.ts";
import { type EndpointPair, testOn } from "../support/endpoint_pair.ts";
import { settle } from "../support/fake_clock.ts";
import { gzip, noise } from "../support/gzip.ts";
import { connectToHand, serveToHand } from "../support/hand_driven.ts";
import { openFrame, statusFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

const COMPRESSION = gzipCompression({ minBytes: 100 });
const MIB = 1024 * 1024;
const TEXT = "all the same, ".repeat(1000);
const codec = messagePackCodec();

/** Bytes that went from a pair's caller, and to it. */
function traffic({ sockets }: EndpointPair): [number, number] {
  const [near, far] = sockets.map(({ sent }) => sent.reduce((sum, { length }) => sum + length, 0));
  return [near ?? 0, far ?? 0];
}

/** A message of a peer that compresses what it likes. */
function compressed(
  streamId: number,
  message: Uint8Array,
): { streamId: number; message: Uint8Array; compressed: true } {
  return { streamId, message, compressed: true };
}

/** A bomb: a text of 16 MiB less what the codec needs. */
function createBomb(bytes = 16 * MIB - 5): Uint8Array {
  return gzip(codec.encode("x".repeat(bytes)));
}

testOn("native wire", "Calls of all shapes are compressed in both directions", async (links) => {
  const pair = await links.connect({
    compression: COMPRESSION,
    contracts: [serveBox({
      one: (request) => request,
      down: (request) => [request, "short", request],
      up: async (requests) => (await collect(requests)).join(""),
      both: async function* (requests) {
        for await (const request of requests) yield request;
      },
    })],
  });
  const expected = {
    unary: [TEXT],
    serverStream: [TEXT, "short", TEXT],
    clientStream: [`${TEXT}short${TEXT}`],
    bidirectional: [TEXT, "short", TEXT],
  };
  for (const shape of SHAPES) {
    const before = traffic(pair);
    const requests = [TEXT, "short", TEXT];
    const answers = await callBox(pair.caller.client(Box), shape, { request: TEXT, requests });
    assertEquals(answers, expected[shape], shape);
    const [up = 0, down = 0] = traffic(pair).map((bytes, side) => bytes - (before[side] ?? 0));
    assert(up < 500 && down < 500, `${shape}: ${up} bytes up, ${down} bytes down`);
  }
  await pair.assertIdle();
});

testOn("native wire", "Calls are as they were when compression is off", async (links) => {
  const pair = await links.connect({ contracts: [serveEach((_, request) => request)] });
  assertEquals(await pair.caller.client(Box).one(TEXT), TEXT);
  const [up, down] = traffic(pair);
  assert(up > TEXT.length && down > TEXT.length, `${up} bytes up, ${down} bytes down`);
});

testOn("native wire", "Calls with what cannot be compressed come through", async (links) => {
  const handler = async (_: unknown, request: unknown): Promise<unknown> => {
    const isMany = typeof request === "object" && request !== null &&
      Symbol.asyncIterator in request;
    // What has this member is a source of requests.
    return isMany ? (await collect(request as AsyncIterable<unknown>))[0] : request;
  };
  const pair = await links.connect({ compression: COMPRESSION, contracts: [serveEach(handler)] });
  for (const bytes of [99, 5000, 66_000, 200_000]) {
    for (const shape of SHAPES) {
      const [answer] = await callBox(pair.caller.client(Box), shape, { request: noise(bytes) });
      assertEquals(answer, noise(bytes), `${shape}, ${bytes} bytes`);
    }
  }
  await pair.assertIdle();
});

testOn(
  "native wire",
  "Calls keep their order and their count over a long stream",
  async (links) => {
    const pair = await links.connect({
      compression: COMPRESSION,
      contracts: [serveBox({
        down: function* () {
          for (let index = 0; index < 3000; index++) {
            yield { index, text: index % 3 === 0 ? TEXT.slice(0, 500) : "short" };
          }
        },
      })],
    });
    let next = 0;
    for await (const item of pair.caller.client(Box).down(null)) {
      // What the handler above yields.
      const { index, text } = item as { index: number; text: string };
      assertEquals([index, text.length], [next, next % 3 === 0 ? 500 : 5]);
      next++;
    }
    assertEquals(next, 3000);
    await pair.assertIdle();
  },
);

testOn(
  "native wire",
  "A call that is cancelled while its request is compressed leaves nothing",
  async (links) => {
    const pair = await links.connect({
      compression: COMPRESSION,
      // Handlers of one request must not run, the others wait for theirs.
      contracts: [serveBox({
        up: (requests) => collect(requests),
        both: async function* (requests) {
          yield await collect(requests);
        },
      })],
    });
    for (const shape of SHAPES) {
      const controller = new AbortController();
      const request = "x".repeat(4 * MIB);
      const call = callBox(pair.caller.client(Box), shape, { request, signal: controller.signal });
      const ended = assertStatus(call, RpcStatus.CANCELLED);
      if (shape !== "unary") await settle();
      controller.abort();
      await ended;
      await pair.assertIdle();
      assertEquals([pair.clock.pending, pair.farClock.pending], [0, 0]);
      assertEquals(pair.near.health().details["queuedBytes"], 0);
    }
  },
);

testOn(
  "native wire",
  "A call that reaches its deadline while it is compressed ends on both sides",
  async (links) => {
    const pair = await links.connect({
      compression: COMPRESSION,
      contracts: [serveEach(() => "x".repeat(4 * MIB))],
    });
    const call = assertStatus(
      pair.caller.client(Box).one("short", { timeoutMs: 50 }),
      RpcStatus.DEADLINE_EXCEEDED,
    );
    await pair.settle();
    // The server's clock stands still, and with it the compression, which rests now and then.
    await pair.clock.advance(50);
    await call;
    await pair.assertIdle();
    assertEquals(pair.farClock.pending, 0);
  },
);

test("A served call refuses bombs and corrupt requests alone, and runs no handler", async () => {
  const bomb = createBomb(16 * MIB);
  const cases: [Uint8Array, RpcStatusCode, string][] = [
    [bomb, RpcStatus.RESOURCE_EXHAUSTED, "more than 16777216 bytes"],
    [bomb.subarray(0, 500), RpcStatus.INTERNAL, "Cannot inflate"],
    [noise(500), RpcStatus.INTERNAL, "Cannot inflate"],
    [new Uint8Array([...gzip("x"), 1]), RpcStatus.INTERNAL, "Cannot inflate"],
    [gzip(new Uint8Array([0xc1])), RpcStatus.INTERNAL, "Cannot decode"],
  ];
  let ran = 0;
  const { peer, clock, close } = await serveToHand({
    compression: COMPRESSION,
    contracts: [serveEach(async (_, request) => {
      // Handlers of many requests run, and fail when they read.
      const isMany = typeof request === "object" && request !== null;
      if (isMany) { for await (const _each of request as AsyncIterable<unknown>) ran++; }
      else ran++;
    })],
  });
  let streamId = 1;
  for (const [message, code, text] of cases) {
    for (const path of ["/Box/one", "/Box/down", "/Box/up", "/Box/both"]) {
      for (const isInOpening of [true, false]) {
        const given = compressed(streamId, message);
        if (isInOpening) await peer.send(openFrame({ ...given, path, end: true }));
        else {
          await peer.send(
            openFrame({ streamId, path }),
            { kind: "message", streamId, message, more: false, compressed: true },
            { kind: "halfClose", streamId, messages: 1 },
          );
        }
        await clock.advance(1000);
        await peer.send();
        const frames = peer.take().filter((frame) => frame.kind === "status");
        const [status] = frames;
        const title = `${path} ${code} ${isInOpening}`;
        assertEquals([frames.length, status?.streamId, status?.code], [1, streamId, code], title);
        assert(status !== undefined);
        assert(status.text.includes(text), `"${status.text}" does not contain "${text}"`);
        assertEquals(status.maybeExecuted, !(path === "/Box/one" || path === "/Box/down"), title);
        streamId += 2;
      }
    }
  }
  assertEquals(ran, 0);
  await close();
});

test("A caller ends its call alone when a response is a bomb or corrupt, and cancels it", async () => {
  const { endpoint, peer, clock, close } = await connectToHand({ compression: COMPRESSION });
  const client = endpoint.client(Box);
  const cases: [Uint8Array, RpcStatusCode][] = [
    [createBomb(16 * MIB), RpcStatus.RESOURCE_EXHAUSTED],
    [noise(500), RpcStatus.INTERNAL],
  ];
  let streamId = -1;
  for (const [message, code] of cases) {
    const other = watch(client.one("other"));
    streamId += 2;
    const otherId = streamId;
    const unary = watch(client.one("one"));
    streamId += 2;
    await peer.send(statusFrame({ ...compressed(streamId, message), messages: 1 }));
    const stream = watch(collect(client.down("down")));
    streamId += 2;
    await peer.send({ kind: "message", streamId, message, more: false, compressed: true });
    await clock.advance(1000);
    await peer.send();
    for (const { outcome } of [unary, stream]) {
      assert(outcome.kind === "failed");
      await assertStatus(Promise.reject(outcome.error), code);
    }
    const cancels = peer.take().filter((frame) => frame.kind === "cancel");
    assertEquals(cancels.map((frame) => [frame.streamId, frame.code]), [[streamId, code]]);
    assertEquals(other.outcome.kind, "pending");
    const answer = gzip(codec.encode("fine"));
    await peer.send(statusFrame({ ...compressed(otherId, answer), messages: 1 }));
    assertEquals(other.outcome, { kind: "done", value: "fine" });
  }
  await close();
});

test("A stream of bombs is held as it came until its reader takes one", async () => {
  const { endpoint, peer, clock, close } = await connectToHand({ compression: COMPRESSION });
  const stream = endpoint.client(Box).down(null);
  const message = createBomb(4 * MIB);
  const count = Math.floor(250 * 1024 / message.length);
  assert(count >= 50, `only ${count} bombs fit into the window`);
  const inflated = countInflated();
  try {
    for (let sent = 0; sent < count; sent++) {
      await peer.send({ kind: "message", streamId: 1, message, more: false, compressed: true });
    }
    await peer.send(statusFrame({ messages: count }));
    assertEquals(inflated.bytes(), 0);
    const reader = stream[Symbol.asyncIterator]();
    for (let read = 1; read <= 3; read++) {
      const next = reader.next();
      await clock.advance(100);
      // What the peer sent is a text.
      assertEquals(((await next).value as string).length, 4 * MIB);
      assert(inflated.bytes() < (read + 1) * 4 * MIB, `${inflated.bytes()} bytes were inflated`);
    }
    await reader.return?.();
    await clock.advance(100);
    assert(inflated.bytes() < 4 * 4 * MIB);
  } finally {
    inflated.restore();
  }
  await close();
});

test("A reader that leaves while a message is inflated is told the end, and it is dropped", async () => {
  const { endpoint, peer, clock, close } = await connectToHand({ compression: COMPRESSION });
  const stream = endpoint.client(Box).down(null);
  const reader = stream[Symbol.asyncIterator]();
  const next = reader.next();
  const message = createBomb();
  await peer.send({ kind: "message", streamId: 1, message, more: false, compressed: true });
  assert(clock.pending > 0, "nothing is inflated");
  await reader.return?.();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(clock.pending, 0);
  assertEquals(peer.take().filter((frame) => frame.kind === "cancel").length, 1);
  await close();
});

test("A call that fails while a response is inflated tells its reader why", async () => {
  const { endpoint, peer, clock, close } = await connectToHand({ compression: COMPRESSION });
  const controller = new AbortController();
  const stream = endpoint.client(Box).down(null, { signal: controller.signal });
  const next = stream[Symbol.asyncIterator]().next();
  const message = createBomb();
  await peer.send({ kind: "message", streamId: 1, message, more: false, compressed: true });
  controller.abort();
  await assertStatus(next, RpcStatus.CANCELLED);
  assertEquals(clock.pending, 0);
  await close();
});

test("A reader takes a cut while a response is inflated for no end", async () => {
  const { endpoint, peer, clock, close } = await connectToHand({ compression: COMPRESSION });
  const stream = endpoint.client(Box).down(null);
  const next = stream[Symbol.asyncIterator]().next();
  const message = createBomb();
  await peer.send({ kind: "message", streamId: 1, message, more: false, compressed: true });
  await peer.send(statusFrame({ messages: 1 }));
  stream.cancel("Enough");
  await assertStatus(next, RpcStatus.CANCELLED, "Enough");
  assertEquals(clock.pending, 0);
  await close();
});

test("A served call that is cancelled while its request is inflated runs no handler", async () => {
  let ran = 0;
  const { endpoint, peer, clock, close } = await serveToHand({
    compression: COMPRESSION,
    contracts: [serveEach(() => ran++)],
  });
  for (const [index, path] of ["/Box/one", "/Box/down"].entries()) {
    const streamId = 1 + 2 * index;
    await peer.send(openFrame({ ...compressed(streamId, createBomb()), path, end: true }));
    assertEquals([endpoint.runningHandlers, clock.pending], [1, 1]);
    await peer.send({ kind: "cancel", streamId, code: 1, reason: "" });
    assertEquals([endpoint.runningHandlers, clock.pending, ran], [0, 0, 0]);
  }
  await close();
});

test("A message that came before the connection was lost is inflated all the same", async () => {
  const { endpoint, peer, close } = await connectToHand({ compression: COMPRESSION });
  const stream = endpoint.client(Box).down(null);
  const message = gzip(codec.encode(TEXT));
  await peer.send({ kind: "message", streamId: 1, message, more: false, compressed: true });
  await peer.send(statusFrame({ messages: 2, message: message, compressed: true }));
  peer.socket.lose();
  assertEquals(await collect(stream), [TEXT, TEXT]);
  await close();
});

testOn(
  "native wire",
  "Small calls overtake a large message that is being compressed",
  async (links) => {
    const pair = await links.connect({
      compression: COMPRESSION,
      contracts: [
        serveBox({ one: (request) => request === "large" ? "x".repeat(8 * MIB) : request }),
      ],
    });
    const client = pair.caller.client(Box);
    const large = watch(client.one("large"));
    await pair.settle();
    for (let call = 0; call < 10; call++) {
      assertEquals(await client.one(`${TEXT}${call}`), `${TEXT}${call}`);
    }
    assertEquals(large.outcome.kind, "pending");
    while (large.outcome.kind === "pending") await pair.advance(1);
    assertEquals(large.outcome.kind, "done");
    await pair.assertIdle();
  },
);

/** Counts what comes out of the platform's stream. */
function countInflated(): { bytes(): number; restore(): void } {
  const { DecompressionStream: Real } = globalThis;
  let count = 0;
  globalThis.DecompressionStream = class extends Real {
    constructor(format: ConstructorParameters<typeof Real>[0]) {
      super(format);
      const real = this.readable;
      const reading = real.getReader.bind(real);
      Object.defineProperty(real, "getReader", {
        value: () => {
          const reader = reading();
          const read = reader.read.bind(reader);
          reader.read = async () => {
            const step = await read();
            count += step.value?.byteLength ?? 0;
            return step;
          };
          return reader;
        },
      });
    }
  };
  return {
    bytes: () => count,
    restore: () => {
      globalThis.DecompressionStream = Real;
    },
  };
}
