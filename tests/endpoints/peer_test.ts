import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import type {
  RpcCallerInterceptor,
  RpcResponderInterceptor,
} from "../../src/endpoints/interceptor.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import type { IRpcTransport } from "../../src/transports/transport.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import { Box, callBox, serveEach, SHAPES, watch } from "../support/box.ts";
import { withoutRejections } from "../support/endpoint_pair.ts";
import { settle } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

const JOINS: readonly [string, () => readonly [IRpcTransport, IRpcTransport]][] = [
  ["native wire", () => {
    const [a, b] = FakeSocket.pair();
    const near = new RpcWebSocketCallerTransport(a);
    const far = new RpcWebSocketResponderTransport(b);
    a.open();
    b.open();
    return [near, far];
  }],
  ["memory", () => createMemoryTransportPair()],
];

for (const [name, join] of JOINS) {
  test(`RpcPeerEndpoint serves and calls in both directions at once (${name})`, async () => {
    await withoutRejections(async () => {
      const [near, far] = join();
      const peers = [near, far].map((transport, side) =>
        new RpcPeerEndpoint({ transport, contracts: [serveEach(() => `side ${side}`)] })
      );
      for (const peer of peers) peer.start();
      const calls = peers.flatMap((peer, side) =>
        Array.from({ length: 25 }, () => SHAPES).flat().map(async (shape) => {
          assertEquals(await callBox(peer.client(Box), shape), [`side ${1 - side}`]);
        })
      );
      await Promise.all([...calls, ...peers.map((peer) => peer.ping())]);
      await settle();
      for (const peer of peers) {
        assertEquals([peer.activeCalls, peer.runningHandlers, peer.transport.openStreams], [
          0,
          0,
          0,
        ]);
      }
      for (const peer of peers) await peer.close();
    });
  });

  test(`RpcPeerEndpoint calls back within a handler (${name})`, async () => {
    const [near, far] = join();
    const ada = new RpcPeerEndpoint({
      transport: near,
      contracts: [serveEach((_, request) => `${request} from Ada`)],
    });
    const bob: RpcPeerEndpoint = new RpcPeerEndpoint({
      transport: far,
      contracts: [
        serveEach(async (context) => await bob.client(Box).one("back", { parent: context })),
      ],
    });
    ada.start();
    bob.start();
    assertEquals(await ada.client(Box).one(1), "back from Ada");
    await ada.close();
    await bob.close();
  });

  test(`RpcPeerEndpoint.close() ends what it made and what it serves (${name})`, async () => {
    await withoutRejections(async () => {
      const [near, far] = join();
      const reasons: unknown[] = [];
      const waiting = serveEach((context) =>
        new Promise((resolve) =>
          context.signal.addEventListener("abort", () => {
            reasons.push(context.signal.reason.code);
            resolve(1);
          })
        )
      );
      const ada = new RpcPeerEndpoint({ transport: near, contracts: [waiting] });
      const bob = new RpcPeerEndpoint({ transport: far, contracts: [waiting] });
      ada.start();
      bob.start();
      const made = assertStatus(ada.client(Box).one(1), RpcStatus.CANCELLED);
      const served = assertStatus(bob.client(Box).one(1), RpcStatus.UNAVAILABLE);
      await settle();
      await ada.close();
      await Promise.all([made, served]);
      await bob.close();
      await settle();
      assertEquals(reasons.sort(), [RpcStatus.CANCELLED, RpcStatus.UNAVAILABLE]);
      assertEquals([ada.activeCalls, bob.activeCalls], [0, 0]);
    });
  });
}

test("RpcPeerEndpoint keeps interceptors of the two directions apart", async () => {
  const events: string[] = [];
  const note = (text: string): RpcCallerInterceptor & RpcResponderInterceptor => ({
    // deno-lint-ignore no-explicit-any
    unary: (_call: any, request, next: any) => {
      events.push(text);
      return next(request);
    },
  });
  const [near, far] = createMemoryTransportPair();
  const ada = new RpcPeerEndpoint({
    transport: near,
    contracts: [serveEach(() => 1)],
    interceptors: [note("Ada serves")],
    callerInterceptors: [note("Ada calls")],
  });
  const bob = new RpcPeerEndpoint({ transport: far, contracts: [serveEach(() => 2)] });
  bob.addCallerInterceptor(note("Bob calls"));
  bob.addInterceptor(note("Bob serves"));
  ada.start();
  bob.start();
  assertEquals(await ada.client(Box).one(1), 2);
  assertEquals(events.splice(0), ["Ada calls", "Bob serves"]);
  assertEquals(await bob.client(Box).one(1), 1);
  assertEquals(events, ["Bob calls", "Ada serves"]);
  assert(ada.health().isHealthy);
  await ada.close();
  await bob.close();
});

test("RpcPeerEndpoint counts a call once whose answer its socket refuses", async () => {
  const accepted: RpcWebSocketResponderTransport[] = [];
  const near = new RpcWebSocketCallerTransport(() => {
    const [a, b] = FakeSocket.pair();
    // The first of its sockets fails when the answer leaves.
    const send = a.send.bind(a);
    if (accepted.length === 0) {
      a.send = (data) => {
        if (data.length > 60_000) throw new Error("Socket is gone");
        send(data);
      };
    }
    accepted.push(new RpcWebSocketResponderTransport(b));
    queueMicrotask(() => {
      a.open();
      b.open();
    });
    return a;
  });
  let aborted = 0;
  const gate = createDeferred<void>();
  const Store = defineContract("Store", { read: unary<number, Uint8Array>() });
  const store = implement(Store, {
    async read(bytes, { signal }) {
      signal.addEventListener("abort", () => aborted++);
      await gate.promise;
      return new Uint8Array(bytes);
    },
  });
  await using peer = new RpcPeerEndpoint({ transport: near, contracts: [store] });
  peer.start();
  const read = async (bytes: number): Promise<number> => {
    const transport = accepted.at(-1);
    assert(transport !== undefined);
    const caller = new RpcCallerEndpoint({ transport });
    return (await caller.client(Store).read(bytes)).length;
  };
  await settle();
  const lost = assertRejects(read(70_000), RpcError);
  await settle();
  gate.resolve();
  // Its other end is never told: nobody is left to do so.
  await settle();
  await accepted[0]?.close();
  await lost;
  await near.reconnect();
  assertEquals(await read(1), 1);
  const drained = watch(peer.drain());
  await settle();
  assertEquals([drained.outcome.kind, aborted], ["done", 1]);
  await accepted[1]?.close();
});
