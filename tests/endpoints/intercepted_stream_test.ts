import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import type { RpcResponseStream } from "../../src/contracts/response_stream.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { InterceptedStream } from "../../src/endpoints/intercepted_stream.ts";
import type { RpcCallerInterceptor } from "../../src/endpoints/interceptor.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import { Box, collect, openSource, serveBox, watch } from "../support/box.ts";
import { testOnEach, withoutRejections } from "../support/endpoint_pair.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

function streamOf(wrap: InterceptedStream | (() => AsyncIterable<unknown>)): {
  stream: InterceptedStream;
  ends: unknown[];
} {
  const ends: unknown[] = [];
  const stream = wrap instanceof InterceptedStream
    ? wrap
    : new InterceptedStream({ wrap, onEnd: (error) => void ends.push(error) });
  return { stream, ends };
}

async function* numbers(): AsyncGenerator<number> {
  yield await Promise.resolve(1);
  yield 2;
}

/** A handler that answers nothing until its call has ended. */
async function* silent(_: unknown, context: RpcHandlerContext): AsyncGenerator<unknown> {
  await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  yield "late";
}

const passing: RpcCallerInterceptor = {
  serverStream: async function* (_call, request, next) {
    yield* next(request);
  },
  bidirectional: async function* (_call, requests, next) {
    yield* next(requests);
  },
};

test("InterceptedStream gives what the interceptor does, and then the end", async () => {
  const { stream, ends } = streamOf(numbers);
  assertEquals(await collect(stream), [1, 2]);
  assertEquals(ends, [undefined]);
  assertEquals(await stream.next(), { done: true, value: undefined });
  // No call was made, so there are none.
  assertEquals([(await stream.headers).size, (await stream.trailers).size], [0, 0]);
});

test("InterceptedStream tells an error once, after what came before", async () => {
  const { stream, ends } = streamOf(async function* () {
    yield* numbers();
    throw new RangeError("Broken");
  });
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const value of stream) seen.push(value);
  })();
  const error = await assertRejects(reading, RangeError, "Broken");
  assertEquals([seen, ends], [[1, 2], [error]]);
  assertEquals(await stream.next(), { done: true, value: undefined });
  await assertRejects(stream.headers, RangeError, "Broken");
  await assertRejects(stream.trailers, RangeError, "Broken");
});

test("InterceptedStream fails where the interceptor throws or returns no iterable", async () => {
  await withoutRejections(async () => {
    const wrong: readonly (() => AsyncIterable<unknown>)[] = [
      () => {
        throw new TypeError("Broken");
      },
      // The types do not allow it.
      () => undefined as unknown as AsyncIterable<unknown>,
      () => 5 as unknown as AsyncIterable<unknown>,
    ];
    for (const wrap of wrong) {
      const { stream, ends } = streamOf(wrap);
      assertEquals(ends.length, 1);
      await assertRejects(collect(stream), TypeError);
      // Nobody looks at this one.
      streamOf(wrap);
    }
  });
});

test("InterceptedStream answers everyone who reads at once, in order", async () => {
  const { stream } = streamOf(numbers);
  const reads = [stream.next(), stream.next(), stream.next(), stream.next()];
  const results = await Promise.all(reads);
  assertEquals(results.map(({ value }) => value), [1, 2, undefined, undefined]);
});

test("InterceptedStream tells its end to everyone who reads at once", async () => {
  const end = { kind: "done", value: { done: true, value: undefined } } as const;
  for (const isCancel of [true, false]) {
    const { stream } = streamOf(() => openSource());
    const reads = [stream.next(), stream.next(), stream.next()].map(watch);
    await settle();
    if (isCancel) stream.cancel("Enough");
    else await stream.return();
    await settle();
    const [first, ...others] = reads.map(({ outcome }) => outcome);
    assertEquals([first?.kind, others], [isCancel ? "failed" : "done", [end, end]]);
  }
});

test("InterceptedStream.cancel() does not wait for an interceptor that is parked", async () => {
  await withoutRejections(async () => {
    const { stream, ends } = streamOf(() => openSource());
    const read = watch(stream.next());
    await settle();
    stream.cancel("Enough");
    stream.cancel("Twice");
    await settle();
    assert(read.outcome.kind === "failed");
    await assertStatus(Promise.reject(read.outcome.error), RpcStatus.CANCELLED, "Enough");
    assertEquals([ends.length, await stream.next()], [1, { done: true, value: undefined }]);
  });
});

test("InterceptedStream.cancel() drops a response that waits, and then tells", async () => {
  const { stream } = streamOf(numbers);
  await settle();
  stream.cancel();
  await assertStatus(collect(stream), RpcStatus.CANCELLED, "Call was cancelled");
  assertEquals(await collect(stream), []);
});

test("InterceptedStream.cancel() after the end changes nothing", async () => {
  const { stream, ends } = streamOf(numbers);
  assertEquals(await collect(stream), [1, 2]);
  stream.cancel();
  await stream[Symbol.asyncDispose]();
  assertEquals([await collect(stream), ends], [[], [undefined]]);
});

test("InterceptedStream.return() waits for the clean-up of an interceptor that rests", async () => {
  const gate = createDeferred<void>();
  const { stream } = streamOf(async function* () {
    try {
      yield* numbers();
    } finally {
      await gate.promise;
    }
  });
  assertEquals((await stream.next()).value, 1);
  const returned = watch(stream.return());
  await settle();
  assertEquals(returned.outcome.kind, "pending");
  gate.resolve();
  await settle();
  assertEquals(returned.outcome.kind, "done");
});

test("InterceptedStream.return() ends a read that is pending without an error", async () => {
  const { stream, ends } = streamOf(() => openSource());
  const read = watch(stream.next());
  await stream.return();
  await settle();
  assertEquals(read.outcome, { kind: "done", value: { done: true, value: undefined } });
  assert(ends[0] instanceof RpcError && ends.length === 1);
});

test("InterceptedStream.toReadableStream() gives responses and tells a cancel", async () => {
  assertEquals(await collect(streamOf(numbers).stream.toReadableStream()), [1, 2]);
  const { stream, ends } = streamOf(() => openSource(1));
  const reader = stream.toReadableStream().getReader();
  assertEquals((await reader.read()).value, 1);
  await reader.cancel();
  assertEquals(ends.length, 1);
});

testOnEach(
  "InterceptedStream begins its call at once, although the interceptor is a generator",
  async (links) => {
    let runs = 0;
    const pair = await links.connect({
      caller: { interceptors: [passing] },
      contracts: [serveBox({
        down: function* (_, context) {
          runs++;
          context.setHeader("x-h", "1");
          context.setTrailer("x-t", "2");
          yield 1;
        },
      })],
    });
    const stream = pair.caller.client(Box).down(0);
    assertEquals((await stream.headers).get("x-h"), "1");
    assertEquals(runs, 1);
    assertEquals(await collect(stream), [1]);
    assertEquals((await stream.trailers).get("x-t"), "2");
  },
);

const ways: readonly [string, (stream: RpcResponseStream<unknown>) => Promise<void>][] = [
  ["break", async (stream) => {
    for await (const _ of stream) break;
  }],
  ["dispose", async (stream) => await stream[Symbol.asyncDispose]()],
  ["cancel()", (stream) => {
    stream.cancel();
    return Promise.resolve();
  }],
  ["cancel() of the ReadableStream", async (stream) => await stream.toReadableStream().cancel()],
];

testOnEach("InterceptedStream is given up in every way, read or not", async (links) => {
  for (const [name, giveUp] of ways) {
    for (const isEarly of name === "break" ? [false] : [true, false]) {
      for (const shape of ["down", "both"] as const) {
        let aborted = 0;
        let isCancelled = false;
        const handler = async function* (_: unknown, { signal }: { signal: AbortSignal }) {
          signal.addEventListener("abort", () => aborted++);
          for (let at = 0; !signal.aborted; at++) yield await Promise.resolve(at);
        };
        const pair = await links.connect({
          caller: { interceptors: [passing] },
          contracts: [serveBox({ down: handler, both: handler })],
        });
        const client = pair.caller.client(Box);
        const requests = new ReadableStream<unknown>({
          cancel: () => {
            isCancelled = true;
          },
        });
        const stream = shape === "down" ? client.down(1) : client.both(requests);
        if (!isEarly) await pair.settle();
        await giveUp(stream);
        await pair.assertIdle();
        assert(aborted === 1 || isEarly, `${name} ${shape}`);
        assertEquals(isCancelled, shape === "both", `${name} ${shape}`);
      }
    }
  }
});

testOnEach("InterceptedStream cancels a call that an interceptor makes too late", async (links) => {
  const gate = createDeferred<void>();
  const pair = await links.connect({
    caller: {
      interceptors: [{
        serverStream: async function* (_call, request, next) {
          await gate.promise;
          yield* next(request);
        },
      }],
    },
    contracts: [serveBox({ down: silent })],
  });
  const stream = pair.caller.client(Box).down(1);
  await pair.settle();
  stream.cancel();
  await assertStatus(collect(stream), RpcStatus.CANCELLED);
  gate.resolve();
  await pair.assertIdle();
});

testOnEach("InterceptedStream cancels the call of an interceptor that is parked", async (links) => {
  const pair = await links.connect({
    caller: {
      interceptors: [{
        serverStream: async function* (_call, request, next) {
          const responses = next(request);
          await new Promise(() => {});
          yield* responses;
        },
      }],
    },
    contracts: [serveBox({ down: silent })],
  });
  for (const giveUp of ["cancel", "return"]) {
    const stream = pair.caller.client(Box).down(1);
    await pair.settle();
    assertEquals(pair.responder.runningHandlers, 1);
    if (giveUp === "cancel") stream.cancel();
    else await stream[Symbol.asyncDispose]();
    await pair.assertIdle();
  }
});

testOnEach(
  "InterceptedStream fails what an interceptor still reads of the requests",
  async (links) => {
    let ending: unknown;
    const gate = createDeferred<void>();
    const pair = await links.connect({
      caller: {
        interceptors: [{
          bidirectional: (_call, requests, next) =>
            next((async function* () {
              try {
                yield* requests;
                ending = "whole";
              } catch (error) {
                ending = error;
              }
            })()),
        }],
      },
      contracts: [serveBox({
        both: async function* () {
          await gate.promise;
          yield "early";
        },
      })],
    });
    const stream = pair.caller.client(Box).both(openSource(1));
    await pair.settle();
    gate.resolve();
    assertEquals(await collect(stream), ["early"]);
    await pair.settle();
    assert(ending instanceof RpcError && ending.rawMessage === "Call has ended");
  },
);

/** Makes two calls, reads one response of the second, and then fails or ends. */
function leaving(error?: Error): RpcCallerInterceptor {
  return {
    serverStream: async function* (_call, request, next) {
      const calls = [next(request), next(request)];
      const [, second] = calls.map((call) => call[Symbol.asyncIterator]());
      yield (await second?.next())?.value;
      if (error !== undefined) throw error;
    },
  };
}

testOnEach("InterceptedStream ends the calls that an interceptor leaves behind", async (links) => {
  const fault = new RangeError("Broken");
  for (const error of [undefined, fault]) {
    let aborted = 0;
    const pair = await links.connect({
      caller: { interceptors: [leaving(error)] },
      contracts: [serveBox({
        down: async function* (_, { signal }) {
          yield 1;
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          aborted++;
        },
      })],
    });
    const reading = collect(pair.caller.client(Box).down(0));
    if (error === undefined) assertEquals(await reading, [1]);
    else await assertRejects(reading, RangeError, "Broken");
    await pair.assertIdle();
    assertEquals(aborted, 2);
  }
});

testOnEach("InterceptedStream.cancel() ends all calls of its interceptor", async (links) => {
  const pair = await links.connect({
    caller: {
      interceptors: [{
        serverStream: async function* (_call, request, next) {
          const calls = [next(request), next(request)].map((call) => call[Symbol.asyncIterator]());
          yield (await Promise.race(calls.map((call) => call.next()))).value;
        },
      }],
    },
    contracts: [serveBox({ down: silent })],
  });
  const stream = pair.caller.client(Box).down(0);
  await pair.settle();
  assertEquals(pair.caller.activeCalls, 2);
  stream.cancel();
  await assertStatus(collect(stream), RpcStatus.CANCELLED);
  await pair.assertIdle();
});
