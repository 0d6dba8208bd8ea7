import { decodeCbor } from "../../../src/codecs/cbor/decoder.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { fromHex } from "../vector_value.ts";

const limits = { maxDepth: 8, bigints: false };
const decode = (hex: string): unknown => decodeCbor(fromHex(hex), limits);

test("decodeCbor() reads every half float as the double it is", () => {
  const bytes = new Uint8Array(3).fill(0xf9);
  const view = new DataView(bytes.buffer);
  for (let half = 0; half < 0x10000; half++) {
    view.setUint16(1, half);
    assertEquals(decodeCbor(bytes, limits), view.getFloat16(1));
  }
});

test("decodeCbor() skips any number of tags without nesting", () => {
  const bytes = new Uint8Array(100_000).fill(0xc0);
  bytes[bytes.length - 1] = 0x07;
  assertEquals(decodeCbor(bytes, limits), 7);
});

test("decodeCbor() names the byte where it fails", () => {
  assertThrows(() => decode("8201"), SyntaxError, "at byte 1: found 1 bytes before the end");
  assertThrows(() => decode("82011c"), SyntaxError, "at byte 2: found additional information 28");
  assertThrows(() => decode("a10101"), SyntaxError, "at byte 1: found a key that is no string");
  assertThrows(() => decode("8101ff"), SyntaxError, "at byte 2: found 1 bytes after the value");
});

test("decodeCbor() gives a view of bytes that fill the message, a copy of others", () => {
  const large = fromHex(`a1616158${(40).toString(16)}${"07".repeat(40)}`);
  const view = (decodeCbor(large, limits) as { a: Uint8Array }).a;
  assert(view.buffer === large.buffer);
  const small = fromHex("a2616143010203616268aaaaaaaaaaaaaaaa".replace("68a", "48a"));
  const copy = (decodeCbor(small, limits) as { a: Uint8Array }).a;
  assert(copy.buffer !== small.buffer && copy.buffer.byteLength === 3);
});

test("decodeCbor() joins bytes in pieces into memory of their own", () => {
  const bytes = decode("5f4201024103ff") as Uint8Array;
  assertEquals([...bytes], [1, 2, 3]);
  assertEquals(bytes.buffer.byteLength, 3);
});

test("decodeCbor() refuses pieces before it makes room for them", () => {
  assertThrows(() => decode("5f41015affffffff00ff"), SyntaxError, "before the end");
});

test("decodeCbor() reads the key of a map in every form", () => {
  assertEquals(decode("a17818" + "61".repeat(24) + "01"), { ["a".repeat(24)]: 1 });
  assertEquals(decode("a1790001" + "62" + "01"), { b: 1 });
  assertEquals(decode("a162c3a901"), { é: 1 });
  assertEquals(decode("a1695f5f70726f746f5f5f01"), JSON.parse('{"__proto__":1}'));
});
