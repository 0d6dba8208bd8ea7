import type { RpcSource } from "../../src/sources/source.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, collect, DOWN_SHAPES, serveBox, watch } from "../support/box.ts";
import { testOn, testOnEach } from "../support/endpoint_pair.ts";

testOnEach("ServedResponseStream sends every kind of source", async (links) => {
  const sources: readonly (() => RpcSource<unknown>)[] = [
    () => [1, 2, 3],
    () => new Set([1, 2, 3]),
    function* () {
      yield* [1, 2, 3];
    },
    async function* () {
      yield* [1, await Promise.resolve(2), 3];
    },
    () =>
      new ReadableStream({
        start(controller): void {
          for (const value of [1, 2, 3]) controller.enqueue(value);
          controller.close();
        },
      }),
  ];
  for (const source of sources) {
    const pair = await links.connect({ contracts: [serveBox({ down: source, both: source })] });
    for (const shape of DOWN_SHAPES) {
      assertEquals(await callBox(pair.caller.client(Box), shape), [1, 2, 3]);
    }
    await pair.assertIdle();
  }
});

testOnEach(
  "ServedResponseStream fails the call where a handler returns no source",
  async (links) => {
    const seen: unknown[] = [];
    const taken = new ReadableStream();
    taken.getReader();
    for (const wrong of [undefined, 5, "text", {}, Promise.resolve([1]), taken]) {
      // The types do not allow it.
      const handler = (): RpcSource<unknown> => wrong as RpcSource<unknown>;
      const pair = await links.connect({
        contracts: [serveBox({ down: handler, both: handler })],
        responder: { onHandlerError: (error) => void seen.push(error) },
      });
      for (const shape of DOWN_SHAPES) {
        await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.INTERNAL, "Internal");
        assert(seen.splice(0)[0] instanceof TypeError);
      }
      await pair.assertIdle();
    }
  },
);

testOnEach(
  "ServedResponseStream cancels a ReadableStream whose call is given up",
  async (links) => {
    for (const shape of DOWN_SHAPES) {
      let isCancelled = false;
      const source = (): ReadableStream<unknown> =>
        new ReadableStream({
          cancel: () => {
            isCancelled = true;
          },
        });
      const pair = await links.connect({ contracts: [serveBox({ down: source, both: source })] });
      const controller = new AbortController();
      const call = watch(callBox(pair.caller.client(Box), shape, { signal: controller.signal }));
      await pair.settle();
      assertEquals(pair.responder.runningHandlers, 1);
      controller.abort();
      await pair.assertIdle();
      assertEquals([isCancelled, call.outcome.kind], [true, "failed"]);
    }
  },
);

testOnEach("ServedResponseStream reports the error of a ReadableStream once", async (links) => {
  const seen: unknown[] = [];
  const fault = new Error("Broken");
  const source = (): ReadableStream<unknown> =>
    new ReadableStream({
      pull: () => {
        throw fault;
      },
    });
  const pair = await links.connect({
    contracts: [serveBox({ down: source, both: source })],
    responder: { onHandlerError: (error) => void seen.push(error) },
  });
  for (const shape of DOWN_SHAPES) {
    await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.INTERNAL);
  }
  await pair.assertIdle();
  assertEquals(seen, [fault, fault]);
});

testOnEach(
  "ServedResponseStream stops an endless source without waits between items",
  async (links) => {
    const pair = await links.connect({
      contracts: [serveBox({
        down: function* () {
          for (let at = 0;; at++) yield at;
        },
      })],
    });
    let read = 0;
    for await (const _ of pair.caller.client(Box).down(0)) if (++read === 5000) break;
    await pair.assertIdle();
  },
);

testOnEach("ServedResponseStream counts a handler until its clean-up is done", async (links) => {
  const gate = createDeferred<void>();
  const pair = await links.connect({
    contracts: [serveBox({
      down: async function* () {
        try {
          for (;;) yield await Promise.resolve(1);
        } finally {
          await gate.promise;
        }
      },
    })],
  });
  for await (const _ of pair.caller.client(Box).down(0)) break;
  await pair.settle();
  assertEquals([pair.responder.activeCalls, pair.responder.runningHandlers], [0, 1]);
  gate.resolve();
  await pair.assertIdle();
});

testOn(
  "native wire",
  "ServedResponseStream fails alone when a response is too large",
  async (links) => {
    const pair = await links.connect({
      limits: { maxMessageBytes: 10_000 },
      farLimits: {},
      contracts: [serveBox({
        one: (bytes) => new Uint8Array(Number(bytes)),
        down: (bytes) => [1, 2, new Uint8Array(Number(bytes))],
      })],
    });
    const client = pair.caller.client(Box);
    for (let round = 0; round < 8; round++) {
      await assertStatus(
        client.one(10_001),
        RpcStatus.RESOURCE_EXHAUSTED,
        "the peer accepts 10000",
      );
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const value of client.down(10_001)) seen.push(value);
      })();
      await assertStatus(reading, RpcStatus.RESOURCE_EXHAUSTED);
      assertEquals(seen, [1, 2]);
    }
    assertEquals(await collect(client.down(1)), [1, 2, new Uint8Array(1)]);
    await pair.assertIdle();
  },
);
