import { CallerCore } from "../../src/endpoints/caller_core.ts";
import { createClient } from "../../src/endpoints/client.ts";
import type { WrappedCall } from "../../src/endpoints/wrapped_call.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { silentLogger } from "../../src/logger.ts";
import { BatchKeeper } from "../../src/calls/batch_keeper.ts";
import type { StreamCall } from "../../src/calls/call_environment.ts";
import { IdMap } from "../../src/internal/id_map.ts";
import { systemClock } from "../../src/internal/clock.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Box } from "../support/box.ts";
import { test } from "../support/test.ts";

async function withCore(body: (core: CallerCore) => unknown): Promise<void> {
  const [transport, far] = createMemoryTransportPair();
  const calls = new IdMap<StreamCall>();
  const keeper = new BatchKeeper();
  const codec = messagePackCodec();
  const wrappedCalls = new Set<WrappedCall>();
  const shared = { transport, clock: systemClock, logger: silentLogger, calls, keeper, codec };
  await body(new CallerCore({ ...shared, wrappedCalls }, []));
  await transport.close();
  await far.close();
}

test("createClient() makes a frozen function for each method, and nothing else", async () => {
  await withCore((core) => {
    const client = createClient(core, Box);
    assertEquals(Object.keys(client), ["one", "down", "up", "both"]);
    assert(Object.isFrozen(client) && Object.getPrototypeOf(client) === null);
    assert(!("then" in client) && !("toString" in client));
  });
});

test("createClient() is no promise, so it may be returned by an async function", async () => {
  await withCore(async (core) => {
    const make = () => Promise.resolve(createClient(core, Box));
    assertEquals(typeof (await make()).one, "function");
  });
});

test("createClient() takes methods that are named like members of any object", async () => {
  await withCore((core) => {
    const Odd = defineContract("Odd", { toString: unary<1, 1>(), constructor: unary<1, 1>() });
    assertEquals(Object.keys(createClient(core, Odd)), ["toString", "constructor"]);
  });
});
