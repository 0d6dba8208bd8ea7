import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { assertEquals, assertStatus, assertThrows } from "../support/assert.ts";
import { Box, callBox, serveEach, SHAPES, watch } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { test } from "../support/test.ts";

const Other = defineContract("Other", { one: unary<unknown, unknown>() });
const other = implement(Other, { one: () => "other" });
const box = serveEach(() => "box");

testOnEach(
  "RpcResponderEndpoint.register() adds contracts, also while it serves",
  async (links) => {
    const pair = await links.connect({ contracts: [box] });
    const { one } = pair.caller.client(Other);
    await assertStatus(one(1), RpcStatus.UNIMPLEMENTED, "Method Other.one is not registered");
    assertEquals(pair.responder.services, ["Box"]);
    pair.responder.register(other);
    assertEquals(await one(1), "other");
    assertEquals(pair.responder.services, ["Box", "Other"]);
  },
);

testOnEach(
  "RpcResponderEndpoint.register() takes all contracts or none, and can be tried again",
  async (links) => {
    const pair = await links.connect({ contracts: [box] });
    const { responder } = pair;
    assertThrows(() => responder.register(other, box), TypeError, '"Box" is there twice');
    assertThrows(() => responder.register(other, other), TypeError, '"Other" is there twice');
    // A contract whose handlers have gone since it was made.
    const handlers: { one?: () => unknown } = { one: () => 1 };
    const Third = defineContract("Third", { one: unary<unknown, unknown>() });
    const third = implement(Third, handlers as { one: () => unknown });
    delete handlers.one;
    assertThrows(() => responder.register(other, third), TypeError, 'Cannot serve "/Third/one"');
    assertEquals(responder.services, ["Box"]);
    await assertStatus(pair.caller.client(Other).one(1), RpcStatus.UNIMPLEMENTED);
    responder.register(other);
    assertEquals(await pair.caller.client(Other).one(1), "other");
  },
);

test("RpcResponderEndpoint refuses wrong contracts when it is built", async () => {
  const [near, far] = createMemoryTransportPair();
  assertThrows(
    () => new RpcResponderEndpoint({ transport: far, contracts: [box, box] }),
    TypeError,
    "twice",
  );
  await near.close();
  await far.close();
});

test("RpcResponderEndpoint.start() is called once", async () => {
  const [near, far] = createMemoryTransportPair();
  await using responder = new RpcResponderEndpoint({ transport: far });
  responder.start();
  assertThrows(() => responder.start(), TypeError, "has a listener already");
  await near.close();
});

testOnEach("RpcResponderEndpoint.drain() lets calls finish and refuses new ones", async (links) => {
  const gate = createDeferred<void>();
  const pair = await links.connect({
    contracts: [serveEach(async () => {
      await gate.promise;
      return "finished";
    })],
  });
  const client = pair.caller.client(Box);
  const running = SHAPES.map((shape) => watch(callBox(client, shape)));
  await pair.settle();
  const drained = watch(pair.responder.drain());
  const again = watch(pair.responder.drain());
  for (const shape of SHAPES) {
    const error = await assertStatus(callBox(client, shape), RpcStatus.UNAVAILABLE);
    assertEquals(error.maybeExecuted, false);
  }
  assertEquals([drained.outcome.kind, again.outcome.kind], ["pending", "pending"]);
  gate.resolve();
  await pair.settle();
  for (const { outcome } of running) {
    assertEquals(outcome, { kind: "done", value: ["finished"] });
  }
  assertEquals([drained.outcome.kind, again.outcome.kind], ["done", "done"]);
});

testOnEach(
  "RpcResponderEndpoint.drain() settles at once where nothing runs, and at a close",
  async (links) => {
    const idle = await links.connect({ contracts: [box] });
    await idle.responder.drain();
    const busy = await links.connect({
      contracts: [
        serveEach((context) =>
          new Promise((resolve) => context.signal.addEventListener("abort", resolve))
        ),
      ],
    });
    const call = watch(busy.caller.client(Box).one(1));
    await busy.settle();
    const drained = watch(busy.responder.drain());
    await busy.responder.close();
    await busy.settle();
    assertEquals([drained.outcome.kind, call.outcome.kind], ["done", "failed"]);
  },
);

testOnEach(
  "RpcResponderEndpoint serves 150 calls that end in every way, each once",
  async (links) => {
    const pair = await links.connect({
      contracts: [serveEach(async (context, request) => {
        await Promise.resolve();
        if (context.metadata.get("x-kind") === "throw") throw new Error("Secret");
        if (context.metadata.get("x-kind") === "wait") {
          await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        }
        return typeof request;
      })],
    });
    const client = pair.caller.client(Box);
    for (const shape of SHAPES) {
      const controller = new AbortController();
      const calls = Array.from({ length: 150 }, (_, at) => {
        const kind = ["ok", "throw", "wait", "wait"][at % 4] ?? "ok";
        const options = at % 4 === 2 ? { timeoutMs: 20 } : { signal: controller.signal };
        return watch(callBox(client, shape, { ...options, metadata: { "x-kind": kind } }));
      });
      await pair.settle();
      controller.abort();
      await pair.advance(20);
      assertEquals(calls.map(({ settled }) => settled), Array(150).fill(1));
      assertEquals(calls.filter(({ outcome }) => outcome.kind === "done").length, 38);
      await pair.assertIdle();
    }
  },
);
