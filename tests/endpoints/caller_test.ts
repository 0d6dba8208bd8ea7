import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { assertEquals, assertStatus, assertThrows } from "../support/assert.ts";
import { Box, serveEach } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { connectToHand } from "../support/hand_driven.ts";
import { openFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

testOnEach(
  "RpcCallerEndpoint.client() can be had many times, and for many contracts",
  async (links) => {
    const pair = await links.connect({ contracts: [serveEach(() => 1)] });
    const [first, second] = [pair.caller.client(Box), pair.caller.client(Box)];
    assertEquals([await first.one(0), await second.one(0)], [1, 1]);
  },
);

test("RpcCallerEndpoint serves its peer nothing but the ping", async () => {
  const { peer, close } = await connectToHand();
  await peer.send(
    openFrame({ streamId: 2, path: "/Box/one", end: true }),
    openFrame({ streamId: 4, path: "/_rpc.System/Ping", end: true }),
  );
  const statuses = peer.take().map((frame) => frame.kind === "status" ? frame.code : frame.kind);
  assertEquals(statuses, [RpcStatus.UNIMPLEMENTED, RpcStatus.OK]);
  await close();
});

test("RpcCallerEndpoint is the only listener of its transport", async () => {
  const [near, far] = createMemoryTransportPair();
  await using caller = new RpcCallerEndpoint({ transport: near });
  assertThrows(() => new RpcCallerEndpoint({ transport: near }), TypeError, "has a listener");
  assertEquals(caller.isClosed, false);
  await far.close();
});

testOnEach(
  "RpcCallerEndpoint makes calls before the other side has begun to serve",
  async (links) => {
    const pair = await links.connect({ contracts: [serveEach(() => 1)], idle: true });
    const call = pair.caller.client(Box).one(0);
    await pair.settle();
    assertEquals(pair.responder.activeCalls, 0);
    pair.responder.start();
    assertEquals(await call, 1);
  },
);

testOnEach("RpcCallerEndpoint holds the limit of streams, and gets each back", async (links) => {
  const pair = await links.connect({
    limits: { maxStreams: 4 },
    contracts: [
      serveEach((context) =>
        new Promise((resolve) => context.signal.addEventListener("abort", resolve))
      ),
    ],
  });
  const client = pair.caller.client(Box);
  for (let round = 0; round < 3; round++) {
    const controller = new AbortController();
    const calls = Array.from(
      { length: 4 },
      () => assertStatus(client.one(0, { signal: controller.signal }), RpcStatus.CANCELLED),
    );
    for (let more = 0; more < 4; more++) {
      const error = await assertStatus(
        client.one(0),
        RpcStatus.RESOURCE_EXHAUSTED,
        "Too many concurrent streams (max: 4)",
      );
      assertEquals(error.maybeExecuted, false);
    }
    controller.abort();
    await Promise.all(calls);
    await pair.assertIdle();
  }
});
