import { createDeferred } from "../../src/internal/deferred.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import type { RpcSource } from "../../src/sources/source.ts";
import { statusFromCloseCode } from "../../src/protocol/close_code.ts";
import type { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import {
  Box,
  callBox,
  collect,
  openSource,
  serveBox,
  serveEach,
  SHAPES,
  UP_SHAPES,
  watch,
} from "../support/box.ts";
import { CountedAbort } from "../support/counted_abort.ts";
import { testOn, testOnEach, withoutRejections } from "../support/endpoint_pair.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { statusFrame } from "../support/native_frames.ts";
import { connectToHand } from "../support/hand_driven.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

const encoded = messagePackCodec().encode("response");

testOnEach("OutgoingCall fails a call that need not begin, and sends nothing", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  const aborted = AbortSignal.abort("Left");
  for (const shape of SHAPES) {
    const sent = pair.sockets[0]?.sent.length;
    const cancelled = await assertStatus(
      callBox(client, shape, { signal: aborted }),
      RpcStatus.CANCELLED,
      "Left",
    );
    const late = await assertStatus(
      callBox(client, shape, { timeoutMs: 0 }),
      RpcStatus.DEADLINE_EXCEEDED,
    );
    const outer = { signal: aborted, timeoutMs: undefined };
    await assertStatus(callBox(client, shape, { parent: outer }), RpcStatus.CANCELLED);
    await assertRejects(callBox(client, shape, { timeoutMs: -1 }), RangeError, "timeoutMs is -1");
    assertEquals([cancelled.maybeExecuted, late.maybeExecuted], [false, false]);
    await pair.settle();
    assertEquals(pair.sockets[0]?.sent.length, sent);
  }
});

testOnEach("OutgoingCall lets go of a source that will never be read", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  for (const shape of UP_SHAPES) {
    let isCancelled = false;
    const requests = new ReadableStream<unknown>({
      cancel: () => {
        isCancelled = true;
      },
    });
    await assertStatus(
      callBox(client, shape, { requests, metadata: { "grpc-x": "1" } }),
      RpcStatus.INVALID_ARGUMENT,
    );
    assert(isCancelled);
  }
});

testOnEach("OutgoingCall refuses a source that is none through the call", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  for (const shape of UP_SHAPES) {
    // The types do not allow it.
    const requests = 5 as unknown as RpcSource<unknown>;
    await assertRejects(callBox(client, shape, { requests }), TypeError, "the source is number");
  }
  await pair.assertIdle();
});

testOnEach("OutgoingCall tells a refused call from one that may have run", async (links) => {
  const pair = await links.connect({ contracts: [] });
  const records = pair.records.length;
  for (const shape of SHAPES) {
    const call = watch(callBox(pair.caller.client(Box), shape));
    await pair.settle();
    assert(call.outcome.kind === "failed" && call.outcome.error instanceof RpcError);
    const { error } = call.outcome;
    assertEquals([error.code, error.maybeExecuted], [RpcStatus.UNIMPLEMENTED, false]);
    assert(/^Method Box\.\w+ is not registered$/.test(error.rawMessage));
    assertEquals(call.settled, 1);
  }
  const louder = pair.records.slice(records).filter(({ level }) => level !== "debug");
  assertEquals(louder, []);
  await pair.assertIdle();
});

testOnEach("OutgoingCall fails with UNAVAILABLE after a loss, and was not sent", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  pair.lose();
  await pair.settle();
  for (const shape of SHAPES) {
    const call = callBox(pair.caller.client(Box), shape);
    assertEquals((await assertStatus(call, RpcStatus.UNAVAILABLE)).maybeExecuted, false);
  }
});

testOnEach("OutgoingCall fails through the call after one's own close", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  await pair.caller.close();
  for (const shape of SHAPES) {
    // The call itself must not throw.
    const call = callBox(client, shape);
    assertEquals((await assertStatus(call, RpcStatus.FAILED_PRECONDITION)).maybeExecuted, false);
  }
  assertEquals(pair.near.openStreams, 0);
});

test("OutgoingCall reserves no id for a call that is not sent", async () => {
  const { endpoint, peer, close } = await connectToHand();
  const client = endpoint.client(Box);
  const signal = AbortSignal.abort();
  for (const shape of SHAPES) {
    await assertStatus(callBox(client, shape, { signal }), RpcStatus.CANCELLED);
    const wrong = callBox(client, shape, { metadata: { "content-type": "a" } });
    await assertStatus(wrong, RpcStatus.INVALID_ARGUMENT);
  }
  const call = client.one(1);
  await peer.send(statusFrame({ streamId: 1, message: encoded, messages: 1 }));
  assertEquals(await call, "response");
  assertEquals(peer.take().map(({ kind }) => kind), ["open"]);
  await close();
});

test("OutgoingCall knows that nothing was sent before the socket opened", async () => {
  const [socket] = FakeSocket.pair();
  const clock = new FakeClock();
  const transport = new RpcWebSocketCallerTransport(socket, { clock });
  const caller = new RpcCallerEndpoint({ transport, clock });
  const calls = SHAPES.map((shape) => callBox(caller.client(Box), shape));
  const settled = calls.map((call) => assertStatus(call, RpcStatus.UNAVAILABLE));
  socket.lose();
  for (const error of await Promise.all(settled)) assertEquals(error.maybeExecuted, false);
  await caller.close();
  assertEquals(clock.pending, 0);
});

test("OutgoingCall ends with the status that the close code means, code and reason in the text", async () => {
  await withoutRejections(async () => {
    const codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
    for (const code of [...codes, 3000, 4400, 4408, 4413, 4429, 4999]) {
      const { endpoint, peer, close } = await connectToHand();
      const client = endpoint.client(Box);
      const calls = SHAPES.map((shape) =>
        assertStatus(callBox(client, shape), statusFromCloseCode(code), `with code ${code}: Why`)
      );
      await settle();
      peer.close(code, "Why");
      for (const error of await Promise.all(calls)) assertEquals(error.maybeExecuted, true);
      await close();
    }
  });
});

testOnEach("OutgoingCall has no time limit but the one that is given", async (links) => {
  const pair = await links.connect({
    contracts: [serveEach(() => new Promise(() => {}))],
    deafHandlers: 8,
  });
  const client = pair.caller.client(Box);
  const without = SHAPES.map((shape) => watch(callBox(client, shape)));
  const long = SHAPES.map((shape) => watch(callBox(client, shape, { timeoutMs: 90_000 })));
  await pair.advance(89_999);
  const kinds = (calls: typeof long) => calls.map(({ outcome }) => outcome.kind);
  assertEquals([...kinds(without), ...kinds(long)], Array(8).fill("pending"));
  await pair.advance(1);
  assertEquals(kinds(long), Array(4).fill("failed"));
  await pair.advance(3_600_000);
  assertEquals(kinds(without), Array(4).fill("pending"));
  for (const { outcome } of long) {
    assert(outcome.kind === "failed" && outcome.error instanceof RpcError);
    assertEquals(outcome.error.code, RpcStatus.DEADLINE_EXCEEDED);
  }
});

test("OutgoingCall keeps its deadline against a silent server, and tells it", async () => {
  for (const shape of SHAPES) {
    const { endpoint, peer, clock, close } = await connectToHand();
    const call = callBox(endpoint.client(Box), shape, {
      timeoutMs: 250,
      requests: openSource(1),
    });
    const failed = assertStatus(call, RpcStatus.DEADLINE_EXCEEDED, "Deadline exceeded");
    await clock.advance(250);
    await failed;
    const frames = peer.take();
    const [open] = frames;
    assert(open?.kind === "open" && open.timeoutMs === 250);
    assertEquals(frames.at(-1), {
      kind: "cancel",
      streamId: 1,
      code: RpcStatus.DEADLINE_EXCEEDED,
      reason: "Deadline exceeded",
    });
    await close();
  }
});

test("OutgoingCall tells a cancel with its reason, and ignores what comes after", async () => {
  await withoutRejections(async () => {
    for (const shape of SHAPES) {
      const { endpoint, peer, records, close } = await connectToHand();
      const controller = new AbortController();
      const call = callBox(endpoint.client(Box), shape, {
        signal: controller.signal,
        requests: openSource(1),
      });
      const failed = assertStatus(call, RpcStatus.CANCELLED, "User left");
      await peer.send();
      peer.take();
      controller.abort("User left");
      assertEquals((await failed).maybeExecuted, true);
      await peer.send(statusFrame({ message: encoded, messages: 1 }));
      await peer.send(statusFrame());
      assertEquals(peer.take(), [
        { kind: "cancel", streamId: 1, code: RpcStatus.CANCELLED, reason: "User left" },
      ]);
      assertEquals(records.filter(({ level }) => level !== "debug"), []);
      await close();
    }
  });
});

testOnEach("OutgoingCall leaves no listener on a signal, however it ends", async (links) => {
  const gate = createDeferred<void>();
  const pair = await links.connect({
    contracts: [serveEach(async (context, request) => {
      const kind = context.metadata.get("x-kind");
      if (kind === "fail") throw new RpcError(RpcStatus.ABORTED, "Lost the race");
      if (kind === "wait") await gate.promise;
      return request instanceof Object ? 1 : request;
    })],
  });
  const client = pair.caller.client(Box);
  for (const shape of SHAPES) {
    for (const kind of ["ok", "fail", "wait"]) {
      const own = new CountedAbort();
      const outer = new CountedAbort();
      const call = watch(callBox(client, shape, {
        signal: own.signal,
        parent: { signal: outer.signal, timeoutMs: undefined },
        timeoutMs: 1000,
        metadata: { "x-kind": kind },
      }));
      assertEquals([own.listeners, outer.listeners], [1, 1]);
      await pair.settle();
      if (kind === "wait") own.abort();
      await pair.settle();
      assertEquals(call.outcome.kind, kind === "ok" ? "done" : "failed");
      assertEquals([own.listeners, outer.listeners, pair.clock.pending], [0, 0, 0]);
      own.abort();
    }
  }
  gate.resolve();
});

testOnEach("OutgoingCall ends with the outer call that it serves", async (links) => {
  const inner = await links.connect({
    contracts: [serveEach((context) =>
      new Promise((resolve) => {
        context.signal.addEventListener("abort", () => resolve(context.timeoutMs));
      })
    )],
  });
  const seen: unknown[] = [];
  const outer = await links.connect({
    contracts: [serveEach(async (context) => {
      try {
        return await callBox(inner.caller.client(Box), "unary", { parent: context });
      } catch (error) {
        seen.push(error);
        throw error;
      }
    })],
  });
  for (const shape of SHAPES) {
    const controller = new AbortController();
    const options = { signal: controller.signal, requests: openSource(1) };
    watch(callBox(outer.caller.client(Box), shape, options));
    await outer.settle();
    await inner.settle();
    assertEquals(inner.responder.runningHandlers, 1);
    controller.abort("User left");
    await outer.settle();
    await inner.settle();
    const error = seen.pop();
    assert(error instanceof RpcError && error.code === RpcStatus.CANCELLED);
    await inner.assertIdle();
    await outer.assertIdle();
  }
});

testOnEach("OutgoingCall inherits the deadline of the call that it serves", async (links) => {
  const given: (number | undefined)[] = [];
  const inner = await links.connect({
    contracts: [serveEach((context) => {
      given.push(context.timeoutMs);
      return 1;
    })],
  });
  const outer = await links.connect({
    contracts: [serveEach(async (context) => {
      const { one } = inner.caller.client(Box);
      await one(1, { parent: context });
      await one(1, { parent: context, timeoutMs: 100 });
      await one(1, { parent: context, timeoutMs: 10_000 });
      return await one(1);
    })],
  });
  await callBox(outer.caller.client(Box), "unary", { timeoutMs: 500 });
  assertEquals(given, [500, 100, 500, undefined]);
});

testOnEach("OutgoingCall fails when its source does, and tells the server", async (links) => {
  const fault = new RpcError(RpcStatus.ABORTED, "Disk is gone");
  const other = new Error("Secret");
  for (const [thrown, code] of [[fault, 10], [other, 1]] as const) {
    for (const shape of UP_SHAPES) {
      const ends: unknown[] = [];
      const pair = await links.connect({
        contracts: [serveEach(async (context, requests) => {
          // The request of these shapes is an iterable.
          for await (const request of requests as AsyncIterable<unknown>) ends.push(request);
          ends.push(context.isAborted);
        })],
      });
      const requests = (async function* () {
        yield 1;
        yield 2;
        throw thrown;
      })();
      const call = callBox(pair.caller.client(Box), shape, { requests });
      const error = await assertStatus(call, code);
      assert(error === fault || error.cause === other);
      assert(!error.message.includes("Secret"));
      await pair.assertIdle();
      assert(!ends.includes(false), "the handler saw a clean end");
      assertEquals(pair.complaints, []);
    }
  }
});

testOnEach("OutgoingCall lets go of a source that fails and stays open", async (links) => {
  for (const shape of UP_SHAPES) {
    let returns = 0;
    const requests: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error("Broken")),
        return: () => {
          returns++;
          return new Promise(() => {});
        },
      }),
    };
    const pair = await links.connect({
      contracts: [serveEach((_, given) => collect(given as AsyncIterable<unknown>))],
    });
    await assertStatus(callBox(pair.caller.client(Box), shape, { requests }), RpcStatus.CANCELLED);
    assertEquals(returns, 1);
    await pair.assertIdle();
  }
});

testOnEach("OutgoingCall stops its source when the server answers early", async (links) => {
  for (const shape of UP_SHAPES) {
    const pair = await links.connect({ contracts: [serveEach(() => "early")] });
    let pulled = 0;
    let isReturned = false;
    const requests = (async function* () {
      try {
        for (;;) yield await Promise.resolve("x".repeat(10_000) + pulled++);
      } finally {
        isReturned = true;
      }
    })();
    assertEquals(await callBox(pair.caller.client(Box), shape, { requests }), ["early"]);
    await pair.assertIdle();
    assert(isReturned && pulled < 5000, `pulled ${pulled}`);
    const next = callBox(pair.caller.client(Box), shape, { requests: [1] });
    assertEquals(await next, ["early"]);
  }
});

testOn("native wire", "OutgoingCall waits for the server when it uploads", async (links) => {
  const gate = createDeferred<void>();
  const pair = await links.connect({
    limits: { streamWindowBytes: 100_000 },
    contracts: [serveBox({
      up: async (requests) => {
        await gate.promise;
        return (await collect(requests)).length;
      },
    })],
  });
  let pulled = 0;
  const requests = (function* () {
    for (let at = 0; at < 200; at++) {
      pulled++;
      yield new Uint8Array(10_000);
    }
  })();
  const call = watch(pair.caller.client(Box).up(requests));
  await pair.settle();
  // What the window holds, one that waits, and one that overshot.
  assert(pulled >= 10 && pulled <= 12, `pulled ${pulled}`);
  gate.resolve();
  for (let turn = 0; turn < 50 && call.settled === 0; turn++) await pair.settle();
  assertEquals([pulled, call.outcome], [200, { kind: "done", value: 200 }]);
});

testOnEach("OutgoingCall bears callbacks that throw, at once and later", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  const onHeaders = (): never => {
    throw new Error("Callback");
  };
  const onTrailers = (): Promise<never> => Promise.reject(new Error("Callback"));
  for (const shape of SHAPES) {
    assertEquals(await callBox(client, shape, { onHeaders, onTrailers }), [1]);
  }
  await pair.settle();
  assertEquals(pair.complaints, SHAPES.flatMap(() => Array(2).fill("Callback of a call threw")));
});

testOnEach(
  "OutgoingCall notices a signal that aborts while the request is encoded",
  async (links) => {
    if (links.isZeroCopy) return;
    const pair = await links.connect({
      contracts: [serveEach(() => new Promise(() => {}))],
      deafHandlers: 2,
    });
    for (const shape of ["unary", "serverStream"] as const) {
      const controller = new AbortController();
      const request = {
        get text(): string {
          controller.abort("Changed my mind");
          return "text";
        },
      };
      const call = callBox(pair.caller.client(Box), shape, { signal: controller.signal, request });
      await assertStatus(call, RpcStatus.CANCELLED, "Changed my mind");
    }
  },
);

testOnEach("OutgoingCall cannot encode what its codec does not know", async (links) => {
  if (links.isZeroCopy) return;
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  const wrong = (): void => {};
  for (const shape of SHAPES) {
    const call = callBox(client, shape, { request: wrong });
    const error = await assertStatus(call, RpcStatus.INVALID_ARGUMENT, "Cannot encode request");
    assertEquals(error.maybeExecuted, shape === "clientStream" || shape === "bidirectional");
    // The words of the codec may quote the value.
    assert(error.cause instanceof TypeError && !error.message.includes(error.cause.message));
  }
  await pair.assertIdle();
});

testOnEach("OutgoingCall tells trailers once, also of a call that it gives up", async (links) => {
  const contracts = [serveEach(() => new Promise(() => {}))];
  const pair = await links.connect({ contracts, deafHandlers: 8 });
  const client = pair.caller.client(Box);
  for (const shape of SHAPES) {
    const told: string[] = [];
    const onTrailers = (trailers: RpcMetadata): void => void told.push(`${trailers.size}`);
    const controller = new AbortController();
    const cancelled = callBox(client, shape, { onTrailers, signal: controller.signal });
    const late = callBox(client, shape, { onTrailers, timeoutMs: 100 });
    const never = callBox(client, shape, { onTrailers, timeoutMs: 0 });
    await assertStatus(never, RpcStatus.DEADLINE_EXCEEDED);
    await pair.settle();
    controller.abort();
    await assertStatus(cancelled, RpcStatus.CANCELLED);
    assertEquals(told, ["0", "0"]);
    const failed = assertStatus(late, RpcStatus.DEADLINE_EXCEEDED);
    await pair.advance(100);
    await failed;
    assertEquals(told, ["0", "0", "0"]);
  }
});

testOnEach(
  "OutgoingCall may have run, whatever is known of the reason that ends it",
  async (links) => {
    const pair = await links.connect({
      contracts: [serveEach(() => new Promise(() => {}))],
      deafHandlers: 5,
    });
    const client = pair.caller.client(Box);
    const unsent = new RpcError(RpcStatus.UNAVAILABLE, "Not sent", {
      maybeExecuted: false,
      details: [{ type: "google.rpc.RetryInfo", retryDelayMs: 5 }],
    });
    for (const shape of SHAPES) {
      const controller = new AbortController();
      const call = callBox(client, shape, { signal: controller.signal });
      await pair.settle();
      controller.abort(unsent);
      const error = await assertStatus(call, RpcStatus.UNAVAILABLE, "Not sent");
      assertEquals([error.maybeExecuted, error.details, error.cause], [
        true,
        unsent.details,
        unsent,
      ]);
    }
    const failing = async function* (): AsyncGenerator<unknown> {
      yield 1;
      throw unsent;
    };
    const error = await assertStatus(client.up(failing()), RpcStatus.UNAVAILABLE);
    assert(error.maybeExecuted);
  },
);

testOnEach("OutgoingCall is not opened with a signal that is none", async (links) => {
  const pair = await links.connect({ contracts: [serveEach(() => 1)] });
  const client = pair.caller.client(Box);
  for (const wrong of [new AbortController(), null, "signal"]) {
    for (const shape of SHAPES) {
      // The types do not allow it.
      const signal = wrong as unknown as AbortSignal;
      const call = callBox(client, shape, { signal });
      await assertRejects(call, TypeError, `Cannot call: signal is ${typeof wrong}`);
    }
  }
  await pair.assertIdle();
});
