import { z } from "zod";
import type { RpcCodec } from "../../src/codecs/codec.ts";
import { checkCodec, createMethod, isMethod } from "../../src/contracts/create_method.ts";
import { unchecked } from "../../src/contracts/unchecked.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

function fakeCodec(name: string): RpcCodec {
  return { name, encode: () => new Uint8Array(), decode: () => undefined };
}

test("createMethod() gives every setting a value", () => {
  assertEquals(createMethod("unary", {}), {
    shape: "unary",
    request: undefined,
    response: undefined,
    requestCodec: undefined,
    responseCodec: undefined,
    idempotent: false,
    description: "",
  });
});

test("createMethod() keeps what it is given", () => {
  const request = z.string();
  const response = z.number();
  const method = createMethod("bidirectional", {
    request,
    response,
    idempotent: true,
    description: "Counts",
  });
  assert(method.request === request);
  assert(method.response === response);
  assertEquals(method.idempotent, true);
  assertEquals(method.description, "Counts");
});

test("createMethod() freezes the method and leaves the options alone", () => {
  const options = { idempotent: true };
  const method = createMethod("unary", options);
  assert(Object.isFrozen(method));
  assert(!Object.isFrozen(options));
  assertThrows(() => Object.assign(method, { idempotent: false }), TypeError);
});

test("createMethod() uses codec for both directions", () => {
  const codec = fakeCodec("both");
  const method = createMethod("unary", { codec });
  assert(method.requestCodec === codec);
  assert(method.responseCodec === codec);
});

test("createMethod() prefers the codec of a direction", () => {
  const method = createMethod("unary", {
    codec: fakeCodec("both"),
    requestCodec: fakeCodec("request"),
  });
  assertEquals(method.requestCodec?.name, "request");
  assertEquals(method.responseCodec?.name, "both");
});

test("createMethod() drops schemas that check nothing", () => {
  const method = createMethod("unary", { request: unchecked(), response: unchecked() });
  assertEquals(method.request, undefined);
  assertEquals(method.response, undefined);
});

test("createMethod() takes a schema that is a function, as those of ArkType are", () => {
  const schema = Object.assign(() => {}, unchecked<string>());
  assert(createMethod("unary", { request: schema }).request === schema);
});

test("createMethod() refuses what is not a schema", () => {
  const validate = () => ({ value: 1 });
  const wrong: readonly [unknown, string][] = [
    [null, "request is null"],
    ["string", "request is a string"],
    [() => true, "request is a function"],
    [{}, "request is another object"],
    [{ "~standard": null }, "request is another object"],
    [{ "~standard": { version: 2, vendor: "x", validate } }, "request is another object"],
    [{ "~standard": { version: 1, vendor: "x" } }, "request is another object"],
  ];
  for (const [request, words] of wrong) {
    const options = { request } as Parameters<typeof createMethod>[1];
    assertThrows(
      () => createMethod("unary", options),
      TypeError,
      `Cannot define method: ${words}, expected a Standard Schema, version 1`,
    );
  }
});

test("createMethod() names the schema at fault", () => {
  const options = { response: 1 } as unknown as Parameters<typeof createMethod>[1];
  assertThrows(() => createMethod("unary", options), TypeError, "response is a number");
});

test("createMethod() refuses what is not a codec", () => {
  const halves: readonly unknown[] = [
    "json",
    {},
    { encode: () => new Uint8Array() },
    { decode: () => 1 },
  ];
  for (const half of halves) {
    for (const name of ["codec", "requestCodec", "responseCodec"]) {
      const options = { [name]: half } as Parameters<typeof createMethod>[1];
      const error = assertThrows(() => createMethod("unary", options), TypeError);
      const found = name === "codec" ? "requestCodec" : name;
      assert(error.message.startsWith(`Cannot define method: ${found} is `), error.message);
    }
  }
});

test("checkCodec() gives the codec back, or nothing for nothing", () => {
  const codec = fakeCodec("x");
  assert(checkCodec("contract: codec", codec) === codec);
  assertEquals(checkCodec("contract: codec", undefined), undefined);
});

test("isMethod() knows methods of any copy of the package", () => {
  assert(isMethod(createMethod("clientStream", {})));
  assert(isMethod(JSON.parse(JSON.stringify(createMethod("serverStream", {})))));
  for (const other of [undefined, null, 1, "unary", () => {}, {}, [], { shape: "both" }]) {
    assert(!isMethod(other), String(other));
  }
});
