import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import type { RpcResponseStream } from "../../src/contracts/response_stream.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import { Box, collect, DOWN_SHAPES, openSource, serveBox, watch } from "../support/box.ts";
import { type EndpointPair, testOn, testOnEach } from "../support/endpoint_pair.ts";
import { connectToHand } from "../support/hand_driven.ts";
import { statusFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";
import type { RpcShape } from "../../src/contracts/method.ts";
import type { RpcCallOptions } from "../../src/contracts/call_options.ts";
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import type { RpcSource } from "../../src/sources/source.ts";
import type { RpcResponderContract } from "../../src/endpoints/responder_contract.ts";

const codec = messagePackCodec();

/** Calls a shape with many responses; a bidirectional one stays open from this side. */
function open(
  pair: Pick<EndpointPair, "caller">,
  shape: RpcShape,
  options: RpcCallOptions = {},
): RpcResponseStream<unknown> {
  const client = pair.caller.client(Box);
  return shape === "serverStream"
    ? client.down("request", options)
    : client.both(openSource("request"), options);
}

/** Serves both shapes with many responses alike. */
function serveDown(
  handler: (context: RpcHandlerContext) => RpcSource<unknown>,
): RpcResponderContract {
  return serveBox({
    down: (_, context) => handler(context),
    both: (_, context) => handler(context),
  });
}

function counted(
  to: number,
): { source: () => Generator<number>; made: { pulled: number; returns: number } } {
  const made = { pulled: 0, returns: 0 };
  const source = function* (): Generator<number> {
    try {
      while (made.pulled < to) yield made.pulled++;
    } finally {
      made.returns++;
    }
  };
  return { source, made };
}

function message(value: unknown, streamId = 1) {
  const fields = { more: false, compressed: false } as const;
  return { kind: "message", streamId, message: codec.encode(value), ...fields } as const;
}

testOnEach("ResponseStreamCall gives the responses in order, and then the end", async (links) => {
  for (const shape of DOWN_SHAPES) {
    const pair = await links.connect({ contracts: [serveDown(() => counted(2500).source())] });
    const values = await collect(open(pair, shape));
    assertEquals(values, Array.from({ length: 2500 }, (_, at) => at));
    await pair.assertIdle();
  }
});

testOnEach("ResponseStreamCall gives a stream without responses its end", async (links) => {
  for (const shape of DOWN_SHAPES) {
    const pair = await links.connect({ contracts: [serveDown(() => [])] });
    const stream = open(pair, shape);
    assertEquals(await collect(stream), []);
    assertEquals((await stream.headers).size, 0);
    assertEquals((await stream.trailers).size, 0);
  }
});

testOnEach("ResponseStreamCall delivers ten thousand tiny items to any reader", async (links) => {
  for (const isSlow of [false, true]) {
    const pair = await links.connect({ contracts: [serveDown(() => counted(10_000).source())] });
    let expected = 0;
    for await (const value of open(pair, "serverStream")) {
      assertEquals(value, expected++);
      if (isSlow && expected % 97 === 0) await pair.settle();
    }
    assertEquals(expected, 10_000);
    await pair.assertIdle();
  }
});

testOnEach("ResponseStreamCall rests the handler while its reader pauses", async (links) => {
  for (const shape of DOWN_SHAPES) {
    const { source, made } = counted(10_000);
    const pair = await links.connect({
      // A window that stays as it is.
      limits: { streamWindowMessages: 64, maxStreamWindowBytes: 1 },
      contracts: [serveDown(source)],
    });
    const iterator = open(pair, shape)[Symbol.asyncIterator]();
    await pair.settle();
    assert(made.pulled <= 66, `pulled ${made.pulled} at first`);
    for (let read = 0; read < 100; read++) await iterator.next();
    for (let turn = 0; turn < 20; turn++) await pair.settle();
    assert(made.pulled <= 166 && made.pulled >= 132, `pulled ${made.pulled} after 100`);
    await iterator.return?.();
    await pair.assertIdle();
    assertEquals(made.returns, 1);
  }
});

testOn("native wire", "ResponseStreamCall rests the handler by bytes too", async (links) => {
  let pulled = 0;
  const pair = await links.connect({
    limits: { streamWindowBytes: 1_048_576 },
    contracts: [serveDown(function* () {
      for (;;) {
        pulled++;
        yield new Uint8Array(16_384);
      }
    })],
  });
  const stream = open(pair, "serverStream");
  await pair.settle();
  assert(pulled >= 64 && pulled <= 66, `pulled ${pulled}`);
  stream.cancel();
  await pair.assertIdle();
});

testOnEach(
  "ResponseStreamCall gives the items before an error, and then the error",
  async (links) => {
    for (const shape of DOWN_SHAPES) {
      for (
        const thrown of [new RpcError(RpcStatus.ABORTED, "Lost the race"), new Error("Secret")]
      ) {
        const pair = await links.connect({
          contracts: [serveDown(async function* () {
            yield await Promise.resolve(1);
            yield 2;
            throw thrown;
          })],
        });
        const seen: unknown[] = [];
        const stream = open(pair, shape);
        // The error has come before the first item is read.
        await pair.settle();
        const reading = (async () => {
          for await (const value of stream) seen.push(value);
        })();
        const code = thrown instanceof RpcError ? thrown.code : RpcStatus.INTERNAL;
        const error = await assertStatus(reading, code);
        assert(!error.message.includes("Secret"));
        assertEquals(seen, [1, 2]);
        await pair.assertIdle();
      }
    }
  },
);

testOnEach(
  "ResponseStreamCall gives the items that came before the connection was lost",
  async (links) => {
    for (const shape of DOWN_SHAPES) {
      const pair = await links.connect({
        contracts: [serveDown(async function* (context) {
          yield 1;
          yield 2;
          await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        })],
      });
      const stream = open(pair, shape);
      await pair.settle();
      pair.lose();
      const iterator = stream[Symbol.asyncIterator]();
      assertEquals([(await iterator.next()).value, (await iterator.next()).value], [1, 2]);
      await assertStatus(iterator.next(), RpcStatus.UNAVAILABLE);
      assertEquals((await iterator.next()).done, true);
      await pair.assertIdle();
    }
  },
);

const ways: readonly [string, (stream: RpcResponseStream<unknown>) => Promise<void>][] = [
  ["break", async (stream) => {
    for await (const _ of stream) break;
  }],
  ["an error in the loop", async (stream) => {
    const loop = async (): Promise<void> => {
      for await (const _ of stream) throw new RangeError("Enough");
    };
    await assertRejects(loop(), RangeError, "Enough");
  }],
  ["dispose", async (stream) => {
    await using _ = stream;
  }],
  ["cancel()", async (stream) => {
    stream.cancel("Enough");
    stream.cancel("Twice");
    await assertStatus(collect(stream), RpcStatus.CANCELLED, "Enough");
  }],
  ["cancel() of the ReadableStream", async (stream) => {
    await stream.toReadableStream().cancel();
  }],
  ["cancel() of a ReadableStream that is read", async (stream) => {
    const reader = stream.toReadableStream().getReader();
    await reader.read();
    await reader.cancel();
  }],
];

testOnEach(
  "ResponseStreamCall is given up in every way, and the handler is told",
  async (links) => {
    for (const shape of DOWN_SHAPES) {
      for (const [name, giveUp] of ways) {
        const reasons: unknown[] = [];
        let isReturned = false;
        const pair = await links.connect({
          contracts: [serveDown(async function* (context) {
            context.signal.addEventListener("abort", () => reasons.push(context.signal.reason));
            try {
              for (;;) yield await Promise.resolve(1);
            } finally {
              isReturned = true;
            }
          })],
        });
        const stream = open(pair, shape);
        await pair.settle();
        await giveUp(stream);
        await pair.settle();
        const [reason] = reasons;
        assert(reason instanceof RpcError && reason.code === RpcStatus.CANCELLED, name);
        assert(isReturned && reasons.length === 1, name);
        await pair.assertIdle();
        assertEquals(await collect(stream), [], name);
        assertEquals(pair.complaints, [], name);
      }
    }
  },
);

testOnEach("ResponseStreamCall is given up before anything came", async (links) => {
  for (const shape of DOWN_SHAPES) {
    const pair = await links.connect({
      contracts: [serveDown(async function* (context) {
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        yield "late";
      })],
    });
    for (const isAwaited of [false, true]) {
      const stream = open(pair, shape);
      const read = watch(stream[Symbol.asyncIterator]().next());
      if (isAwaited) await pair.settle();
      stream.cancel();
      await pair.settle();
      assertEquals(read.outcome.kind, "failed");
      await pair.assertIdle();
    }
  }
});

testOnEach("ResponseStreamCall does not wait for a handler that is parked", async (links) => {
  const gate = createDeferred<void>();
  const pair = await links.connect({
    contracts: [serveDown(async function* () {
      await gate.promise;
      yield 1;
    })],
  });
  const stream = open(pair, "serverStream");
  await pair.settle();
  await stream[Symbol.asyncDispose]();
  await pair.settle();
  assertEquals([pair.near.openStreams, pair.far.openStreams], [0, 0]);
  assertEquals(pair.responder.runningHandlers, 1);
  gate.resolve();
  await pair.assertIdle();
});

testOnEach(
  "ResponseStreamCall lets go of what waits unread, although the call has ended",
  async (links) => {
    const pair = await links.connect({ contracts: [serveDown(() => [1, 2, 3])] });
    for (const shape of DOWN_SHAPES) {
      const cancelled = open(pair, shape);
      const disposed = open(pair, shape);
      await pair.settle();
      cancelled.cancel("Not wanted");
      await disposed[Symbol.asyncDispose]();
      await pair.assertIdle();
      // Who reads all the same must not take the cut for the end.
      await assertStatus(collect(cancelled), RpcStatus.CANCELLED, "Not wanted");
      assertEquals(await collect(disposed), []);
    }
  },
);

test("ResponseStreamCall fails with INTERNAL where a response does not decode, and ends", async () => {
  for (const isOver of [false, true]) {
    for (const shape of DOWN_SHAPES) {
      const { endpoint, peer, close } = await connectToHand();
      const stream = open({ caller: endpoint }, shape);
      await peer.send();
      peer.take();
      const broken = { ...message(0), message: new Uint8Array([0xc1]) };
      await peer.send(message(1), broken, message(3), message(4));
      if (isOver) await peer.send(statusFrame({ messages: 4 }));
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const value of stream) seen.push(value);
      })();
      await assertStatus(reading, RpcStatus.INTERNAL, "Cannot decode response of");
      assertEquals(seen, [1]);
      await peer.send();
      assertEquals(peer.take().map(({ kind }) => kind), isOver ? [] : ["cancel"]);
      assertEquals([endpoint.activeCalls, endpoint.transport.openStreams], [0, 0]);
      await close();
    }
  }
});

test("ResponseStreamCall takes the last response out of the status", async () => {
  const { endpoint, peer, close } = await connectToHand();
  const stream = endpoint.client(Box).down(1);
  await peer.send(message(1), statusFrame({ message: codec.encode(2), messages: 2 }));
  assertEquals(await collect(stream), [1, 2]);
  await close();
});

test("ResponseStreamCall fails with DATA_LOSS after the items that came", async () => {
  const { endpoint, peer, close } = await connectToHand();
  const stream = endpoint.client(Box).down(1);
  await peer.send(message(1), statusFrame({ messages: 3 }));
  const iterator = stream[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value, 1);
  await assertStatus(iterator.next(), RpcStatus.DATA_LOSS, "1 came, 3 were sent");
  await close();
});

test("ResponseStreamCall ignores what comes after the end", async () => {
  const { endpoint, peer, records, close } = await connectToHand();
  const stream = endpoint.client(Box).down(1);
  await peer.send(message(1), statusFrame({ messages: 1 }), message(2), statusFrame({ code: 13 }));
  assertEquals(await collect(stream), [1]);
  assertEquals(records.filter(({ level }) => level !== "debug"), []);
  await close();
});

testOnEach(
  "ResponseStreamCall gives headers before the first response, trailers at the end",
  async (links) => {
    const gate = createDeferred<void>();
    const pair = await links.connect({
      contracts: [serveDown(async function* (context) {
        context.setHeader("x-h", "1");
        context.sendHeaders();
        await gate.promise;
        yield 1;
        context.setTrailer("x-t", "2");
      })],
    });
    const events: unknown[] = [];
    const stream = open(pair, "serverStream", {
      onHeaders: (headers) => void events.push(headers.get("x-h")),
      onTrailers: (trailers) => void events.push(trailers.get("x-t")),
    });
    const trailers = watch(stream.trailers);
    assertEquals((await stream.headers).get("x-h"), "1");
    assertEquals(events, ["1"]);
    gate.resolve();
    assertEquals(await collect(stream), [1]);
    assert(trailers.outcome.kind === "done");
    assertEquals([trailers.outcome.value.get("x-t"), events], ["2", ["1", "2"]]);
    assert(stream.headers === stream.headers && stream.trailers === stream.trailers);
  },
);

testOnEach(
  "ResponseStreamCall tells through headers and trailers that the call failed",
  async (links) => {
    const error = new RpcError(RpcStatus.ABORTED, "Lost the race", {
      trailers: RpcMetadata.from({ "x-t": "1" }),
    });
    const pair = await links.connect({
      contracts: [serveDown(() => {
        throw error;
      })],
    });
    // Nobody looks at these; that must not count as unhandled.
    const unseen = open(pair, "serverStream");
    void unseen.headers;
    void unseen.trailers;
    const stream = open(pair, "serverStream");
    const early = [assertStatus(stream.headers, 10), assertStatus(stream.trailers, 10)];
    const failed = await assertStatus(collect(stream), 10);
    assertEquals(failed.trailers.get("x-t"), "1");
    await Promise.all(early);
    await assertStatus(stream.headers, 10);
    await pair.settle();
    await unseen[Symbol.asyncDispose]();
  },
);

testOnEach(
  "ResponseStreamCall.toReadableStream() gives responses, end and error",
  async (links) => {
    const pair = await links.connect({
      contracts: [serveBox({
        down: function* (count) {
          for (let at = 0; at < Number(count); at++) yield at;
          if (count === 3) throw new RpcError(RpcStatus.ABORTED, "Lost the race");
        },
      })],
    });
    const { down } = pair.caller.client(Box);
    assertEquals(await collect(down(2).toReadableStream()), [0, 1]);
    await assertStatus(collect(down(3).toReadableStream()), RpcStatus.ABORTED);
  },
);

testOnEach("ResponseStreamCall is a subscription when the client sends nothing", async (links) => {
  const pushed = createDeferred<void>();
  const pair = await links.connect({
    contracts: [serveBox({
      both: async function* () {
        yield "hello";
        await pushed.promise;
        yield "news";
      },
    })],
  });
  const stream = pair.caller.client(Box).both(openSource());
  const iterator = stream[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value, "hello");
  pushed.resolve();
  assertEquals((await iterator.next()).value, "news");
  assertEquals((await iterator.next()).done, true);
  await pair.assertIdle();
});

testOnEach("ResponseStreamCall answers each request while both sides go on", async (links) => {
  const pair = await links.connect({
    contracts: [serveBox({
      both: async function* (requests) {
        for await (const request of requests) yield `re: ${request}`;
        yield "bye";
      },
    })],
  });
  const asked: string[] = [];
  const requests = async function* (): AsyncGenerator<string> {
    for (const text of ["a", "b", "c"]) {
      asked.push(text);
      yield await Promise.resolve(text);
    }
  };
  const { both } = pair.caller.client(Box);
  assertEquals(await collect(both(requests())), ["re: a", "re: b", "re: c", "bye"]);
  assertEquals(await collect(both([])), ["bye"]);
});

testOnEach("ResponseStreamCall drops what waits when its deadline passes", async (links) => {
  const pair = await links.connect({
    contracts: [serveDown(async function* (context) {
      yield 1;
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    })],
  });
  const stream = open(pair, "serverStream", { timeoutMs: 100 });
  await pair.settle();
  await pair.clock.advance(100);
  await assertStatus(collect(stream), RpcStatus.DEADLINE_EXCEEDED);
  await pair.assertIdle();
});
