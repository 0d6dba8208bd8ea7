import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { CASES, selectCases } from "./cases.ts";
import { CallObserver } from "./contract.ts";
import { InProcessServer } from "./in_process.ts";
import { formatResult, formatTotal, runCase } from "./run_case.ts";
import { createInteropContracts } from "./service.ts";
import { parseWire } from "./wire.ts";

/** Needs a server that can be taken away. */
const OVER_A_NETWORK = ["reconnect"];

const Other = defineContract("rpc.testing.Other", { EmptyCall: unary<null, null>() });

for (const [name, body] of CASES) {
  if (OVER_A_NETWORK.includes(name)) continue;

  test(`${name} passes on sockets in memory`, async () => {
    await using server = new InProcessServer(createInteropContracts());
    const { reason } = await runCase(name, server.target, { body });
    assertEquals(reason, undefined);
  });

  if (name.startsWith("unimplemented") || name === "cancel_after_begin") continue;

  test(`${name} fails against a server without the service`, async () => {
    await using server = new InProcessServer([implement(Other, { EmptyCall: () => null })]);
    const { reason = "passed" } = await runCase(name, server.target, { body });
    assertEquals(reason.includes("UNIMPLEMENTED"), true, reason);
  });
}

for (const [name, body] of CASES) {
  if (!/^(cancel|timeout)/.test(name)) continue;

  test(`${name} fails when its handler was not stopped with the same status`, async () => {
    const contracts = createInteropContracts().filter(({ contract }) =>
      contract.name !== CallObserver.name
    );
    const liar = implement(CallObserver, { AwaitAbort: () => ({ code: RpcStatus.UNAVAILABLE }) });
    await using server = new InProcessServer([...contracts, liar]);
    const { reason = "passed" } = await runCase(name, server.target, { body });
    assertEquals(reason.includes("stopped with UNAVAILABLE"), true, reason);
  });
}

test("runCase() fails a case that hangs", async () => {
  await using server = new InProcessServer(createInteropContracts());
  const result = await runCase("hang", server.target, {
    body: async ({ client }) => {
      await client.EmptyCall({});
      await new Promise(() => {});
    },
    limitMs: 50,
  });
  assertEquals(formatResult(result), "FAIL hang: took longer than 50 ms");
});

test("runCase() tells a reason of several lines in one", async () => {
  await using server = new InProcessServer(createInteropContracts());
  const { reason } = await runCase("lines", server.target, {
    body: async ({ client }) => {
      await client.EmptyCall({});
      throw new Error("one\n  two\n");
    },
  });
  assertEquals(reason, "one two");
});

test("runCase() fails a case that leaves a call open", async () => {
  await using server = new InProcessServer(createInteropContracts());
  const { reason } = await runCase("leave", server.target, {
    body: async ({ client, endpoint }) => {
      client.FullDuplexCall(new ReadableStream());
      await endpoint.ping();
    },
  });
  assertEquals(reason, "2 calls and streams were left open");
});

test("formatResult() and formatTotal() say what passed and what failed, and why", () => {
  const result = { name: "x", ms: 3, reason: undefined };
  assertEquals(formatResult(result), "PASS x (3 ms)");
  assertEquals(formatResult({ ...result, reason: "a b" }), "FAIL x: a b");
  assertEquals(formatTotal([result, { ...result, reason: "bad" }]), "1 passed, 1 failed");
});

test("selectCases() knows every case and all of them", () => {
  assertEquals([...selectCases("ping_pong").keys()], ["ping_pong"]);
  assertEquals([...selectCases("all").keys()], [...CASES.keys()]);
  assertThrows(() => selectCases("nope"), RangeError, 'Cannot run case "nope"');
});

test("parseWire() refuses a wire that this version does not speak", () => {
  assertEquals(parseWire("native"), "native");
  assertThrows(() => parseWire("rpc-dart"), RangeError, 'speaks only "native"');
});
