import { cborCodec, CborDouble } from "../../src/codecs/mod.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { testVectors } from "./vector_suite.ts";
import { fromHex, toHex } from "./vector_value.ts";

await testVectors("cborCodec()", "cbor", cborCodec());

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

test("cborCodec() is called cbor", () => {
  assertEquals(cborCodec().name, "cbor");
});

test("cborCodec() writes RpcDouble(1.0) with a CborDouble", () => {
  assertEquals(toHex(cborCodec().encode({ v: new CborDouble(1) })), "a16176fb3ff0000000000000");
  assertEquals(cborCodec().decode(fromHex("a16176fb3ff0000000000000")), { v: 1 });
});

test("cborCodec() takes 256 levels of nesting by default, and no more", () => {
  const codec = cborCodec();
  assertEquals(codec.decode(codec.encode(nested(256))), nested(256));
  assertThrows(() => codec.encode(nested(257)), TypeError, "maxDepth");
  const deeper = cborCodec({ maxDepth: 257 }).encode(nested(257));
  assertThrows(() => codec.decode(deeper), RangeError, "maxDepth");
});

test("cborCodec() holds encoder and decoder to maxDepth", () => {
  const codec = cborCodec({ maxDepth: 2 });
  assertEquals(codec.decode(fromHex("9f9f01ffff")), [[1]]);
  for (const hex of ["81818101", "9f9f9fffffff", "bf6161bf6161bfffffff", "a16161a16161a0"]) {
    assertThrows(() => codec.decode(fromHex(hex)), RangeError, "maxDepth");
  }
  const endless = { toJSON: (): unknown => endless };
  assertThrows(() => codec.encode(endless), TypeError, "maxDepth");
  assertThrows(() => cborCodec({ maxDepth: 0 }), RangeError, "found maxDepth 0");
});

test("cborCodec() with largeIntegers bigint carries 64 bits and a sign", () => {
  const codec = cborCodec({ largeIntegers: "bigint" });
  const cases: [bigint, string][] = [
    [2n ** 53n, "1b0020000000000000"],
    [2n ** 64n - 1n, "1bffffffffffffffff"],
    [-(2n ** 53n), "3b001fffffffffffff"],
    [-(2n ** 64n), "3bffffffffffffffff"],
  ];
  for (const [value, hex] of cases) {
    assertEquals(toHex(codec.encode(value)), hex);
    assertEquals(codec.decode(fromHex(hex)), value);
  }
  assertThrows(() => codec.encode(2n ** 64n), TypeError, "64 bits");
  assertThrows(() => codec.encode([-(2n ** 64n) - 1n]), TypeError, "value[0]");
  // What a number holds is one, with or without the option.
  assertEquals(codec.decode(codec.encode([5n, -(2n ** 53n) + 1n])), [5, -(2 ** 53) + 1]);
});

test("cborCodec() refuses a bigint that its own decoder would refuse", () => {
  const codec = cborCodec();
  assertEquals(codec.decode(codec.encode(2n ** 53n - 1n)), 2 ** 53 - 1);
  assertThrows(() => codec.encode({ n: 2n ** 53n }), TypeError, "value.n as CBOR");
  assertThrows(() => codec.encode(-(2n ** 53n)), TypeError);
});

test("cborCodec() with topLevel map refuses everything else, both ways", () => {
  const codec = cborCodec({ topLevel: "map" });
  assertEquals(codec.decode(codec.encode({})), {});
  assertEquals(codec.decode(fromHex("d9d9f7bfff")), {});
  assertEquals(codec.decode(codec.encode({ toJSON: () => ({ a: 1 }) })), { a: 1 });
  for (const value of [null, 1, "a", true, [], new Uint8Array(1), { toJSON: () => 1 }]) {
    assertThrows(() => codec.encode(value), TypeError, "expected an object");
  }
  for (const hex of ["f6", "01", "6161", "80", "4101", "9fff"]) {
    assertThrows(() => codec.decode(fromHex(hex)), SyntaxError, "expected a map");
  }
});

test("cborCodec() takes any top level by default", () => {
  assertEquals(cborCodec().decode(fromHex("01")), 1);
  assertEquals(toHex(cborCodec().encode(null)), "f6");
});
