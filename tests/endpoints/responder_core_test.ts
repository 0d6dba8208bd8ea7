import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { Box, serveBox, serveEach } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import type { RpcResponderInterceptor } from "../../src/endpoints/interceptor.ts";
import { serveToHand } from "../support/hand_driven.ts";
import { openFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

test("ResponderCore refuses an unknown method exactly once, whatever follows", async () => {
  const { endpoint, peer, records, close } = await serveToHand({
    contracts: [serveEach(() => 1)],
    limits: { maxHandlers: 1 },
  });
  const paths = ["/Box/none", "/None/one", "/Box/toString", "/Box/__proto__", "/_rpc.System/Pong"];
  for (const [at, path] of paths.entries()) {
    const streamId = 2 * at + 1;
    const message = { kind: "message", streamId, message: new Uint8Array(9) } as const;
    await peer.send(
      openFrame({ streamId, path }),
      { ...message, more: false, compressed: false },
      { kind: "halfClose", streamId, messages: 1 },
    );
    const frames = peer.take();
    const [status] = frames;
    assert(status?.kind === "status" && frames.length === 1);
    assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNIMPLEMENTED, false]);
    assertEquals(status.text, `Method ${path.slice(1).replace("/", ".")} is not registered`);
  }
  assertEquals([endpoint.activeCalls, endpoint.runningHandlers], [0, 0]);
  assertEquals(records.filter(({ level }) => level !== "debug"), []);
  await close();
});

test("ResponderCore answers the ping, also while it drains", async () => {
  const { endpoint, peer, close } = await serveToHand({ contracts: [serveEach(() => 1)] });
  await peer.send(openFrame({ path: "/_rpc.System/Ping", end: true }));
  const [status] = peer.take();
  assert(status?.kind === "status");
  assertEquals([status.code, status.message, status.messages], [0, undefined, 0]);
  await endpoint.close();
  await close();
});

test("ResponderCore refuses calls while it drains exactly once, and tells the peer", async () => {
  let runs = 0;
  const { endpoint, peer, close } = await serveToHand({ contracts: [serveEach(() => ++runs)] });
  await endpoint.drain();
  await peer.send(openFrame({ path: "/Box/one", message: new Uint8Array([1]), end: true }));
  const frames = peer.take();
  assertEquals(frames.map(({ kind }) => kind), ["goaway", "status"]);
  const status = frames[1];
  assert(status?.kind === "status");
  assertEquals([status.code, status.text, status.maybeExecuted, runs], [
    RpcStatus.UNAVAILABLE,
    "Server is shutting down",
    false,
    0,
  ]);
  await close();
});

test("ResponderCore keeps no state for streams that nobody opened", async () => {
  const { endpoint, peer, close } = await serveToHand({ contracts: [serveEach(() => 1)] });
  for (let streamId = 1; streamId < 400; streamId += 2) {
    await peer.send({ kind: "cancel", streamId, code: 1, reason: "" });
  }
  assertEquals([endpoint.activeCalls, endpoint.transport.openStreams], [0, 0]);
  assertEquals(peer.take(), []);
  await close();
});

const passing: RpcResponderInterceptor = {
  serverStream: async function* (_call, request, next) {
    yield* next(request);
  },
};

testOnEach(
  "ResponderCore lets go of a silent source although an interceptor waits for it",
  async (links) => {
    let returns = 0;
    const answers: readonly (() => AsyncIterable<unknown>)[] = [
      () =>
        new ReadableStream({
          start: (controller) => controller.enqueue(1),
          cancel: () => void returns++,
        }),
      () => {
        const ended = createDeferred<IteratorResult<unknown>>();
        const steps = [Promise.resolve({ done: false, value: 1 }), ended.promise];
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => steps.shift() ?? ended.promise,
            return: () => {
              returns++;
              ended.resolve({ done: true, value: undefined });
              return ended.promise;
            },
          }),
        };
      },
    ];
    for (const answer of answers) {
      returns = 0;
      const pair = await links.connect({
        responder: { interceptors: [passing] },
        contracts: [serveBox({ down: answer })],
      });
      for await (const value of pair.caller.client(Box).down(0)) {
        assertEquals(value, 1);
        await pair.settle();
        break;
      }
      await pair.assertIdle();
      assertEquals(returns, 1);
    }
  },
);

testOnEach("ResponderCore counts a parked handler until it ends, wrapped or not", async (links) => {
  const direct: RpcResponderInterceptor = {
    serverStream: (_call, request, next) => next(request),
  };
  for (const interceptors of [[], [passing], [direct]]) {
    const gate = createDeferred<void>();
    const pair = await links.connect({
      responder: { interceptors },
      contracts: [serveBox({
        down: async function* () {
          yield 1;
          await gate.promise;
        },
      })],
    });
    for await (const _ of pair.caller.client(Box).down(0)) {
      await pair.settle();
      break;
    }
    await pair.settle();
    assertEquals(pair.responder.runningHandlers, 1);
    gate.resolve();
    await pair.assertIdle();
  }
});
