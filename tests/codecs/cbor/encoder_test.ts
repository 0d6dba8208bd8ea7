import { CborDouble } from "../../../src/codecs/cbor/cbor_double.ts";
import { createCborEncoder } from "../../../src/codecs/cbor/encoder.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { toHex } from "../vector_value.ts";

const encoder = createCborEncoder({ maxDepth: 8, bigints: false });
const hexOf = (value: unknown): string => toHex(encoder.encode(value));

test("createCborEncoder() writes elements of float arrays as doubles, of others as integers", () => {
  assertEquals(hexOf(Float64Array.of(1)), "81fb3ff0000000000000");
  assertEquals(hexOf(Float32Array.of(-2)), "81fbc000000000000000");
  assertEquals(hexOf(Float16Array.of(1)), "81fb3ff0000000000000");
  assertEquals(hexOf(Int16Array.of(1000, -2)), "821903e821");
  assertEquals(hexOf(BigInt64Array.of(1n)), "8101");
});

test("createCborEncoder() writes only the part of the memory that a view shows", () => {
  const memory = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  assertEquals(hexOf(memory.subarray(2, 4)), "420304");
  assertEquals(hexOf(new DataView(memory.buffer, 1, 2)), "420203");
  assertEquals(hexOf(new Uint8ClampedArray(memory.buffer, 6)), "420708");
  assertEquals(hexOf(new Uint16Array(memory.buffer, 2, 1)), "81190403");
});

test("createCborEncoder() writes one and the same NaN for all", () => {
  const strange = new Float64Array(new BigUint64Array([0xfff8_0000_dead_beefn]).buffer);
  assertEquals(hexOf(strange[0]), "fb7ff8000000000000");
  assertEquals(hexOf(new CborDouble(NaN)), "fb7ff8000000000000");
});

test("createCborEncoder() reads a property once", () => {
  let reads = 0;
  const value = {
    get a(): number {
      return ++reads;
    },
  };
  assertEquals(hexOf(value), "a1616101");
});

test("createCborEncoder() passes on what a getter or toJSON throws", () => {
  const cause = new Error("mine");
  const fail = (): never => {
    throw cause;
  };
  const error = assertThrows(() => hexOf([{ toJSON: fail }]), Error, "mine");
  assert(error === cause);
  assertEquals(hexOf(1), "01");
});

test("createCborEncoder() writes texts of every length anywhere in the shared memory", () => {
  // A head that outgrows its gap at the very end of the memory must not lose the text.
  for (let length = 0; length < 400; length++) {
    const text = "é".repeat(length);
    const bytes = encoder.encode(text);
    assertEquals(new TextDecoder().decode(bytes.subarray(bytes.length - length * 2)), text);
  }
});

test("createCborEncoder() counts what it writes, in the shortest head", () => {
  const value: Record<string, unknown> = {};
  for (let key = 0; key < 25; key++) value[`k${key}`] = key < 2 ? undefined : null;
  assertEquals(hexOf(value).slice(0, 2), "b7");
});
