import { decodeMessagePack } from "../../../src/codecs/messagepack/decoder.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { fromHex } from "../vector_value.ts";

const decode = (hex: string): unknown => decodeMessagePack(fromHex(hex), 16);

test("decodeMessagePack() names the byte where it fails", () => {
  assertThrows(() => decode("9201"), SyntaxError, "at byte 1: found 1 bytes before the end");
  assertThrows(() => decode("9201c1"), SyntaxError, "at byte 2: found 0xc1");
  assertThrows(() => decode("93a1ff0000"), SyntaxError, "at byte 2: found 1 bytes of text");
  assertThrows(() => decode("820100a000"), SyntaxError, "at byte 1: found a key");
  assertThrows(() => decode("9200d40500"), SyntaxError, "found extension type 5");
  assertThrows(() => decode("0101"), SyntaxError, "at byte 1: found 1 bytes after the value");
});

test("decodeMessagePack() refuses counts that together do not fit, before making room", () => {
  // Each array alone would fit the bytes behind it, all of them do not.
  const nested = "dc4000".repeat(15) + "00".repeat(0x4010);
  assertThrows(() => decode(nested), SyntaxError, "at byte 6");
});

test("decodeMessagePack() gives a view of bytes that fill the message, a copy of others", () => {
  const large = fromHex(`81a161c428${"07".repeat(40)}`);
  const view = (decodeMessagePack(large, 16) as { a: Uint8Array }).a;
  assert(view.buffer === large.buffer && view.length === 40);
  const small = fromHex("82a161c403010203a162c408" + "aa".repeat(8));
  const copy = (decodeMessagePack(small, 16) as { a: Uint8Array }).a;
  assert(copy.buffer !== small.buffer && copy.buffer.byteLength === 3);
});

test("decodeMessagePack() gives plain bytes whatever the class of the message", () => {
  class Bytes extends Uint8Array {}
  for (const length of [2, 200]) {
    const message = new Bytes([0x92, 0xc4, length, ...new Array(length).fill(7), 0xa1, 0x61]);
    const [bytes, text] = decodeMessagePack(message, 16) as [Uint8Array, string];
    assert(Object.getPrototypeOf(bytes) === Uint8Array.prototype);
    assertEquals([bytes.length, text], [length, "a"]);
  }
});

test("decodeMessagePack() reads keys that look alike to its cache", () => {
  // Same length, first, middle and last letter: one slot for all.
  const keys = ["aXbbc", "aYbbc", "aZbbc", "aXbbc"];
  for (const key of keys) {
    const hex = [...key].map((letter) => letter.charCodeAt(0).toString(16)).join("");
    assertEquals(decode(`81a5${hex}01`), { [key]: 1 });
  }
  assertEquals(decode("82a0 01 a2c3a9 02"), { "": 1, é: 2 });
});

test("decodeMessagePack() makes numbers of 64-bit integers up to 2^53 - 1, bigints beyond", () => {
  assertEquals(decode("cf001fffffffffffff"), 2 ** 53 - 1);
  assertEquals(decode("cf0020000000000000"), 2n ** 53n);
  assertEquals(decode("d3ffe0000000000001"), -(2 ** 53) + 1);
  assertEquals(decode("d3ffe0000000000000"), -(2n ** 53n));
  assertEquals(decode("d38000000000000000"), -(2n ** 63n));
  assertEquals(decode("d3ffffffff00000000"), -(2 ** 32));
});

test("decodeMessagePack() refuses to decode what is no Uint8Array", () => {
  // What a program without types may do.
  const untyped = decodeMessagePack as (bytes: unknown, maxDepth: number) => unknown;
  for (const value of ["a", null, [1], new ArrayBuffer(1), new DataView(new ArrayBuffer(1))]) {
    assertThrows(() => untyped(value, 16), TypeError, "expected a Uint8Array");
  }
});
