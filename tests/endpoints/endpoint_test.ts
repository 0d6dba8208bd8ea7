import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, openSource, serveEach, SHAPES, watch } from "../support/box.ts";
import { testOnEach, withoutRejections } from "../support/endpoint_pair.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

function untilAborted(context: RpcHandlerContext): Promise<unknown> {
  return new Promise((resolve) =>
    context.signal.addEventListener("abort", () => resolve(context.signal.reason))
  );
}

testOnEach("RpcEndpoint.close() of a caller cancels its calls on both sides", async (links) => {
  for (const shape of SHAPES) {
    const reasons: unknown[] = [];
    const pair = await links.connect({
      contracts: [serveEach(async (context) => void reasons.push(await untilAborted(context)))],
    });
    const call = callBox(pair.caller.client(Box), shape, { requests: openSource(1) });
    const failed = assertStatus(call, RpcStatus.CANCELLED, "Endpoint closed");
    await pair.settle();
    await pair.caller.close();
    assertEquals((await failed).maybeExecuted, true);
    await pair.settle();
    const [reason] = reasons;
    assert(reason instanceof RpcError && reason.code === RpcStatus.CANCELLED);
    await pair.assertIdle();
  }
});

testOnEach("RpcEndpoint.close() of a responder ends its calls with UNAVAILABLE", async (links) => {
  for (const shape of SHAPES) {
    const reasons: unknown[] = [];
    const pair = await links.connect({
      contracts: [serveEach(async (context) => void reasons.push(await untilAborted(context)))],
    });
    const call = callBox(pair.caller.client(Box), shape, { requests: openSource(1) });
    const failed = assertStatus(call, RpcStatus.UNAVAILABLE);
    await pair.settle();
    await pair.responder.close();
    await failed;
    await pair.settle();
    const [reason] = reasons;
    assert(reason instanceof RpcError && reason.code === RpcStatus.UNAVAILABLE);
    const next = await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.UNAVAILABLE);
    assertEquals(next.maybeExecuted, false);
  }
});

testOnEach(
  "RpcEndpoint.close() is quiet the second time, and waits for the same end",
  async (links) => {
    const pair = await links.connect({ contracts: [serveEach(() => 1)] });
    for (const endpoint of [pair.caller, pair.responder]) {
      assertEquals(endpoint.isClosed, false);
      const [first, second] = [endpoint.close(), endpoint.close()];
      assert(first === second && endpoint.isClosed);
      await first;
      await endpoint[Symbol.asyncDispose]();
      assertEquals(endpoint.transport.isClosed, true);
    }
  },
);

testOnEach("RpcEndpoint.close() within what a call tells changes nothing", async (links) => {
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      context.signal.addEventListener("abort", () => void pair.responder.close());
      return untilAborted(context);
    })],
  });
  const calls = SHAPES.map((shape) =>
    watch(callBox(pair.caller.client(Box), shape, {
      onTrailers: () => void pair.caller.close(),
      requests: openSource(1),
    }))
  );
  await pair.settle();
  await pair.responder.close();
  await pair.settle();
  assertEquals(
    calls.map(({ outcome, settled }) => [outcome.kind, settled]),
    SHAPES.map(() => [
      "failed",
      1,
    ]),
  );
});

testOnEach("RpcEndpoint.health() tells of the endpoint and of its transport", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(untilAborted)] });
  const call = watch(pair.caller.client(Box).one(1));
  await pair.settle();
  for (const endpoint of [pair.caller, pair.responder]) {
    const health = endpoint.health();
    assert(health.isHealthy);
    assertEquals([health.status.component, health.status.level], ["endpoint", "healthy"]);
    assertEquals(health.status.details["activeCalls"], 1);
    assertEquals(Object.keys(health.dependencies), ["transport"]);
    assertEquals(health.dependencies["transport"]?.level, "healthy");
  }
  pair.lose();
  await pair.settle();
  const lost = pair.caller.health();
  assertEquals([lost.isHealthy, lost.status.level, call.outcome.kind], [
    false,
    "degraded",
    "failed",
  ]);
  await pair.caller.close();
  const closed = pair.caller.health();
  assertEquals([closed.isHealthy, closed.status.level], [false, "closed"]);
});

testOnEach("RpcEndpoint.ping() tells the time there and back", async (links) => {
  const pair = await links.connect();
  for (const endpoint of [pair.caller, pair.responder]) {
    const before = Date.now();
    const { sentAt, receivedAt, roundTripMs } = await endpoint.ping();
    assert(sentAt >= before && receivedAt >= sentAt && roundTripMs === 0);
  }
  await pair.assertIdle();
});

test("RpcEndpoint.reconnect() ends calls in flight, then calls go through again", async () => {
  await withoutRejections(async () => {
    const clock = new FakeClock();
    const responders: RpcResponderEndpoint[] = [];
    const transport = new RpcWebSocketCallerTransport(() => {
      const [near, far] = FakeSocket.pair();
      const made = new RpcWebSocketResponderTransport(far, { clock });
      const contracts = [
        serveEach((context) => context.metadata.has("x-wait") ? untilAborted(context) : "answer"),
      ];
      const responder = new RpcResponderEndpoint({ transport: made, clock, contracts });
      responder.start();
      responders.push(responder);
      queueMicrotask(() => {
        far.open();
        near.open();
      });
      return near;
    }, { clock });
    const caller = new RpcCallerEndpoint({ transport, clock });
    const client = caller.client(Box);
    const metadata = { "x-wait": "1" };
    const calls = SHAPES.map((shape) =>
      assertStatus(callBox(client, shape, { metadata }), RpcStatus.UNAVAILABLE, "was replaced")
    );
    await settle();
    const [health, same] = await Promise.all([caller.reconnect(), caller.reconnect()]);
    for (const error of await Promise.all(calls)) assertEquals(error.maybeExecuted, true);
    assertEquals(same.status.level, "healthy");
    assert(health.isHealthy);
    assertEquals(await client.one(1), "answer");
    assertEquals(responders.length, 2);
    assertEquals(responders.map(({ activeCalls }) => activeCalls), [0, 0]);
    await caller.close();
    for (const responder of responders) await responder.close();
    assertEquals((await caller.reconnect()).status.level, "closed");
    assertEquals(clock.pending, 0);
  });
});
