import type { RpcCodec } from "../../src/codecs/codec.ts";
import {
  type ContractMethodOptions,
  createContractMethod,
} from "../../src/contracts/create_contract_method.ts";
import { serverStream, unary } from "../../src/contracts/shapes.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const defaultCodec: RpcCodec = {
  name: "default",
  encode: () => new Uint8Array(),
  decode: () => undefined,
};
const CODECS: ContractMethodOptions = { codec: undefined, defaultCodec };

test("createContractMethod() adds the address and keeps the rest", () => {
  const method = serverStream({ description: "Joins a room" });
  assertEquals(createContractMethod({ service: "Chat", name: "join" }, method, CODECS), {
    ...method,
    defaultCodec,
    service: "Chat",
    name: "join",
    path: "/Chat/join",
  });
});

test("createContractMethod() freezes its result", () => {
  assert(Object.isFrozen(createContractMethod({ service: "Chat", name: "send" }, unary(), CODECS)));
});

test("createContractMethod() fills in the codec of the contract", () => {
  const codec: RpcCodec = { name: "x", encode: () => new Uint8Array(), decode: () => undefined };
  const method = createContractMethod({ service: "Chat", name: "send" }, unary(), {
    codec,
    defaultCodec,
  });
  assert(method.requestCodec === codec);
  assert(method.responseCodec === codec);
});

test("createContractMethod() gives another address to a method that has one", () => {
  const method = createContractMethod({ service: "Chat", name: "send" }, unary(), CODECS);
  assertEquals(
    createContractMethod({ service: "Talk", name: "say" }, method, CODECS).path,
    "/Talk/say",
  );
});

test("createContractMethod() refuses ill-formed names", () => {
  assertThrows(
    () => createContractMethod({ service: "a/b", name: "send" }, unary(), CODECS),
    TypeError,
  );
  assertThrows(
    () => createContractMethod({ service: "Chat", name: "a.b" }, unary(), CODECS),
    TypeError,
  );
  assertThrows(
    () => createContractMethod({ service: "Chat", name: "then" }, unary(), CODECS),
    TypeError,
  );
});
