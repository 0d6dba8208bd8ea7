import type { RpcCallOptions } from "../../src/contracts/call_options.ts";
import type { RpcShape } from "../../src/contracts/method.ts";
import type { RpcCallerInterceptor } from "../../src/endpoints/interceptor.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus, type RpcStatusCode } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import {
  Box,
  callBox,
  openSource,
  type Outcome,
  serveEach,
  SHAPES,
  watch,
} from "../support/box.ts";
import { CountedAbort } from "../support/counted_abort.ts";
import { type EndpointPair, testOnEach } from "../support/endpoint_pair.ts";

/** Puts something around calls of every shape. */
function around(
  run: (next: () => Promise<unknown>) => Promise<unknown>,
): RpcCallerInterceptor {
  const many = async function* (next: () => AsyncIterable<unknown>): AsyncGenerator<unknown> {
    yield await run(async () => {
      for await (const value of next()) return value;
    });
  };
  return {
    unary: (_call, request, next) => run(() => next(request)),
    clientStream: (_call, requests, next) => run(() => next(requests)),
    serverStream: (_call, request, next) => many(() => next(request)),
    bidirectional: (_call, requests, next) => many(() => next(requests)),
  };
}

const never = (): Promise<never> => new Promise(() => {});

/** Waits for ever before it makes the call. */
const waiting = around(never);

/** Waits for ever when the call has failed. */
const patient = around((next) => next().catch(never));

interface Way {
  readonly name: string;
  readonly code: RpcStatusCode;
  readonly text: string;
  readonly options: RpcCallOptions;
  end(pair: EndpointPair): Promise<void>;
}

/** All that ends a call from the side that made it. */
function listWays(own: CountedAbort): readonly Way[] {
  const parent = { signal: own.signal, timeoutMs: undefined };
  const enough = { code: RpcStatus.CANCELLED, text: "Enough" } as const;
  const late = { code: RpcStatus.DEADLINE_EXCEEDED, text: "Deadline exceeded" } as const;
  const abort = (): Promise<void> => Promise.resolve(own.abort("Enough"));
  return [
    {
      ...late,
      name: "deadline",
      options: { timeoutMs: 200 },
      end: (pair) => pair.advance(200),
    },
    {
      ...late,
      name: "deadline of the parent",
      options: { parent: { ...parent, timeoutMs: 200 } },
      end: (pair) => pair.advance(200),
    },
    { ...enough, name: "signal", options: { signal: own.signal }, end: abort },
    { ...enough, name: "parent", options: { parent }, end: abort },
    {
      name: "close",
      code: RpcStatus.CANCELLED,
      text: "Endpoint closed",
      options: {},
      end: (pair) => pair.caller.close(),
    },
  ];
}

async function endEach(
  connect: () => Promise<EndpointPair>,
  check: (outcome: Outcome<unknown>, way: Way, shape: RpcShape) => Promise<void>,
): Promise<void> {
  for (const shape of SHAPES) {
    for (const at of listWays(new CountedAbort()).keys()) {
      const own = new CountedAbort();
      const way = listWays(own)[at];
      assert(way !== undefined);
      const pair = await connect();
      const options = { ...way.options, requests: openSource(1) };
      const call = watch(callBox(pair.caller.client(Box), shape, options));
      await pair.settle();
      assertEquals(call.outcome.kind, "pending", `${way.name}, ${shape}`);
      await way.end(pair);
      await pair.settle();
      await check(call.outcome, way, shape);
      assertEquals([own.listeners, pair.clock.pending], [0, 0], `${way.name}, ${shape}`);
      await pair.assertIdle();
    }
  }
}

testOnEach("WrappedCall ends a call whose interceptor waits before it calls", async (links) => {
  await endEach(
    () => links.connect({ caller: { interceptors: [waiting] }, contracts: [serveEach(() => 1)] }),
    async (outcome, { name, code, text }, shape) => {
      assert(outcome.kind === "failed", `${name}, ${shape}`);
      const error = await assertStatus(Promise.reject(outcome.error), code, text);
      assertEquals(error.maybeExecuted, false, `${name}, ${shape}`);
    },
  );
});

testOnEach("WrappedCall ends a call whose interceptor waits to try again", async (links) => {
  const failing = serveEach(() => {
    throw new RpcError(RpcStatus.UNAVAILABLE, "Not now");
  });
  await endEach(
    () => links.connect({ caller: { interceptors: [patient] }, contracts: [failing] }),
    async (outcome, { name, code, text }, shape) => {
      assert(outcome.kind === "failed", `${name}, ${shape}`);
      const error = await assertStatus(Promise.reject(outcome.error), code, text);
      assertEquals(error.maybeExecuted, true, `${name}, ${shape}`);
    },
  );
});

testOnEach("WrappedCall lets interceptors answer the end of their call", async (links) => {
  const mapping = around((next) =>
    next().catch((cause) => {
      throw new RangeError("Mapped", { cause });
    })
  );
  await endEach(
    () =>
      links.connect({
        caller: { interceptors: [mapping] },
        contracts: [serveEach(({ signal }) =>
          new Promise((resolve) => signal.addEventListener("abort", resolve))
        )],
      }),
    async (outcome, { code }) => {
      assert(outcome.kind === "failed");
      const error = await assertRejects(Promise.reject(outcome.error), RangeError, "Mapped");
      await assertStatus(Promise.reject(error.cause), code);
    },
  );
});

testOnEach("WrappedCall tells the truth of a call, whatever its signal says", async (links) => {
  const pair = await links.connect({
    caller: { interceptors: [patient] },
    contracts: [serveEach(() => {
      throw new RpcError(RpcStatus.UNAVAILABLE, "Not now");
    })],
  });
  for (const shape of SHAPES) {
    const own = new AbortController();
    const call = callBox(pair.caller.client(Box), shape, { signal: own.signal });
    const failed = assertStatus(call, RpcStatus.ABORTED, "Other call failed");
    await pair.settle();
    own.abort(new RpcError(RpcStatus.ABORTED, "Other call failed", { maybeExecuted: false }));
    assertEquals((await failed).maybeExecuted, true);
  }
});

testOnEach("WrappedCall fails a call whose time is none", async (links) => {
  const pair = await links.connect({ caller: { interceptors: [waiting] } });
  for (const shape of SHAPES) {
    const call = callBox(pair.caller.client(Box), shape, { timeoutMs: NaN });
    await assertRejects(call, RangeError, "timeoutMs is NaN");
  }
  await pair.assertIdle();
});
