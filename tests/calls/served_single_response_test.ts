import { z } from "zod";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, collect, serveBox, watch } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";

const request = z.object({ user: z.object({ name: z.string() }), age: z.number().default(1) });
const response = z.object({ id: z.number() });
const schemas = { request, response };
const late = {
  request: request.refine(() => Promise.resolve(true)),
  response: response.refine(() => Promise.resolve(true)),
};

const Checked = defineContract("Checked", {
  one: unary(schemas),
  down: serverStream(schemas),
  up: clientStream(schemas),
  both: bidirectional(schemas),
  lateOne: unary(late),
  lateDown: serverStream(late),
  lateUp: clientStream(late),
  lateBoth: bidirectional(late),
});

const seen: unknown[] = [];
// Handlers answer what no client may get.
let answer: { id: number } = { id: 1 };
const one = (value: unknown) => {
  seen.push(value);
  return answer;
};
const down = function* (value: unknown) {
  seen.push(value);
  yield answer;
};
const up = async (values: AsyncIterable<unknown>) => {
  for await (const value of values) seen.push(value);
  return answer;
};
const both = async function* (values: AsyncIterable<unknown>) {
  for await (const value of values) seen.push(value);
  yield answer;
};
const checked = implement(Checked, {
  one,
  down,
  up,
  both,
  lateOne: one,
  lateDown: down,
  lateUp: up,
  lateBoth: both,
});
type Input = z.input<typeof request>;

testOnEach(
  "ServedSingleResponse and its like check and transform what they serve",
  async (links) => {
    const pair = await links.connect({ contracts: [checked] });
    const client = pair.caller.client(Checked);
    const calls: readonly ((value: Input) => Promise<unknown>)[] = [
      (value) => client.one(value),
      (value) => collect(client.down(value)),
      (value) => client.up([value]),
      (value) => collect(client.both([value])),
      (value) => client.lateOne(value),
      (value) => collect(client.lateDown(value)),
      (value) => client.lateUp([value]),
      (value) => collect(client.lateBoth([value])),
    ];
    for (const [at, call] of calls.entries()) {
      seen.length = 0;
      answer = { id: 7 };
      const expected = at % 2 === 0 ? { id: 7 } : [{ id: 7 }];
      assertEquals(await call({ user: { name: "Ada" } }), expected);
      assertEquals(seen, [{ user: { name: "Ada" }, age: 1 }]);

      // The types do not allow it.
      const wrong = { user: { name: "secret".length } } as unknown as Input;
      const error = await assertStatus(call(wrong), RpcStatus.INVALID_ARGUMENT, "Cannot accept");
      const [detail] = error.details;
      assert(detail !== undefined && "fieldViolations" in detail);
      assertEquals(detail.fieldViolations.map(({ field }) => field), ["user.name"]);
      assertEquals(seen.length, 1);
      // A handler of many requests runs before they are checked.
      assertEquals(error.maybeExecuted, at % 4 >= 2);

      answer = { id: "secret" } as unknown as { id: number };
      const broken = await assertStatus(call({ user: { name: "Ada" } }), RpcStatus.INTERNAL);
      assertEquals(broken.rawMessage, "Handler returned an invalid response");
      assertEquals([broken.details, broken.maybeExecuted], [[], true]);
      await pair.assertIdle();
    }
    // One record for each broken response, and none for wrong requests.
    assertEquals(pair.complaints, calls.map(() => "Handler failed"));
  },
);

testOnEach("ServedSingleResponse answers what a handler returns, now or later", async (links) => {
  const thenable: unknown = {
    then: (resolve: (value: unknown) => void): void => resolve("thenable"),
  };
  const answers: readonly [() => unknown, unknown][] = [
    [() => 1, 1],
    [() => Promise.resolve(2), 2],
    [() => thenable, "thenable"],
    [() => null, null],
  ];
  for (const [give, expected] of answers) {
    const pair = await links.connect({ contracts: [serveBox({ one: give, up: give })] });
    assertEquals(await pair.caller.client(Box).one(0), expected);
    assertEquals(await pair.caller.client(Box).up([0]), expected);
  }
});

testOnEach("ServedSingleResponse lets a handler read as much as it likes", async (links) => {
  const pair = await links.connect({
    contracts: [serveBox({
      up: async (requests) => {
        let read = 0;
        for await (const _ of requests) if (++read === 3) break;
        return read;
      },
    })],
  });
  const values = Array.from({ length: 17 }, (_, at) => at);
  assertEquals(await pair.caller.client(Box).up(values), 3);
  await pair.assertIdle();
  assertEquals(pair.complaints, []);
});

testOnEach("ServedSingleResponse takes three thousand requests, however slow", async (links) => {
  for (const isSlow of [false, true]) {
    const pair = await links.connect({
      contracts: [serveBox({
        up: async (requests) => {
          let read = 0;
          for await (const request of requests) {
            assertEquals(request, read++);
            if (isSlow && read % 61 === 0) await new Promise((done) => setTimeout(done));
          }
          return read;
        },
      })],
    });
    const values = Array.from({ length: 3000 }, (_, at) => at);
    assertEquals(await pair.caller.client(Box).up(values), 3000);
    await pair.assertIdle();
  }
});

testOnEach(
  "ServedSingleResponse never runs a handler whose call ended while it was checked",
  async (links) => {
    const gate = createDeferred<void>();
    let runs = 0;
    const Slow = defineContract("Slow", {
      one: unary({
        request: z.string().refine(() => gate.promise.then(() => true)),
        response: z.string(),
      }),
    });
    const slow = implement(Slow, {
      one: (text) => {
        runs++;
        return text;
      },
    });
    const pair = await links.connect({ contracts: [slow] });
    const controller = new AbortController();
    const call = watch(pair.caller.client(Slow).one("a", { signal: controller.signal }));
    const timed = watch(pair.caller.client(Slow).one("a", { timeoutMs: 100 }));
    await pair.settle();
    controller.abort();
    await pair.farClock.advance(100);
    await pair.settle();
    assert(timed.outcome.kind === "failed" && timed.outcome.error instanceof RpcError);
    assertEquals(timed.outcome.error.maybeExecuted, false);
    gate.resolve();
    await pair.assertIdle();
    assertEquals([runs, call.outcome.kind], [0, "failed"]);
  },
);

testOnEach("ServedSingleResponse answers once, although the call has ended", async (links) => {
  const gate = createDeferred<unknown>();
  const pair = await links.connect({
    contracts: [serveBox({ one: () => gate.promise, up: () => gate.promise })],
  });
  const calls = (["unary", "clientStream"] as const).map((shape) =>
    watch(callBox(pair.caller.client(Box), shape, { timeoutMs: 5 }))
  );
  await pair.settle();
  await pair.advance(5);
  gate.resolve("late");
  await pair.assertIdle();
  assertEquals(calls.map(({ settled, outcome }) => [settled, outcome.kind]), [
    [1, "failed"],
    [1, "failed"],
  ]);
});

testOnEach(
  "ServedSingleResponse counts a handler once, however often it answers",
  async (links) => {
    const answers: readonly ((resolve: () => void, reject: () => void) => void)[] = [
      (resolve) => [resolve(), resolve()],
      (resolve, reject) => [resolve(), reject()],
      (_, reject) => [reject(), reject()],
    ];
    for (const then of answers) {
      const pair = await links.connect({ contracts: [serveBox({ one: () => ({ then }) })] });
      const call = watch(pair.caller.client(Box).one(1));
      await pair.settle();
      assert(call.outcome.kind !== "pending");
      assertEquals(pair.responder.runningHandlers, 0);
    }
  },
);
