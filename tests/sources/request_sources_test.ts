import { defineContract } from "../../src/contracts/define_contract.ts";
import type { RpcMethod } from "../../src/contracts/method.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { requestSources, SOURCES, sourcesOf } from "../../src/sources/request_sources.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const Files = defineContract("Files", {
  read: unary<string, string>(),
  list: serverStream<string, string>(),
  write: clientStream<string, number>(),
  copy: bidirectional<string, string>(),
});

test("sourcesOf() finds what a method with a source of requests brings along", () => {
  const { write, copy } = Files.methods;
  for (const method of [write, copy, { ...copy }]) {
    assert(sourcesOf(method) === requestSources);
  }
});

test("sourcesOf() refuses a method that brings nothing", () => {
  const { read, list } = Files.methods;
  for (const method of [read, list]) {
    assert(!(SOURCES in method));
    assertThrows(() => sourcesOf(method), TypeError, `Cannot call "${method.path}": expected`);
  }
});

test("sourcesOf() fails the calls of a method that was put together by hand", async () => {
  const method: RpcMethod<"clientStream", string, string, number, number> = {
    shape: "clientStream",
    request: undefined,
    response: undefined,
    requestCodec: undefined,
    responseCodec: undefined,
    idempotent: false,
    description: "",
  };
  const Handmade = defineContract("Handmade", { write: method });
  const [near, far] = createMemoryTransportPair();
  await using caller = new RpcCallerEndpoint({ transport: near });
  const write = caller.client(Handmade).write([]);
  await assertRejects(write, TypeError, 'Cannot call "/Handmade/write"');
  assertEquals(caller.activeCalls, 0);
  await far.close();
});

test("requestSources.createIterator() reads a source one by one", async () => {
  const iterator = requestSources.createIterator(["one"]);
  assertEquals(await iterator.next(), { done: false, value: "one" });
  assertEquals(await iterator.next(), { done: true, value: undefined });
});
