import { type HandlerContextOptions, RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { createContextKey } from "../../src/contracts/context_key.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { silentLogger } from "../../src/logger.ts";
import { RpcMetadata, type RpcMetadataInit } from "../../src/protocol/metadata.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus, assertThrows } from "../support/assert.ts";
import { Box, callBox, collect, serveBox, serveEach, SHAPES } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

const peer = { address: "203.0.113.7:50412", protocol: "rpc-ts.v1", auth: { user: "ada" } };
const reason = new RpcError(RpcStatus.CANCELLED, "User left");

function make(options: Partial<HandlerContextOptions> = {}) {
  const clock = new FakeClock(1000);
  const tightened: number[] = [];
  const context = new RpcHandlerContext({
    path: "/Chat/send",
    metadata: RpcMetadata.from({ "x-tenant": "acme" }),
    peer,
    clock,
    logger: silentLogger,
    deadline: undefined,
    tightenDeadline: (deadline) => void tightened.push(deadline),
    sendHeaders: () => {},
    ...options,
  });
  return { context, clock, tightened };
}

test("RpcHandlerContext tells what the call is", () => {
  const { context } = make();
  assertEquals(context.path, "/Chat/send");
  assertEquals(context.metadata.get("x-tenant"), "acme");
  assert(context.peer === peer && context.logger === silentLogger);
  assertEquals([context.deadline, context.timeoutMs, context.isAborted], [
    undefined,
    undefined,
    false,
  ]);
});

test("RpcHandlerContext.timeoutMs is the time left, 0 at least", async () => {
  const { context, clock } = make({ deadline: 1500 });
  const before = Date.now();
  const deadline = context.deadline?.getTime() ?? 0;
  assert(deadline >= before + 500 && deadline <= Date.now() + 500);
  assertEquals(context.timeoutMs, 500);
  await clock.advance(499);
  assertEquals(context.timeoutMs, 1);
  await clock.advance(5);
  assertEquals(context.timeoutMs, 0);
});

test("RpcHandlerContext.tightenTimeout() moves the deadline forward only", () => {
  const { context, tightened } = make({ deadline: 1500 });
  context.tightenTimeout(900);
  context.tightenTimeout(500);
  assertEquals([context.timeoutMs, tightened], [500, []]);
  context.tightenTimeout(200);
  context.tightenTimeout(300);
  assertEquals([context.timeoutMs, tightened], [200, [1200]]);
  context.tightenTimeout(0);
  assertEquals([context.timeoutMs, tightened], [0, [1200, 1000]]);
  const { context: free, tightened: set } = make();
  free.tightenTimeout(50);
  assertEquals([free.timeoutMs, set], [50, [1050]]);
});

test("RpcHandlerContext.tightenTimeout() refuses what is no time", () => {
  const { context, tightened } = make();
  for (const timeoutMs of [-1, NaN]) {
    assertThrows(() => context.tightenTimeout(timeoutMs), RangeError, `timeoutMs is ${timeoutMs}`);
  }
  assertEquals([context.timeoutMs, tightened], [undefined, []]);
});

test("RpcHandlerContext.signal aborts with the first reason, whenever it is asked for", () => {
  for (const isEarly of [true, false]) {
    const { context } = make();
    if (isEarly) assert(!context.signal.aborted);
    context.abort(reason);
    context.abort(new RpcError(RpcStatus.UNAVAILABLE, "Later"));
    assert(context.isAborted && context.signal.aborted && context.signal.reason === reason);
    assert(context.signal === context.signal);
  }
});

test("RpcHandlerContext.set() keeps values by key and type", () => {
  const user = createContextKey<{ id: string }>("user");
  const other = createContextKey<number>("user");
  const { context } = make();
  assertEquals(context.get(user), undefined);
  context.set(user, { id: "u-42" });
  assertEquals([context.get(user)?.id, context.get(other)], ["u-42", undefined]);
  context.set(other, 0);
  assertEquals(context.get(other), 0);
});

test("RpcHandlerContext.setHeader() and setTrailer() replace values of a name", () => {
  const { context } = make();
  context.setHeader("X-Tag", ["a", "b, c"]);
  context.setHeader("x-other", "1");
  context.setHeader("x-tag", "d");
  context.setTrailer("x-sum-bin", new Uint8Array([1]));
  context.setTrailer("x-none", "1");
  context.setTrailer("x-none", []);
  assertEquals([...context.takeHeaders() ?? []], [["x-other", "1"], ["x-tag", "d"]]);
  assertEquals([...context.trailers], [["x-sum-bin", new Uint8Array([1])]]);
  assertEquals(context.takeHeaders(), undefined);
});

test("RpcHandlerContext.setHeader() refuses what comes too late, but not for the call", () => {
  const { context } = make();
  context.takeHeaders();
  assertThrows(() => context.setHeader("x-tag", "a"), TypeError, "have been sent");
  context.abort(reason);
  context.setHeader("x-tag", "a");
});

test("RpcHandlerContext.giveBackHeaders() lets headers that were taken be taken again", () => {
  const { context } = make();
  context.setHeader("x-tag", "a");
  assertEquals(context.takeHeaders()?.get("x-tag"), "a");
  context.giveBackHeaders();
  assertEquals(context.takeHeaders()?.get("x-tag"), "a");
  assertEquals(context.takeHeaders(), undefined);
});

const WRONG: readonly [string, string | Uint8Array][] = [
  ["grpc-status", "0"],
  ["grpc-timeout", "1S"],
  ["content-type", "text/plain"],
  ["x-client-cancelled", "true"],
  ["x-rpc-window-update", "5"],
  [":path", "/"],
  ["", "1"],
  ["x tag", "1"],
  ["x-tag", "line\nbreak"],
  ["x-tag", " space"],
  ["x-tag", "space "],
  ["x-tag", "ümlaut"],
  ["x-tag-bin", "text"],
  ["x-tag", new Uint8Array(1)],
];

test("RpcHandlerContext.setHeader() and setTrailer() hold the limits, and name both numbers", () => {
  const { context } = make();
  for (const set of ["setHeader", "setTrailer"] as const) {
    context[set]("x-long", "x".repeat(8192));
    const words = "found 8193 bytes, limit is 8192 bytes";
    const error = assertThrows(() => context[set]("x-long", "x".repeat(8193)), RpcError, words);
    assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
  }
});

test("RpcHandlerContext.setHeader() and setTrailer() refuse what may not be sent, at once", () => {
  const { context } = make();
  for (const [name, value] of WRONG) {
    assertThrows(() => context.setHeader(name, value), TypeError, "Cannot use");
    assertThrows(() => context.setTrailer(name, value), TypeError, "Cannot use");
  }
  assertEquals([context.takeHeaders()?.size, context.trailers.size], [0, 0]);
});

testOnEach("RpcHandlerContext.setHeader() refuses headers that come too late", async (links) => {
  const words: string[] = [];
  const pair = await links.connect({
    contracts: [serveBox({
      down: function* (_, context) {
        yield 1;
        const error = assertThrows(
          () => context.setHeader("x-a", "1"),
          TypeError,
          "have been sent",
        );
        words.push(error.message);
      },
    })],
  });
  assertEquals(await collect(pair.caller.client(Box).down(1)), [1]);
  assertEquals(words, ['Cannot set header "x-a": the response headers have been sent']);
});

testOnEach(
  "RpcCallOptions.metadata refuses what may not be sent, before anything is",
  async (links) => {
    const pair = await links.connect({ contracts: [serveEach(() => 1)] });
    const client = pair.caller.client(Box);
    const sent = pair.sockets[0]?.sent.length;
    for (const [name, value] of WRONG) {
      for (const shape of SHAPES) {
        const call = callBox(client, shape, { metadata: [[name, value]] });
        const code = value.length > 8192
          ? RpcStatus.RESOURCE_EXHAUSTED
          : RpcStatus.INVALID_ARGUMENT;
        assertEquals((await assertStatus(call, code, "Cannot use")).maybeExecuted, false);
      }
    }
    await pair.settle();
    assertEquals(pair.sockets[0]?.sent.length, sent);
    await pair.assertIdle();
  },
);

const LISTED: RpcMetadataInit = [
  ["x-date", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ["x-tag", "a"],
  ["x-quoted", '"a, b", c'],
  ["x-tag", "b"],
  ["x-empty", ""],
  ["x-raw-bin", new Uint8Array([0, 44, 255])],
  ["x-raw-bin", new Uint8Array(0)],
  ["X-Upper", "kept as lower case"],
];
const EXPECTED = [...RpcMetadata.from(LISTED)];

testOnEach("Metadata reaches the handler whole, in order, on every shape", async (links) => {
  const seen: unknown[] = [];
  const pair = await links.connect({
    contracts: [serveEach((context) => void seen.push([...context.metadata]))],
  });
  for (const shape of SHAPES) {
    await callBox(pair.caller.client(Box), shape, { metadata: LISTED }).catch((error) => {
      // A codec may not know `undefined`; the metadata is what counts here.
      assert(error instanceof RpcError);
    });
  }
  assertEquals(seen, SHAPES.map(() => EXPECTED));
  assert(EXPECTED.some(([name]) => name === "x-upper"));
});

testOnEach("Headers and trailers reach the caller on every shape", async (links) => {
  const names = [...new Set(EXPECTED.map(([name]) => name))];
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      const all = RpcMetadata.from(LISTED);
      for (const name of names) context.setHeader(name, all.getAll(name));
      for (const name of names) context.setTrailer(name, all.getAll(name));
      return 1;
    })],
  });
  const expected = names.map((name) => [name, RpcMetadata.from(LISTED).getAll(name)]);
  for (const shape of SHAPES) {
    const events: unknown[] = [];
    const note = (kind: string) => (metadata: RpcMetadata): void =>
      void events.push(kind, names.map((name) => [name, metadata.getAll(name)]), metadata.size);
    const call = callBox(pair.caller.client(Box), shape, {
      onHeaders: note("headers"),
      onTrailers: note("trailers"),
    });
    assertEquals(await call, [1]);
    assertEquals(events, ["headers", expected, 8, "trailers", expected, 8]);
  }
});

testOnEach("Headers and trailers come with an error as well", async (links) => {
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      context.setHeader("x-h", "1");
      context.setTrailer("x-t", "2");
      throw new RpcError(RpcStatus.ABORTED, "Lost the race");
    })],
  });
  for (const shape of SHAPES) {
    const events: unknown[] = [];
    const call = callBox(pair.caller.client(Box), shape, {
      onHeaders: (headers) => void events.push([...headers]),
      onTrailers: (trailers) => void events.push([...trailers]),
    });
    const error = await assertStatus(call, RpcStatus.ABORTED);
    assertEquals(events, [[["x-h", "1"]], [["x-t", "2"]]]);
    assertEquals([...error.trailers], [["x-t", "2"]]);
  }
});

testOnEach(
  "RpcHandlerContext.sendHeaders() sends them before any response, if empty",
  async (links) => {
    for (const isEmpty of [false, true]) {
      for (const shape of SHAPES) {
        const gate = createDeferred<void>();
        const pair = await links.connect({
          contracts: [serveEach(async (context) => {
            if (!isEmpty) context.setHeader("x-h", "1");
            context.sendHeaders();
            context.sendHeaders();
            await gate.promise;
            assertThrows(() => context.setHeader("x-h", "2"), TypeError, "have been sent");
            return 1;
          })],
        });
        const events: unknown[] = [];
        const call = callBox(pair.caller.client(Box), shape, {
          onHeaders: (headers) => void events.push([...headers]),
        });
        await pair.settle();
        assertEquals(events, [isEmpty ? [] : [["x-h", "1"]]]);
        gate.resolve();
        assertEquals([await call, events.length], [[1], 1]);
      }
    }
  },
);

testOnEach("RpcHandlerContext.sendHeaders() after the end does nothing", async (links) => {
  const contexts: RpcHandlerContext[] = [];
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      contexts.push(context);
      return 1;
    })],
  });
  for (const shape of SHAPES) await callBox(pair.caller.client(Box), shape);
  for (const context of contexts) {
    context.sendHeaders();
    context.setTrailer("x-t", "1");
    context.tightenTimeout(1);
  }
  await pair.advance(10);
  assertEquals(contexts.map(({ isAborted }) => isAborted), [false, false, false, false]);
});
