import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { testVectors } from "./vector_suite.ts";
import { fromHex } from "./vector_value.ts";

await testVectors("messagePackCodec()", "messagepack", messagePackCodec());

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

test("messagePackCodec() is one and the same codec without options", () => {
  assert(messagePackCodec() === messagePackCodec({}));
  assert(messagePackCodec() === messagePackCodec({ maxDepth: 128 }));
  assert(messagePackCodec() !== messagePackCodec({ maxDepth: 127 }));
  assertEquals(messagePackCodec().name, "messagepack");
});

test("messagePackCodec() takes 128 levels of nesting by default, and no more", () => {
  const codec = messagePackCodec();
  const bytes = codec.encode(nested(128));
  assertEquals(codec.decode(bytes), nested(128));
  assertThrows(() => codec.encode(nested(129)), TypeError, "maxDepth");
  const deeper = messagePackCodec({ maxDepth: 129 }).encode(nested(129));
  assertThrows(() => codec.decode(deeper), RangeError, "maxDepth");
});

test("messagePackCodec() holds encoder and decoder to maxDepth", () => {
  const codec = messagePackCodec({ maxDepth: 2 });
  assertEquals(codec.decode(codec.encode([[1]])), [[1]]);
  assertThrows(() => codec.encode([[[1]]]), TypeError, "value[0][0] as MessagePack");
  assertThrows(() => codec.decode(fromHex("91919101")), RangeError, "at byte 3");
  assertThrows(() => codec.decode(fromHex("81a16181a16281a16301")), RangeError);
  // Map and Set count too, and so does what toJSON returns.
  assertThrows(() => codec.encode(new Map([[0, new Set([new Set()])]])), TypeError);
  assertThrows(() => codec.decode(messagePackCodec().encode([[new Set()]])), RangeError);
  assertThrows(() => codec.decode(messagePackCodec().encode([[new Map()]])), RangeError);
  const endless = { toJSON: (): unknown => endless };
  assertThrows(() => codec.encode(endless), TypeError, "maxDepth");
});

test("messagePackCodec() takes 1024 levels when told to", () => {
  const codec = messagePackCodec({ maxDepth: 1024 });
  assertEquals(codec.decode(codec.encode(nested(1024))), nested(1024));
});

test("messagePackCodec() refuses a maxDepth out of range", () => {
  for (const maxDepth of [0, -1, 1.5, NaN, Infinity, 1025]) {
    assertThrows(() => messagePackCodec({ maxDepth }), RangeError, `found maxDepth ${maxDepth}`);
  }
});

test("messagePackCodec() uses the functions given, as methods of what is given", () => {
  const given = {
    salt: 7,
    encode(value: unknown): Uint8Array {
      return Uint8Array.of(this.salt, Number(value));
    },
    decode(bytes: Uint8Array): unknown {
      return [this.salt, ...bytes];
    },
  };
  const codec = messagePackCodec<unknown>(given);
  assertEquals(codec.name, "messagepack");
  assertEquals([...codec.encode(5)], [7, 5]);
  assertEquals(codec.decode(Uint8Array.of(1)), [7, 1]);
});

test("messagePackCodec() makes plain bytes of what given functions return", () => {
  class Bytes extends Uint8Array {}
  const decode = (): unknown => undefined;
  const codec = messagePackCodec({ encode: () => new Bytes([1, 2]).subarray(1), decode });
  const encoded = codec.encode(0);
  assertEquals(Object.getPrototypeOf(encoded), Uint8Array.prototype);
  assertEquals([...encoded], [2]);
  const shared = messagePackCodec({
    encode: () => new Uint8Array(new SharedArrayBuffer(3)),
    decode,
  });
  assert(shared.encode(0).buffer instanceof ArrayBuffer);
  assertEquals(shared.encode(0).length, 3);
});

test("messagePackCodec() turns errors of given functions into documented ones", () => {
  const fail = (error: unknown) => (): never => {
    throw error;
  };
  const cause = new Error("strange");
  const strange = messagePackCodec({ encode: fail(cause), decode: fail(cause) });
  assert(assertThrows(() => strange.encode(0), TypeError, "given function").cause === cause);
  assert(assertThrows(() => strange.decode(fromHex("00")), SyntaxError).cause === cause);
  for (const error of [new TypeError("t"), new RangeError("r"), new SyntaxError("s")]) {
    const usual = messagePackCodec({ encode: fail(error), decode: fail(error) });
    assert(assertThrows(() => usual.decode(fromHex("00")), Error) === error);
    assertThrows(() => usual.encode(0), TypeError);
  }
});

test("messagePackCodec() refuses what is no bytes from a given function", () => {
  // What a program without types may do.
  const encode = (() => "text") as unknown as () => Uint8Array;
  const codec = messagePackCodec({ encode, decode: () => 0 });
  assertThrows(() => codec.encode(0), TypeError, "returned string, expected a Uint8Array");
});

test("messagePackCodec() refuses one function without the other", () => {
  const encode = (): Uint8Array => new Uint8Array();
  assertThrows(() => messagePackCodec({ encode }), TypeError, "expected two functions");
  assertThrows(() => messagePackCodec({ decode: () => 0 }), TypeError, "expected two functions");
});
