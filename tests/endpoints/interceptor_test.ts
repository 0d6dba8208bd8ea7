import type { RpcShape } from "../../src/contracts/method.ts";
import { createContextKey } from "../../src/contracts/context_key.ts";
import {
  compose,
  findWrappedShapes,
  type RpcCallerInterceptor,
  type RpcInterceptor,
  type RpcResponderInterceptor,
} from "../../src/endpoints/interceptor.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, collect, openSource, serveEach, SHAPES, watch } from "../support/box.ts";
import { CountedAbort } from "../support/counted_abort.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { test } from "../support/test.ts";

/** Notes when it is entered and left, on every shape. */
function tracing<Call>(name: string, events: string[]): RpcInterceptor<Call> {
  const around = async (next: () => Promise<unknown>): Promise<unknown> => {
    events.push(`> ${name}`);
    try {
      return await next();
    } finally {
      events.push(`< ${name}`);
    }
  };
  const stream = async function* (next: () => AsyncIterable<unknown>): AsyncGenerator<unknown> {
    events.push(`> ${name}`);
    try {
      yield* next();
    } finally {
      events.push(`< ${name}`);
    }
  };
  return {
    unary: (_call, request, next) => around(() => next(request)),
    clientStream: (_call, requests, next) => around(() => next(requests)),
    serverStream: (_call, request, next) => stream(() => next(request)),
    bidirectional: (_call, requests, next) => stream(() => next(requests)),
  };
}

/** Does one thing to a call of any shape. */
function changing<Call>(change: (call: Call) => Call): RpcInterceptor<Call> {
  return {
    unary: (call, request, next) => next(request, change(call)),
    clientStream: (call, requests, next) => next(requests, change(call)),
    serverStream: (call, request, next) => next(request, change(call)),
    bidirectional: (call, requests, next) => next(requests, change(call)),
  };
}

const TRACE = ["> a", "> b", "> c", "> d", "handler", "< d", "< c", "< b", "< a"];

test("findWrappedShapes() names the shapes that any of the interceptors wraps", () => {
  const unary: RpcCallerInterceptor = { unary: (_call, request, next) => next(request) };
  const stream: RpcCallerInterceptor = { serverStream: (_call, request, next) => next(request) };
  assertEquals([...findWrappedShapes([])], []);
  assertEquals([...findWrappedShapes([{}, stream, unary, unary])], ["unary", "serverStream"]);
});

test("compose() is the call itself where no interceptor wraps its shape", () => {
  const base = (): unknown => 1;
  const unary: RpcInterceptor<unknown> = { unary: () => Promise.resolve(2) };
  assert(compose([unary, {}], "serverStream", base) === base);
  assert(compose([], "unary", base) === base);
  assert(compose([unary], "unary", base) !== base);
});

testOnEach(
  "Interceptors wrap calls of every shape on both sides, the first outermost",
  async (links) => {
    const events: string[] = [];
    const pair = await links.connect({
      caller: { interceptors: [tracing("a", events)] },
      responder: { interceptors: [tracing("c", events)] },
      contracts: [serveEach(() => {
        events.push("handler");
        return 1;
      })],
    });
    pair.caller.addInterceptor(tracing("b", events));
    pair.responder.addInterceptor(tracing("d", events));
    for (const shape of SHAPES) {
      assertEquals(await callBox(pair.caller.client(Box), shape), [1]);
      assertEquals(events.splice(0), TRACE);
      await pair.assertIdle();
    }
  },
);

testOnEach("Interceptors that wrap other shapes leave a call alone", async (links) => {
  const only = <Call>(shape: RpcShape): RpcInterceptor<Call> => ({
    [shape]: () => {
      throw new RpcError(RpcStatus.ABORTED, "Intercepted");
    },
  });
  for (const wrapped of SHAPES) {
    const pair = await links.connect({
      caller: { interceptors: [only(wrapped)] },
      contracts: [serveEach(() => 1)],
    });
    for (const shape of SHAPES) {
      const call = callBox(pair.caller.client(Box), shape);
      if (shape === wrapped) await assertStatus(call, RpcStatus.ABORTED, "Intercepted");
      else assertEquals(await call, [1]);
    }
  }
});

testOnEach("An interceptor answers a call without those further in", async (links) => {
  let runs = 0;
  const short: RpcCallerInterceptor & RpcResponderInterceptor = {
    unary: () => Promise.resolve("short"),
    clientStream: () => Promise.resolve("short"),
    serverStream: async function* () {
      yield await Promise.resolve("short");
    },
    bidirectional: async function* () {
      yield await Promise.resolve("short");
    },
  };
  for (const side of ["caller", "responder"] as const) {
    const pair = await links.connect({
      [side]: { interceptors: [short] },
      contracts: [serveEach(() => ++runs)],
    });
    for (const shape of SHAPES) {
      let isCancelled = false;
      const requests = new ReadableStream<unknown>({
        cancel: () => {
          isCancelled = true;
        },
      });
      assertEquals(await callBox(pair.caller.client(Box), shape, { requests }), ["short"]);
      await pair.assertIdle();
      const takesMany = shape === "clientStream" || shape === "bidirectional";
      assertEquals(isCancelled, takesMany, `${side} ${shape}`);
    }
  }
  assertEquals(runs, 0);
});

testOnEach("An interceptor changes requests and responses", async (links) => {
  const upper: RpcCallerInterceptor = {
    unary: async (_call, request, next) => `${await next(`${request}!`)}?`,
    clientStream: async (_call, requests, next) => {
      const louder = async function* (): AsyncGenerator<unknown> {
        for await (const request of requests) yield `${request}!`;
      };
      return `${await next(louder())}?`;
    },
    serverStream: async function* (_call, request, next) {
      for await (const response of next(`${request}!`)) yield `${response}?`;
    },
    bidirectional: async function* (_call, requests, next) {
      const louder = async function* (): AsyncGenerator<unknown> {
        for await (const request of requests) yield `${request}!`;
      };
      for await (const response of next(louder())) yield `${response}?`;
    },
  };
  const pair = await links.connect({
    caller: { interceptors: [upper] },
    contracts: [
      serveEach(async (_, request) =>
        typeof request === "string"
          ? request
          : (await collect(request as AsyncIterable<unknown>)).join()
      ),
    ],
  });
  const client = pair.caller.client(Box);
  assertEquals(await callBox(client, "unary", { request: "a" }), ["a!?"]);
  assertEquals(await callBox(client, "serverStream", { request: "a" }), ["a!?"]);
  assertEquals(await callBox(client, "clientStream", { requests: ["a", "b"] }), ["a!,b!?"]);
  assertEquals(await callBox(client, "bidirectional", { requests: ["a", "b"] }), ["a!,b!?"]);
});

testOnEach("An interceptor replaces metadata, time and signal of a call", async (links) => {
  const pair = await links.connect({
    caller: {
      interceptors: [
        changing((call) => ({
          ...call,
          options: {
            ...call.options,
            metadata: RpcMetadata.from(call.options.metadata).with("x-tenant", "acme"),
            timeoutMs: 70,
          },
        })),
      ],
    },
    contracts: [serveEach((context) => [[...context.metadata], context.timeoutMs])],
  });
  for (const shape of SHAPES) {
    const call = callBox(pair.caller.client(Box), shape, { metadata: { "x-own": "1" } });
    assertEquals(await call, [[[["x-own", "1"], ["x-tenant", "acme"]], 70]]);
  }
});

testOnEach("A signal that an interceptor puts in ends the call", async (links) => {
  for (const shape of SHAPES) {
    const own = new CountedAbort();
    let aborted = 0;
    const pair = await links.connect({
      caller: {
        interceptors: [
          changing((call) => ({ ...call, options: { ...call.options, signal: own.signal } })),
        ],
      },
      contracts: [
        serveEach((context) =>
          new Promise((resolve) =>
            context.signal.addEventListener("abort", () => resolve(aborted++))
          )
        ),
      ],
    });
    const call = watch(callBox(pair.caller.client(Box), shape, { requests: openSource(1) }));
    await pair.settle();
    own.abort("Enough");
    await pair.settle();
    assert(call.outcome.kind === "failed");
    await assertStatus(Promise.reject(call.outcome.error), RpcStatus.CANCELLED, "Enough");
    assertEquals([aborted, own.listeners], [1, 0]);
    await pair.assertIdle();
  }
});

testOnEach(
  "An interceptor that throws fails the call and not the one who makes it",
  async (links) => {
    const throwing: RpcCallerInterceptor & RpcResponderInterceptor = Object.fromEntries(
      SHAPES.map((shape) => [shape, () => {
        throw new RpcError(RpcStatus.UNAUTHENTICATED, "Who are you");
      }]),
    );
    const late = tracing<unknown>("x", []);
    for (const side of ["caller", "responder"] as const) {
      for (const interceptors of [[throwing], [late, throwing], [throwing, late]]) {
        const pair = await links.connect({
          [side]: { interceptors },
          contracts: [serveEach(() => 1)],
        });
        for (const shape of SHAPES) {
          const call = callBox(pair.caller.client(Box), shape);
          await assertStatus(call, RpcStatus.UNAUTHENTICATED, "Who are you");
        }
        await pair.assertIdle();
      }
    }
  },
);

testOnEach("An error of an interceptor on the serving side leaks nothing", async (links) => {
  const seen: unknown[] = [];
  const fault = new Error("Secret");
  const pair = await links.connect({
    responder: {
      interceptors: [Object.fromEntries(SHAPES.map((shape) => [shape, () => {
        throw fault;
      }]))],
      onHandlerError: (error) => void seen.push(error),
    },
    contracts: [serveEach(() => 1)],
  });
  for (const shape of SHAPES) {
    const error = await assertStatus(callBox(pair.caller.client(Box), shape), RpcStatus.INTERNAL);
    assertEquals(error.rawMessage, "Internal server error");
  }
  assertEquals(seen, SHAPES.map(() => fault));
});

testOnEach("Interceptors added during a call wrap the next one only", async (links) => {
  const events: string[] = [];
  const pair = await links.connect({
    contracts: [serveEach(() => {
      pair.caller.addInterceptor(tracing("near", events));
      pair.responder.addInterceptor(tracing("far", events));
      return 1;
    })],
    caller: { interceptors: [tracing("first", events)] },
  });
  await callBox(pair.caller.client(Box), "unary");
  assertEquals(events.splice(0), ["> first", "< first"]);
  await callBox(pair.caller.client(Box), "unary");
  assertEquals(events, ["> first", "> near", "> far", "< far", "< near", "< first"]);
});

testOnEach(
  "An interceptor of the serving side knows the call and leaves values for the handler",
  async (links) => {
    const user = createContextKey<string>("user");
    const seen: unknown[] = [];
    const auth = changing<Parameters<NonNullable<RpcResponderInterceptor["unary"]>>[0]>((call) => {
      call.context.set(user, call.context.metadata.get("x-user") ?? "none");
      call.context.setTrailer("x-seen", call.method.path);
      call.context.tightenTimeout(50);
      return call;
    });
    const pair = await links.connect({
      responder: { interceptors: [auth] },
      contracts: [serveEach((context) => [context.get(user), context.timeoutMs])],
    });
    for (const shape of SHAPES) {
      const call = callBox(pair.caller.client(Box), shape, {
        metadata: { "x-user": "ada" },
        timeoutMs: 500,
        onTrailers: (trailers) => void seen.push(trailers.get("x-seen")),
      });
      assertEquals(await call, [["ada", 50]]);
    }
    assertEquals(seen, ["/Box/one", "/Box/down", "/Box/up", "/Box/both"]);
  },
);

testOnEach("A deadline that an interceptor tightens ends the call in time", async (links) => {
  const strict = changing<Parameters<NonNullable<RpcResponderInterceptor["unary"]>>[0]>((call) => {
    call.context.tightenTimeout(200);
    return call;
  });
  for (const shape of SHAPES) {
    let aborted = 0;
    const pair = await links.connect({
      responder: { interceptors: [strict] },
      contracts: [
        serveEach((context) =>
          new Promise((resolve) =>
            context.signal.addEventListener("abort", () => resolve(aborted++))
          )
        ),
      ],
    });
    const call = watch(callBox(pair.caller.client(Box), shape, { timeoutMs: 60_000 }));
    await pair.settle();
    await pair.farClock.advance(200);
    await pair.settle();
    assert(call.outcome.kind === "failed");
    await assertStatus(Promise.reject(call.outcome.error), RpcStatus.DEADLINE_EXCEEDED);
    assertEquals(aborted, 1);
    await pair.assertIdle();
  }
});

testOnEach("An interceptor tries again and the caller sees the second answer", async (links) => {
  let attempts = 0;
  const again: RpcCallerInterceptor = {
    unary: async (_call, request, next) => {
      try {
        return await next(request);
      } catch {
        return await next(request);
      }
    },
    serverStream: async function* (_call, request, next) {
      try {
        yield* next(request);
      } catch {
        yield* next(request);
      }
    },
  };
  const pair = await links.connect({
    caller: { interceptors: [again] },
    contracts: [serveEach((context) => {
      if (attempts++ % 2 === 0) throw new RpcError(RpcStatus.UNAVAILABLE, "Not yet");
      context.setHeader("x-attempt", String(attempts));
      context.setTrailer("x-attempt", String(attempts));
      return "second";
    })],
  });
  assertEquals(await pair.caller.client(Box).one(1), "second");
  const stream = pair.caller.client(Box).down(1);
  const headers = stream.headers;
  assertEquals(await collect(stream), ["second"]);
  assertEquals([(await headers).get("x-attempt"), attempts], ["4", 4]);
  assertEquals((await stream.trailers).get("x-attempt"), "4");
  await pair.assertIdle();
});
