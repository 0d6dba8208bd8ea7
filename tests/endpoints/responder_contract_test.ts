import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { serverStream, unary } from "../../src/contracts/shapes.ts";
import {
  implement,
  type RpcContractHandlers,
  RpcResponderContract,
} from "../../src/endpoints/responder_contract.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { collect } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { test } from "../support/test.ts";

const Counter = defineContract("Counter", {
  add: unary<number, number>(),
  upTo: serverStream<number, number>(),
});

class CounterResponder extends RpcResponderContract<typeof Counter>
  implements RpcContractHandlers<typeof Counter> {
  #total = 0;

  constructor() {
    super(Counter);
  }

  add(amount: number, context: RpcHandlerContext): number {
    context.setHeader("x-path", context.path);
    return this.#total += amount;
  }

  *upTo(count: number): Generator<number> {
    for (let at = 0; at < count; at++) yield this.#total + at;
  }
}

testOnEach(
  "RpcResponderContract serves the methods of its class, with its fields",
  async (links) => {
    const pair = await links.connect({ contracts: [new CounterResponder()] });
    const client = pair.caller.client(Counter);
    await client.add(40);
    let path: string | undefined;
    const total = await client.add(2, { onHeaders: (headers) => path = headers.get("x-path") });
    assertEquals([total, path], [42, "/Counter/add"]);
    assertEquals(await collect(client.upTo(2)), [42, 43]);
  },
);

testOnEach("implement() calls handlers as methods of their object", async (links) => {
  const handlers = {
    total: 0,
    add(amount: number): number {
      return this.total += amount;
    },
    *upTo(): Generator<number> {
      yield this.total;
    },
  };
  const pair = await links.connect({ contracts: [implement(Counter, handlers)] });
  await pair.caller.client(Counter).add(5);
  assertEquals([handlers.total, await collect(pair.caller.client(Counter).upTo(1))], [5, [5]]);
});

test("implement() refuses a contract without all of its handlers, at once", () => {
  const wrong: readonly [object, string][] = [
    [{ add: () => 1 }, 'Cannot serve "/Counter/upTo": handler is undefined, expected a function'],
    [{ add: 5, upTo: () => [] }, 'Cannot serve "/Counter/add": handler is number'],
    [{ add: null, upTo: () => [] }, 'Cannot serve "/Counter/add"'],
  ];
  for (const [handlers, words] of wrong) {
    // The types do not allow it.
    const given = handlers as RpcContractHandlers<typeof Counter>;
    assertThrows(() => implement(Counter, given), TypeError, words);
  }
});

test("implement() takes no member that every object has for a handler", () => {
  const Odd = defineContract("Odd", { toString: unary<1, string>(), valueOf: unary<1, string>() });
  // The types are content with what every object has.
  const none = {} as RpcContractHandlers<typeof Odd>;
  assertThrows(() => implement(Odd, none), TypeError, 'Cannot serve "/Odd/toString"');
  const own = implement(Odd, { toString: () => "own", valueOf: () => "own" });
  assertEquals(own.getServedMethods().length, 2);
});

test("RpcResponderContract refuses a class without all of its methods when it is registered", () => {
  class Half extends RpcResponderContract<typeof Counter> {
    add(amount: number): number {
      return amount;
    }
  }
  const half = new Half(Counter);
  assert(half.contract === Counter);
  assertThrows(() => half.getServedMethods(), TypeError, 'Cannot serve "/Counter/upTo"');
});
