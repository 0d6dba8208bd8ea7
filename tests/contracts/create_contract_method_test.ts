import type { RpcCodec } from "../../src/codecs/codec.ts";
import { createContractMethod } from "../../src/contracts/create_contract_method.ts";
import { serverStream, unary } from "../../src/contracts/shapes.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("createContractMethod() adds the address and keeps the rest", () => {
  const method = serverStream({ description: "Joins a room" });
  assertEquals(createContractMethod({ service: "Chat", name: "join" }, method), {
    ...method,
    service: "Chat",
    name: "join",
    path: "/Chat/join",
  });
});

test("createContractMethod() freezes its result", () => {
  assert(Object.isFrozen(createContractMethod({ service: "Chat", name: "send" }, unary())));
});

test("createContractMethod() fills in the codec of the contract", () => {
  const codec: RpcCodec = { name: "x", encode: () => new Uint8Array(), decode: () => undefined };
  const method = createContractMethod({ service: "Chat", name: "send" }, unary(), { codec });
  assert(method.requestCodec === codec);
  assert(method.responseCodec === codec);
});

test("createContractMethod() gives another address to a method that has one", () => {
  const method = createContractMethod({ service: "Chat", name: "send" }, unary());
  assertEquals(createContractMethod({ service: "Talk", name: "say" }, method).path, "/Talk/say");
});

test("createContractMethod() refuses ill-formed names", () => {
  assertThrows(() => createContractMethod({ service: "a/b", name: "send" }, unary()), TypeError);
  assertThrows(() => createContractMethod({ service: "Chat", name: "a.b" }, unary()), TypeError);
  assertThrows(() => createContractMethod({ service: "Chat", name: "then" }, unary()), TypeError);
});
