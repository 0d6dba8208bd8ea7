import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcStatus, type RpcStatusCode } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
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
import type { RpcResponseStream } from "../../src/contracts/response_stream.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { clientStream, unary } from "../../src/contracts/shapes.ts";
import type { StandardSchemaV1 } from "../../src/contracts/standard_schema.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { testOn, testOnEach } from "../support/endpoint_pair.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { serveToHand } from "../support/hand_driven.ts";
import { openFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

const SECRET = "SELECT password FROM users";

testOnEach("ServedCall hides what a handler throws, but tells its own side", async (links) => {
  const seen: [unknown, string][] = [];
  const thrown: readonly unknown[] = [new TypeError(SECRET), SECRET, { secret: SECRET }, undefined];
  for (const value of thrown) {
    const pair = await links.connect({
      contracts: [serveEach(() => {
        throw value;
      })],
      responder: { onHandlerError: (error, { path }) => void seen.push([error, path]) },
    });
    for (const shape of SHAPES) {
      const error = await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.INTERNAL);
      assertEquals(error.rawMessage, "Internal server error");
      assertEquals([error.details, error.trailers.size, error.maybeExecuted], [[], 0, true]);
      const [given, path] = seen.pop() ?? [];
      assertEquals([given, seen.length], [value, 0]);
      assert(path?.startsWith("/Box/"));
    }
    assert(!JSON.stringify(pair.records).includes("password"), "the log holds a secret");
    assertEquals(pair.complaints, SHAPES.map(() => "Handler failed"));
    await pair.assertIdle();
  }
});

testOnEach("ServedCall sends an RpcError of a handler as it is", async (links) => {
  const details = [
    { type: "google.rpc.ErrorInfo", reason: "SOLD_OUT", domain: "shop", metadata: { sku: "7" } },
  ] as const;
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      context.setTrailer("x-cost", "1");
      context.setTrailer("x-both", "of the context");
      throw new RpcError(RpcStatus.NOT_FOUND, "No such room", {
        details,
        trailers: RpcMetadata.from({ "x-hint": "lobby", "x-both": "of the error" }),
        cause: new Error(SECRET),
      });
    })],
  });
  for (const shape of SHAPES) {
    const error = await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.NOT_FOUND);
    assertEquals(error.rawMessage, "No such room");
    assertEquals(error.details, details);
    assertEquals([...error.trailers], [
      ["x-cost", "1"],
      ["x-hint", "lobby"],
      ["x-both", "of the error"],
    ]);
    assert(!JSON.stringify(error.cause ?? "").includes("password"));
  }
  assertEquals(pair.complaints, []);
});

testOnEach("ServedCall keeps every status code that a handler gives", async (links) => {
  const pair = await links.connect({
    contracts: [serveBox({
      one: (code) => {
        // The test sends codes.
        throw new RpcError(code as RpcStatusCode, `Code ${code}`);
      },
    })],
  });
  for (const code of Object.values(RpcStatus)) {
    if (code !== RpcStatus.OK) {
      await assertStatus(pair.caller.client(Box).one(code), code, `Code ${code}`);
    }
  }
});

testOnEach("ServedCall says that a handler ran, whatever error it hands on", async (links) => {
  const pair = await links.connect({
    contracts: [serveEach(() => {
      throw new RpcError(RpcStatus.UNAVAILABLE, "Store is away", { maybeExecuted: false });
    })],
  });
  for (const shape of SHAPES) {
    const call = callBox(pair.caller.client(Box), shape);
    const error = await assertStatus(call, RpcStatus.UNAVAILABLE);
    assertEquals(error.maybeExecuted, true);
  }
});

testOnEach("ServedCall bears a hook that throws, at once or later", async (links) => {
  const hooks = [
    (): never => {
      throw new Error("Hook");
    },
    (): Promise<never> => Promise.reject(new Error("Hook")),
  ];
  for (const onHandlerError of hooks) {
    const pair = await links.connect({
      contracts: [serveEach(() => {
        throw new Error("Handler");
      })],
      responder: { onHandlerError },
    });
    for (const shape of SHAPES) {
      await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.INTERNAL);
    }
    await pair.assertIdle();
    const faults = pair.complaints.filter((text) => text.startsWith("Hook for errors"));
    assertEquals(faults.length, SHAPES.length);
  }
});

testOnEach("ServedCall tells an error of any length and script", async (links) => {
  const pair = await links.connect({
    contracts: [serveBox({
      one: (text) => {
        throw new RpcError(RpcStatus.ABORTED, String(text));
      },
    })],
  });
  const { one } = pair.caller.client(Box);
  for (const text of ["Нет такого", "100% sure\n", "✅"]) {
    assertEquals((await assertStatus(one(text), RpcStatus.ABORTED)).rawMessage, text);
  }
  const long = await assertStatus(one("x".repeat(1_000_000)), RpcStatus.ABORTED);
  assert(long.rawMessage.startsWith("xxxx"));
  await pair.assertIdle();
});

testOnEach("ServedCall tells an error without the details that cannot be sent", async (links) => {
  const broken: RpcError["details"][0][] = [
    { type: "acme.Big", value: new Uint8Array(100_000) },
    // Programs without types can get these wrong.
    { type: "acme.Wrong", value: "text" } as never,
    { type: "google.rpc.RetryInfo" } as never,
    { type: "google.rpc.BadRequest", fieldViolations: null } as never,
    null as never,
  ];
  for (const detail of broken) {
    const pair = await links.connect({
      contracts: [serveEach(() => {
        throw new RpcError(RpcStatus.ABORTED, "Lost the race", { details: [detail] });
      })],
    });
    for (const shape of SHAPES) {
      await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.ABORTED, "Lost the");
    }
    await pair.assertIdle();
  }
});

testOnEach("ServedCall ends with its failure when trailers are beyond a limit", async (links) => {
  const pair = await links.connect({
    farLimits: { maxHeaders: 2 },
    contracts: [serveEach((context, request) => {
      if (request === "throw") {
        const trailers = RpcMetadata.from({ "x-a": "1", "x-b": "1", "x-c": "1" });
        throw new RpcError(RpcStatus.ABORTED, "Lost the race", { trailers });
      }
      for (const name of ["a", "b", "c"]) context.setTrailer(`x-${name}`, "1");
      return 1;
    })],
  });
  for (const shape of SHAPES) {
    await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.RESOURCE_EXHAUSTED);
  }
  await assertStatus(callBox(pair.caller.client(Box), "unary", { request: "throw" }), 10);
  await pair.assertIdle();
});

testOnEach("ServedCall aborts the handler's signal when the deadline passes", async (links) => {
  for (const shape of SHAPES) {
    const contexts: RpcHandlerContext[] = [];
    const pair = await links.connect({
      contracts: [serveEach(async (context) => {
        contexts.push(context);
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        throw context.signal.reason;
      })],
    });
    const call = watch(
      callBox(pair.caller.client(Box), shape, { timeoutMs: 500, requests: openSource(1) }),
    );
    await pair.settle();
    // Only the server's time passes: it keeps the deadline by itself.
    await pair.farClock.advance(499);
    assertEquals([contexts[0]?.timeoutMs, call.outcome.kind], [1, "pending"]);
    await pair.farClock.advance(1);
    await pair.settle();
    const reason: unknown = contexts[0]?.signal.reason;
    assert(reason instanceof RpcError && reason.code === RpcStatus.DEADLINE_EXCEEDED);
    assert(call.outcome.kind === "failed" && call.outcome.error instanceof RpcError);
    assertEquals(call.outcome.error.code, RpcStatus.DEADLINE_EXCEEDED);
    assertEquals(call.outcome.error.rawMessage, "Deadline exceeded");
    await pair.assertIdle();
    assertEquals(pair.complaints, []);
  }
});

testOnEach("ServedCall leaves a deaf handler alone, but counts it until it ends", async (links) => {
  for (const shape of SHAPES) {
    const gate = createDeferred<void>();
    const pair = await links.connect({ contracts: [serveEach(() => gate.promise)] });
    const call = watch(callBox(pair.caller.client(Box), shape, { timeoutMs: 500 }));
    await pair.settle();
    await pair.advance(500);
    assertEquals(call.outcome.kind, "failed");
    assertEquals([pair.near.openStreams, pair.far.openStreams], [0, 0]);
    assertEquals([pair.responder.activeCalls, pair.responder.runningHandlers], [0, 1]);
    gate.resolve();
    await pair.assertIdle();
  }
});

testOnEach("ServedCall reports what a handler throws after its call has ended", async (links) => {
  const seen: unknown[] = [];
  const late = new Error("Clean-up failed");
  for (const thrown of [late, new RpcError(RpcStatus.ABORTED, "Own"), AbortSignal.abort().reason]) {
    const gate = createDeferred<void>();
    const pair = await links.connect({
      contracts: [serveEach(async () => {
        await gate.promise;
        throw thrown;
      })],
      responder: { onHandlerError: (error) => void seen.push(error) },
    });
    for (const shape of SHAPES) watch(callBox(pair.caller.client(Box), shape, { timeoutMs: 1 }));
    await pair.settle();
    await pair.advance(1);
    gate.resolve();
    await pair.assertIdle();
  }
  // An error of this library only hands on that the call has ended.
  assertEquals(seen, SHAPES.map(() => late));
});

testOnEach("ServedCall tightens the deadline, and never extends the caller's", async (links) => {
  const pair = await links.connect({
    contracts: [serveEach(async (context, request) => {
      context.tightenTimeout(request === "late" ? 5000 : 200);
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    })],
  });
  const call = (timeoutMs?: number, request = "early") =>
    watch(callBox(pair.caller.client(Box), "unary", { timeoutMs, request }));
  const without = call();
  const tightened = call(1000);
  const kept = call(1000, "late");
  await pair.settle();
  await pair.farClock.advance(199);
  await pair.settle();
  assertEquals([without, tightened].map(({ outcome }) => outcome.kind), ["pending", "pending"]);
  await pair.farClock.advance(1);
  await pair.settle();
  assertEquals([without, tightened, kept].map(({ outcome }) => outcome.kind), [
    "failed",
    "failed",
    "pending",
  ]);
  await pair.farClock.advance(800);
  await pair.settle();
  assertEquals(kept.outcome.kind, "failed");
});

testOnEach("ServedCall tells its handler why the caller gave up", async (links) => {
  for (const shape of SHAPES) {
    const reasons: unknown[] = [];
    const pair = await links.connect({
      contracts: [
        serveEach((context) =>
          new Promise((resolve) =>
            context.signal.addEventListener("abort", () => {
              reasons.push(context.signal.reason);
              assert(context.isAborted);
              resolve(0);
            })
          )
        ),
      ],
    });
    const controller = new AbortController();
    const { signal } = controller;
    const call = watch(
      callBox(pair.caller.client(Box), shape, { signal, requests: openSource(1) }),
    );
    await pair.settle();
    assertEquals(pair.responder.runningHandlers, 1);
    controller.abort("User left");
    await pair.settle();
    const [reason] = reasons;
    assert(reason instanceof RpcError && reasons.length === 1);
    assertEquals([reason.code, reason.rawMessage], [RpcStatus.CANCELLED, "User left"]);
    assertEquals([call.outcome.kind, call.settled], ["failed", 1]);
    await pair.assertIdle();
    assertEquals(pair.complaints, []);
  }
});

testOnEach("ServedCall tells its handler of a lost connection, on every shape", async (links) => {
  for (const shape of SHAPES) {
    const reasons: unknown[] = [];
    const pair = await links.connect({
      contracts: [
        serveEach((context) =>
          new Promise((resolve) =>
            context.signal.addEventListener("abort", () => {
              reasons.push(context.signal.reason);
              resolve(0);
            })
          )
        ),
      ],
    });
    const call = callBox(pair.caller.client(Box), shape, { requests: openSource(1) });
    const watched = watch(call);
    await pair.settle();
    pair.lose();
    await pair.settle();
    const error = await assertStatus(call, RpcStatus.UNAVAILABLE);
    assertEquals([error.maybeExecuted, watched.settled], [true, 1]);
    const [reason] = reasons;
    assert(reason instanceof RpcError && reason.code === RpcStatus.UNAVAILABLE);
    await pair.assertIdle();
  }
});

testOnEach("ServedCall does not abort the signal of a call that went well", async (links) => {
  const signals: AbortSignal[] = [];
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      signals.push(context.signal);
      return 1;
    })],
  });
  for (const shape of SHAPES) await callBox(pair.caller.client(Box), shape, { timeoutMs: 50 });
  await pair.advance(100);
  pair.lose();
  await pair.settle();
  assertEquals(signals.map(({ aborted }) => aborted), [false, false, false, false]);
});

testOnEach("ServedCall never passes a cut upload off for a whole one", async (links) => {
  for (const shape of UP_SHAPES) {
    const gate = createDeferred<void>();
    const read: unknown[] = [];
    let ending = "none";
    const take = async (requests: AsyncIterable<unknown>): Promise<void> => {
      try {
        for await (const request of requests) {
          read.push(request);
          await gate.promise;
        }
        ending = "whole";
      } catch (error) {
        ending = error instanceof Error ? error.message : "other";
      }
    };
    const pair = await links.connect({
      contracts: [serveBox({
        up: take,
        both: async function* (requests) {
          await take(requests);
          yield 0;
        },
      })],
    });
    const controller = new AbortController();
    const { signal } = controller;
    watch(callBox(pair.caller.client(Box), shape, { signal, requests: [1, 2, 3] }));
    await pair.settle();
    // All three requests and their end are there by now.
    assertEquals(read, [1]);
    controller.abort();
    await pair.settle();
    gate.resolve();
    await pair.settle();
    assertEquals([read, ending], [[1], "[CANCELLED] Call was cancelled"]);
    await pair.assertIdle();
  }
});

testOnEach("ServedCall holds the limit of handlers, whenever they are to start", async (links) => {
  const gates: (() => void)[] = [];
  const pair = await links.connect({
    farLimits: { maxHandlers: 2 },
    contracts: [serveEach(() => new Promise<void>((resolve) => void gates.push(resolve)))],
  });
  const client = pair.caller.client(Box);
  const running = SHAPES.slice(0, 2).map((shape) => watch(callBox(client, shape)));
  await pair.settle();
  for (const shape of SHAPES) {
    const error = await assertStatus(callBox(client, shape), RpcStatus.RESOURCE_EXHAUSTED);
    assertEquals(error.rawMessage, "Too many concurrent handlers (max: 2)");
    assertEquals(error.details, [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }]);
    assertEquals(error.maybeExecuted, false);
  }
  assertEquals(gates.length, 2);
  for (const open of gates) open();
  await pair.settle();
  assertEquals(running.map(({ outcome }) => outcome.kind), ["done", "done"]);
  const next = watch(callBox(client, "unary"));
  await pair.settle();
  gates.at(-1)?.();
  await pair.settle();
  assertEquals(next.outcome.kind, "done");
});

const encoded = messagePackCodec().encode("request");
const request = {
  kind: "message",
  streamId: 1,
  message: encoded,
  more: false,
  compressed: false,
} as const;

test("ServedCall refuses a call that needs a request and ends without one", async () => {
  for (const path of ["/Box/one", "/Box/down"]) {
    for (const isLate of [false, true]) {
      const { endpoint, peer, clock, close } = await serveToHand({
        contracts: [serveEach(() => 1)],
      });
      if (isLate) {
        await peer.send(openFrame({ path }));
        assertEquals(clock.pending, 1);
        await peer.send({ kind: "halfClose", streamId: 1, messages: 0 });
      } else await peer.send(openFrame({ path, end: true }));
      const frames = peer.take();
      const [status] = frames;
      assert(status?.kind === "status" && frames.length === 1);
      assertEquals([status.code, status.maybeExecuted], [RpcStatus.INVALID_ARGUMENT, false]);
      assertEquals(status.text, `Request stream closed without payload for ${path}`);
      assertEquals([endpoint.activeCalls, endpoint.runningHandlers, clock.pending], [0, 0, 0]);
      await close();
    }
  }
});

test("ServedCall runs when the request comes after the opening", async () => {
  for (const path of ["/Box/one", "/Box/down"]) {
    const { endpoint, peer, clock, close } = await serveToHand({
      contracts: [serveEach((_, given) => given)],
    });
    await peer.send(openFrame({ path }));
    assertEquals([endpoint.activeCalls, endpoint.runningHandlers], [1, 0]);
    await peer.send(request, { kind: "halfClose", streamId: 1, messages: 1 });
    const status = peer.take().at(-1);
    assert(status?.kind === "status" && status.code === RpcStatus.OK);
    assertEquals(clock.pending, 0);
    await close();
  }
});

test("ServedCall fails a call with more than one request", async () => {
  for (const path of ["/Box/one", "/Box/down"]) {
    let runs = 0;
    const { endpoint, peer, close } = await serveToHand({
      contracts: [serveEach((context) => {
        runs++;
        return new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      })],
    });
    await peer.send(openFrame({ path }), request, request);
    const frames = peer.take();
    const [status] = frames;
    assert(status?.kind === "status" && frames.length === 1);
    assertEquals([status.code, status.text], [
      RpcStatus.INTERNAL,
      "More than one request on a call that carries one",
    ]);
    assertEquals([runs, endpoint.runningHandlers], [1, 0]);
    await close();
  }
});

test("ServedCall ends a half-open stream after its time, and charges no handler", async () => {
  for (const path of ["/Box/one", "/Box/down"]) {
    const { endpoint, peer, clock, close } = await serveToHand({
      limits: { halfOpenTimeoutMs: 5000, maxHandlers: 1 },
      contracts: [serveEach(() => 1)],
    });
    for (const streamId of [1, 3, 5]) await peer.send(openFrame({ path, streamId }));
    await clock.advance(4999);
    assertEquals([peer.take(), endpoint.activeCalls, endpoint.runningHandlers], [[], 3, 0]);
    await clock.advance(1);
    const frames = peer.take();
    assertEquals(frames.length, 3);
    for (const status of frames) {
      assert(status.kind === "status" && status.code === RpcStatus.DEADLINE_EXCEEDED);
      assertEquals(status.maybeExecuted, false);
      assertEquals(status.text, "Stream was half-open for 5000 ms without a request message");
    }
    await peer.send({ ...request, streamId: 1 });
    assertEquals([peer.take(), endpoint.activeCalls], [[], 0]);
    await close();
  }
});

test("ServedCall does not time out a call that waits for no request", async () => {
  const { endpoint, peer, clock, close } = await serveToHand({
    limits: { halfOpenTimeoutMs: 5000 },
    contracts: [
      serveEach((context) =>
        new Promise((resolve) => context.signal.addEventListener("abort", resolve))
      ),
    ],
  });
  await peer.send(openFrame({ path: "/Box/up" }), openFrame({ path: "/Box/both", streamId: 3 }));
  await peer.send(openFrame({ path: "/Box/one", streamId: 5, message: encoded, end: true }));
  await clock.advance(1_000_000);
  assertEquals([peer.take(), endpoint.runningHandlers], [[], 3]);
  await close();
});

test("ServedCall holds the limit of handlers against requests that come late", async () => {
  const { endpoint, peer, close } = await serveToHand({
    limits: { maxHandlers: 3 },
    contracts: [
      serveEach((context) =>
        new Promise((resolve) => context.signal.addEventListener("abort", resolve))
      ),
    ],
  });
  const ids = Array.from({ length: 30 }, (_, at) => 2 * at + 1);
  for (const streamId of ids) await peer.send(openFrame({ path: "/Box/one", streamId }));
  await peer.send(...ids.map((streamId) => ({ ...request, streamId })));
  assertEquals(endpoint.runningHandlers, 3);
  const frames = peer.take();
  assertEquals(frames.length, 27);
  for (const status of frames) {
    assert(status.kind === "status" && status.code === RpcStatus.RESOURCE_EXHAUSTED);
    assertEquals(status.maybeExecuted, false);
  }
  await peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  assertEquals(endpoint.runningHandlers, 2);
  await close();
});

test("ServedCall takes a cancel with any code", async () => {
  const reasons: unknown[] = [];
  const { peer, close } = await serveToHand({
    contracts: [
      serveEach((context) =>
        new Promise((resolve) =>
          context.signal.addEventListener("abort", () => {
            reasons.push(context.signal.reason);
            resolve(1);
          })
        )
      ),
    ],
  });
  for (const [at, code] of [0, 1, 4, 13, 99].entries()) {
    const streamId = 2 * at + 1;
    await peer.send(
      openFrame({ path: "/Box/one", streamId, message: encoded, end: true }),
      { kind: "cancel", streamId, code, reason: "Why" },
    );
  }
  assertEquals(peer.take(), []);
  assertEquals(reasons.map((reason) => reason instanceof RpcError ? reason.code : reason), [
    RpcStatus.CANCELLED,
    RpcStatus.CANCELLED,
    RpcStatus.DEADLINE_EXCEEDED,
    RpcStatus.INTERNAL,
    RpcStatus.UNKNOWN,
  ]);
  await close();
});

test("ServedCall ends a call whose requests were lost with DATA_LOSS", async () => {
  let ending: unknown;
  const { endpoint, peer, close } = await serveToHand({
    contracts: [serveBox({
      up: async (requests) => {
        try {
          for await (const _ of requests);
        } catch (error) {
          ending = error;
        }
      },
    })],
  });
  await peer.send(openFrame({ path: "/Box/up" }), request);
  await peer.send({ kind: "halfClose", streamId: 1, messages: 2 });
  const [status] = peer.take();
  assert(status?.kind === "status" && status.code === RpcStatus.DATA_LOSS);
  assert(ending instanceof RpcError && ending.code === RpcStatus.DATA_LOSS);
  assertEquals(endpoint.activeCalls, 0);
  await close();
});

test("ServedCall answers nothing, and runs nothing again, for frames that come late", async () => {
  let runs = 0;
  const { endpoint, peer, close } = await serveToHand({
    contracts: [serveEach(() => ++runs)],
  });
  const opening = openFrame({ path: "/Box/up", message: encoded });
  await peer.send(opening);
  assertEquals(peer.take().map(({ kind }) => kind), ["status"]);
  await peer.send(request, request, { kind: "halfClose", streamId: 1, messages: 3 });
  await peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  assertEquals([peer.take(), runs, endpoint.activeCalls], [[], 1, 0]);
  await peer.send({ ...opening, streamId: 3 });
  assertEquals([peer.take().length, runs], [1, 2]);
  await close();
});

testOnEach("ServedCall lets calls made inside go on when it is answered", async (links) => {
  for (const isAnswered of [true, false]) {
    const far = await links.connect({
      contracts: [serveBox({ down: () => new ReadableStream() })],
    });
    let inner: RpcResponseStream<unknown> | undefined;
    const near = await links.connect({
      contracts: [serveBox({
        one: (_, parent) => {
          inner = far.caller.client(Box).down(0, { parent });
          return isAnswered ? "done" : new Promise(() => {});
        },
      })],
      deafHandlers: isAnswered ? 0 : 1,
    });
    const own = new AbortController();
    const call = watch(near.caller.client(Box).one(0, { signal: own.signal }));
    await near.settle();
    own.abort();
    await near.settle();
    assertEquals(call.outcome.kind, isAnswered ? "done" : "failed");
    assertEquals(far.caller.activeCalls, isAnswered ? 1 : 0);
    inner?.cancel();
  }
});

testOnEach("ServedCall lets a handler set headers after the deadline in vain", async (links) => {
  for (const shape of SHAPES) {
    const gate = createDeferred<void>();
    const pair = await links.connect({
      contracts: [serveEach(async (context) => {
        await gate.promise;
        context.setHeader("x-late", "1");
        context.setTrailer("x-late", "1");
      })],
    });
    const call = watch(callBox(pair.caller.client(Box), shape, { timeoutMs: 50 }));
    await pair.settle();
    await pair.farClock.advance(50);
    await pair.settle();
    assertEquals(call.outcome.kind, "failed");
    gate.resolve();
    await pair.assertIdle();
    assertEquals(pair.complaints, []);
  }
});

testOn("native wire", "ServedCall sends headers without an answer", async (links) => {
  const pair = await links.connect({
    limits: { maxMessageBytes: 10_000 },
    farLimits: {},
    contracts: [serveEach((context) => {
      context.setHeader("x-h", "1");
      context.setTrailer("x-t", "2");
      return new Uint8Array(11_000);
    })],
  });
  for (const shape of SHAPES) {
    const seen: unknown[] = [];
    const call = callBox(pair.caller.client(Box), shape, {
      onHeaders: (headers) => void seen.push(headers.get("x-h")),
      onTrailers: (trailers) => void seen.push(trailers.get("x-t")),
    });
    await assertStatus(call, RpcStatus.RESOURCE_EXHAUSTED, "11");
    assertEquals(seen, ["1", "2"], shape);
  }
  await pair.assertIdle();
});

testOnEach("ServedCall reports a request schema that throws, and no bad request", async (links) => {
  const fault = new TypeError(SECRET);
  const schemas: readonly StandardSchemaV1["~standard"]["validate"][] = [
    () => {
      throw fault;
    },
    () => Promise.reject(fault),
    () => ({ issues: [{ message: "Too short" }] }),
  ];
  for (const [at, validate] of schemas.entries()) {
    const request: StandardSchemaV1 = { "~standard": { version: 1, vendor: "test", validate } };
    const Checked = defineContract("Checked", {
      one: unary({ request }),
      up: clientStream({ request }),
    });
    const seen: unknown[] = [];
    const pair = await links.connect({
      contracts: [
        implement(Checked, { one: () => 1, up: async (values) => (await collect(values)).length }),
      ],
      responder: { onHandlerError: (error) => void seen.push(error) },
    });
    const client = pair.caller.client(Checked);
    const isFault = at < 2;
    const code = isFault ? RpcStatus.INTERNAL : RpcStatus.INVALID_ARGUMENT;
    for (const call of [client.one(1), client.up([1])]) await assertStatus(call, code);
    await pair.assertIdle();
    const causes = seen.map((error) => error instanceof RpcError ? error.cause : error);
    assertEquals(causes, isFault ? [fault, fault] : []);
    assertEquals(pair.complaints, causes.map(() => "Handler failed"));
  }
});
