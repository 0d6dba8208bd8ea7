import { z } from "zod";
import type { RpcCodec } from "../../src/codecs/codec.ts";
import type { RpcMethods } from "../../src/contracts/contract.ts";
import { defineContract, defineContractWith } from "../../src/contracts/define_contract.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { parseMethodPath } from "../../src/protocol/method_path.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

function fakeCodec(name: string): RpcCodec {
  return { name, encode: () => new Uint8Array(), decode: () => undefined };
}

test("defineContract() gives each method its name and path", () => {
  const Chat = defineContract("acme.Chat", {
    send: unary<string, string>(),
    join: serverStream<string, string>(),
    upload: clientStream<string, string>(),
    talk: bidirectional<string, string>(),
  });
  assertEquals(Chat.name, "acme.Chat");
  assertEquals(Object.keys(Chat.methods), ["send", "join", "upload", "talk"]);
  for (const [name, method] of Object.entries(Chat.methods)) {
    assertEquals(method.service, "acme.Chat");
    assertEquals(method.name, name);
    assertEquals(method.path, `/acme.Chat/${name}`);
  }
  assertEquals(Chat.methods.join.shape, "serverStream");
});

test("defineContract() keeps schemas, description and idempotent", () => {
  const request = z.string();
  const method = unary({ request, response: z.string(), idempotent: true, description: "Echoes" });
  const { echo } = defineContract("Echo", { echo: method }).methods;
  assert(echo.request === request);
  assertEquals(echo.idempotent, true);
  assertEquals(echo.description, "Echoes");
});

test("defineContract() freezes the contract and all of its methods", () => {
  const Chat = defineContract("Chat", { send: unary() });
  assert(Object.isFrozen(Chat));
  assert(Object.isFrozen(Chat.methods));
  assert(Object.isFrozen(Chat.methods.send));
  assertThrows(() => Object.assign(Chat.methods, { join: unary() }), TypeError);
});

test("defineContract() leaves what it is given alone", () => {
  const send = unary();
  const methods = { send };
  const Chat = defineContract("Chat", methods);
  assert(!Object.isFrozen(methods));
  assert(methods.send === send);
  assert(!("path" in send));
  Object.assign(methods, { join: unary() });
  assertEquals(Object.keys(Chat.methods), ["send"]);
});

test("defineContract() lets one method serve under two names", () => {
  const echo = unary<string, string>();
  const Echo = defineContract("Echo", { echo, again: echo });
  assertEquals(Echo.methods.echo.path, "/Echo/echo");
  assertEquals(Echo.methods.again.path, "/Echo/again");
});

test("defineContract() finds nothing under names that every object has", () => {
  const methods: RpcMethods = defineContract("Chat", { send: unary() }).methods;
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assertEquals(methods[name], undefined, name);
  }
});

test("defineContract() gives its codec to methods that have none", () => {
  const Files = defineContract("Files", {
    plain: unary(),
    half: unary({ requestCodec: fakeCodec("request") }),
    own: unary({ codec: fakeCodec("own") }),
  }, { codec: fakeCodec("contract") });
  const names = Object.values(Files.methods).map((method) => [
    method.requestCodec?.name,
    method.responseCodec?.name,
  ]);
  assertEquals(names, [["contract", "contract"], ["request", "contract"], ["own", "own"]]);
});

test("defineContract() leaves the codec to the endpoint, with MessagePack as the default", () => {
  const { send } = defineContract("Chat", { send: unary() }).methods;
  assertEquals(send.requestCodec, undefined);
  assertEquals(send.responseCodec, undefined);
  assertEquals(send.defaultCodec.name, "messagepack");
});

test("defineContractWith() gives its codec to methods that have none", () => {
  const codec = fakeCodec("contract");
  const Files = defineContractWith("Files", {
    plain: unary(),
    half: unary({ requestCodec: fakeCodec("request") }),
  }, { codec });
  const codecs = Object.values(Files.methods).map((method) => [
    method.requestCodec?.name,
    method.responseCodec?.name,
    method.defaultCodec.name,
  ]);
  assertEquals(codecs, [["contract", "contract", "contract"], ["request", "contract", "contract"]]);
});

test("defineContractWith() checks what defineContract() checks", () => {
  const codec = fakeCodec("contract");
  assertThrows(() => defineContractWith("a/b", {}, { codec }), TypeError, '"a/b"');
  assertThrows(() => defineContractWith("Chat", { then: unary() }, { codec }), TypeError, '"then"');
  const methods = { send: null } as unknown as RpcMethods;
  assertThrows(() => defineContractWith("Chat", methods, { codec }), TypeError, '"send" is null');
});

test("defineContractWith() refuses to go without a codec", () => {
  const words = 'Cannot define contract "Chat": found no codec';
  const none = {} as unknown as { codec: RpcCodec };
  assertThrows(() => defineContractWith("Chat", {}, none), TypeError, words);
  const wrong = { codec: "json" as unknown as RpcCodec };
  assertThrows(() => defineContractWith("Chat", {}, wrong), TypeError, "codec is a string");
});

test("defineContract() refuses what is not a codec", () => {
  const options = { codec: "json" as unknown as RpcCodec };
  assertThrows(
    () => defineContract("Chat", {}, options),
    TypeError,
    "Cannot define contract: codec is a string, expected an object with encode and decode",
  );
});

test("defineContract() accepts service names of 129 to 1020 characters", () => {
  for (const length of [129, 1018, 1020]) {
    const service = "s".repeat(length);
    const { path } = defineContract(service, { m: unary() }).methods.m;
    assertEquals(parseMethodPath(path), { service, method: "m" });
  }
});

test("defineContract() accepts a path of exactly 1024 characters and refuses one more", () => {
  const method = "m".repeat(100);
  const longest = "s".repeat(1024 - 102);
  assertEquals(defineContract(longest, { [method]: unary() }).methods[method]?.path.length, 1024);
  assertThrows(() => defineContract(`${longest}s`, { [method]: unary() }), TypeError, "1025");
});

test("defineContract() accepts every character of the grammar", () => {
  const { path } =
    defineContract("acme.chat_v2-x.Chat0", { "send_v-2": unary() }).methods["send_v-2"];
  assertEquals(path, "/acme.chat_v2-x.Chat0/send_v-2");
});

test("defineContract() refuses service names that the wire cannot carry", () => {
  const names = ["", " ", "Chat ", "a/b", "/Chat", "Chät", "чат", "a\nb", "a\0b", "a:b", "😀"];
  for (const name of [...names, "s".repeat(1022)]) {
    assertThrows(() => defineContract(name, { send: unary() }), TypeError);
  }
});

test("defineContract() refuses an ill-formed name although it has no methods", () => {
  assertThrows(() => defineContract("a/b", {}), TypeError, '"a/b"');
});

test("defineContract() refuses method names that the wire cannot carry", () => {
  const names = ["", " ", "room.join", "a/b", "send ", "größe", "a\tb", "?", "m".repeat(1022)];
  for (const name of names) {
    assertThrows(() => defineContract("Chat", { ok: unary(), [name]: unary() }), TypeError);
  }
  assertThrows(() => defineContract("Chat", { "room.join": unary() }), TypeError, '"room.join"');
});

test("defineContract() refuses names that JavaScript acts upon", () => {
  const words = 'Cannot define contract "Chat": found method name';
  assertThrows(() => defineContract("Chat", { then: unary() }), TypeError, `${words} "then"`);
  assertThrows(
    () => defineContract("Chat", { ["__proto__"]: unary() }),
    TypeError,
    `${words} "__proto__"`,
  );
  // In a literal the name is the prototype: the method would vanish without a word.
  const literal = { __proto__: unary() } as unknown as RpcMethods;
  assertThrows(() => defineContract("Chat", literal), TypeError, `${words} "__proto__"`);
});

test("defineContract() accepts names that every object has", () => {
  const Odd = defineContract("Odd", { constructor: unary(), toString: unary(), toJSON: unary() });
  assertEquals(Object.keys(Odd.methods), ["constructor", "toString", "toJSON"]);
  assertEquals(Odd.methods.toString.path, "/Odd/toString");
});

test("defineContract() refuses what is not a method, and names it", () => {
  const wrong: readonly [unknown, string][] = [
    [unary, "a function"],
    [undefined, "undefined"],
    [null, "null"],
    [{ shape: "both" }, "another object"],
    ["unary", "a string"],
  ];
  for (const [method, found] of wrong) {
    const methods = { ok: unary(), send: method } as unknown as RpcMethods;
    assertThrows(
      () => defineContract("Chat", methods),
      TypeError,
      `Cannot define contract "Chat": method "send" is ${found}, expected what unary()`,
    );
  }
});

test("defineContract() refuses methods that are not an object", () => {
  for (const methods of [null, undefined, "send", 1, () => {}, [unary()]]) {
    assertThrows(
      () => defineContract("Chat", methods as unknown as RpcMethods),
      TypeError,
      'Cannot define contract "Chat": methods are not an object, expected methods by name',
    );
  }
});

test("defineContract() takes the methods of a module", () => {
  const module = Object.freeze(
    Object.assign(Object.create(null), { send: unary(), [Symbol.toStringTag]: "Module" }),
  );
  assertEquals(Object.keys(defineContract("Chat", module).methods), ["send"]);
});

test("defineContract() accepts no methods at all", () => {
  assertEquals(Object.keys(defineContract("Empty", {}).methods), []);
});
