import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, serveBox, watch } from "../support/box.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { connectToHand } from "../support/hand_driven.ts";
import { statusFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

const codec = messagePackCodec();
const SINGLE = ["unary", "clientStream"] as const;

function message(value: unknown, streamId = 1) {
  const fields = { more: false, compressed: false } as const;
  return { kind: "message", streamId, message: codec.encode(value), ...fields } as const;
}

testOnEach("SingleResponseCall gives the response, whatever value it is", async (links) => {
  const pair = await links.connect({
    contracts: [serveBox({
      one: (request) => request,
      up: async (requests) => {
        const all: unknown[] = [];
        for await (const request of requests) all.push(request);
        return all;
      },
    })],
  });
  const client = pair.caller.client(Box);
  const values = [0, "", false, null, "text", [1, [2]], { a: { b: 1 } }, new Uint8Array([1, 2])];
  for (const value of values) assertEquals(await client.one(value), value);
  assertEquals(await client.up(values), values);
  assertEquals(await client.up([]), []);
  assertEquals(await client.one("x".repeat(300_000)), "x".repeat(300_000));
});

testOnEach("SingleResponseCall keeps calls apart that run at once", async (links) => {
  const gates = new Map<unknown, (value: unknown) => void>();
  const pair = await links.connect({
    contracts: [serveBox({ one: (id) => new Promise((resolve) => void gates.set(id, resolve)) })],
  });
  const client = pair.caller.client(Box);
  const calls = Array.from({ length: 200 }, (_, id) => client.one(id));
  await pair.settle();
  for (const [id, resolve] of [...gates].reverse()) resolve(`answer ${id}`);
  const answers = await Promise.all(calls);
  assertEquals(answers, calls.map((_, id) => `answer ${id}`));
  await pair.assertIdle();
});

test("SingleResponseCall takes a response before its status or along with it", async () => {
  for (const shape of SINGLE) {
    const { endpoint, peer, close } = await connectToHand();
    const client = endpoint.client(Box);
    const first = watch(callBox(client, shape));
    await peer.send(message("before"));
    assertEquals(first.outcome.kind, "pending");
    await peer.send(statusFrame({ messages: 1 }));
    assertEquals(first.outcome, { kind: "done", value: ["before"] });
    assertEquals(endpoint.transport.openStreams, 0);
    const second = callBox(client, shape);
    await peer.send(statusFrame({ streamId: 3, message: codec.encode("along"), messages: 1 }));
    assertEquals(await second, ["along"]);
    await close();
  }
});

test("SingleResponseCall fails with INTERNAL when success comes without a response", async () => {
  for (const shape of SINGLE) {
    const { endpoint, peer, close } = await connectToHand();
    const call = callBox(endpoint.client(Box), shape);
    const failed = assertStatus(call, RpcStatus.INTERNAL, "with no response message");
    await peer.send(statusFrame());
    assertEquals((await failed).maybeExecuted, true);
    await close();
  }
});

test("SingleResponseCall takes the status and not the response of a call that failed", async () => {
  for (const shape of SINGLE) {
    const { endpoint, peer, close } = await connectToHand();
    const call = callBox(endpoint.client(Box), shape);
    const failed = assertStatus(call, RpcStatus.ABORTED, "Lost the race");
    await peer.send(
      message("response"),
      statusFrame({ code: RpcStatus.ABORTED, text: "Lost the race", messages: 1 }),
    );
    await failed;
    await close();
  }
});

test("SingleResponseCall ignores responses beyond the first, and says so once", async () => {
  for (const shape of SINGLE) {
    const { endpoint, peer, records, close } = await connectToHand();
    const call = callBox(endpoint.client(Box), shape);
    await peer.send(message("first"), message("second"), message("third"));
    await peer.send(statusFrame({ messages: 3 }));
    assertEquals(await call, ["first"]);
    assertEquals(endpoint.transport.openStreams, 0);
    assertEquals(records.filter(({ level }) => level !== "debug").map((record) => record.message), [
      "Ignored a second response of a call that has one",
    ]);
    await close();
  }
});

test("SingleResponseCall fails with INTERNAL when the response does not decode", async () => {
  for (const shape of SINGLE) {
    const { endpoint, peer, close } = await connectToHand();
    const call = callBox(endpoint.client(Box), shape);
    const failed = assertStatus(call, RpcStatus.INTERNAL, "Cannot decode response of");
    await peer.send(statusFrame({ message: new Uint8Array([0xc1]), messages: 1 }));
    const error = await failed;
    assert(error.cause instanceof Error);
    await close();
  }
});

test("SingleResponseCall fails with DATA_LOSS when fewer responses came than were sent", async () => {
  const { endpoint, peer, close } = await connectToHand();
  const call = endpoint.client(Box).one(1);
  const failed = assertStatus(call, RpcStatus.DATA_LOSS, "Messages were lost: 1 came, 2 were sent");
  await peer.send(statusFrame({ message: codec.encode(1), messages: 2 }));
  await failed;
  await close();
});

test("SingleResponseCall takes a code that no status has for UNKNOWN", async () => {
  const { endpoint, peer, close } = await connectToHand();
  const call = endpoint.client(Box).one(1);
  const failed = assertStatus(call, RpcStatus.UNKNOWN, "Odd");
  await peer.send(statusFrame({ code: 99, text: "Odd" }));
  await failed;
  const silent = endpoint.client(Box).one(1);
  const unnamed = assertStatus(silent, RpcStatus.NOT_FOUND, "Unknown error");
  await peer.send(statusFrame({ streamId: 3, code: 5 }));
  await unnamed;
  await close();
});

test("SingleResponseCall takes what the peer says of a failure", async () => {
  for (const maybeExecuted of [true, false]) {
    const { endpoint, peer, close } = await connectToHand();
    const given: unknown[] = [];
    const call = endpoint.client(Box).one(1, {
      onHeaders: (headers) => void given.push(["headers", ...headers]),
      onTrailers: (trailers) => void given.push(["trailers", ...trailers]),
    });
    const failed = assertStatus(call, RpcStatus.RESOURCE_EXHAUSTED);
    const details = [{ type: "google.rpc.RetryInfo", retryDelayMs: 1500 }] as const;
    await peer.send(statusFrame({
      code: RpcStatus.RESOURCE_EXHAUSTED,
      text: "Slow down",
      details,
      maybeExecuted,
      trailers: RpcMetadata.from({ "x-left": "0" }),
    }));
    const error = await failed;
    assertEquals([error.details, error.maybeExecuted], [details, maybeExecuted]);
    assertEquals(error.trailers.get("x-left"), "0");
    assertEquals(given, [["trailers", ["x-left", "0"]]]);
    await close();
  }
});

testOnEach("SingleResponseCall fails once, whatever happens at the same time", async (links) => {
  const gate = createDeferred<unknown>();
  const pair = await links.connect({ contracts: [serveBox({ one: () => gate.promise })] });
  const controller = new AbortController();
  const call = watch(
    pair.caller.client(Box).one(1, { signal: controller.signal, timeoutMs: 10 }),
  );
  await pair.settle();
  controller.abort();
  pair.lose();
  gate.resolve(1);
  await pair.advance(10);
  assertEquals(call.settled, 1);
  assert(call.outcome.kind === "failed");
  await assertStatus(Promise.reject(call.outcome.error), RpcStatus.CANCELLED);
});
