import { FrameError } from "../../../src/protocol/frame_error.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { fromHex } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function readerOf(hex: string): FrameReader {
  const reader = new FrameReader();
  reader.open(fromHex(hex));
  reader.frame = "TEST";
  return reader;
}

test("FrameReader.varint() reads numbers of every length", () => {
  const numbers: readonly (readonly [string, number])[] = [
    ["00", 0],
    ["7f", 127],
    ["8001", 128],
    ["ffffffff0f", 2 ** 32 - 1],
    ["808080808080 8001", 2 ** 49],
    ["ffffffffffffff0f", Number.MAX_SAFE_INTEGER],
  ];
  for (const [hex, value] of numbers) {
    const reader = readerOf(hex);
    assertEquals(reader.varint("n"), value);
    reader.finish("n");
  }
});

test("FrameReader.varint() refuses longer forms, larger numbers and half a number", () => {
  const wrong = {
    "8000": "n is not in its shortest form",
    "ffffff00": "n is not in its shortest form",
    "8080808080808000": "n is not in its shortest form",
    "8080808080808010": "n is above 2^53 - 1",
    "ffffffffffffff10": "n is above 2^53 - 1",
    "ffffffffffffffff00": "n is above 2^53 - 1",
    "": "n is cut off",
    "80": "n is cut off",
    "ffffffffffffff": "n is cut off",
  };
  for (const [hex, words] of Object.entries(wrong)) {
    assertThrows(() => readerOf(hex).varint("n"), FrameError, `Cannot decode TEST: ${words}`);
  }
});

test("FrameReader reads no byte behind its end", () => {
  const reader = readerOf("01 02 03");
  reader.end = 2;
  assertEquals([reader.byte("a"), reader.byte("b")], [1, 2]);
  assertThrows(() => reader.byte("c"), FrameError, "c is cut off");
});

test("FrameReader.chunk() moves past what a length covers", () => {
  const reader = readerOf("02 aabb 00");
  assertEquals([reader.chunk("a"), reader.position], [1, 3]);
  assertEquals([reader.chunk("b"), reader.position], [4, 4]);
  assertThrows(() => readerOf("03 aabb").chunk("a"), FrameError, "a is cut off");
  assertThrows(() => readerOf("ffffffffffffff0f 00").chunk("a"), FrameError, "a is cut off");
});

test("FrameReader.text() and restAsText() read text", () => {
  const reader = readerOf("03 616263 64c3a9");
  assertEquals(reader.text("a"), "abc");
  assertEquals(reader.restAsText(100), "dé");
  reader.finish("the text");
  assertEquals(readerOf("616263").restAsText(2), "ab");
});

test("FrameReader.rest() is a plain view", () => {
  class Other extends Uint8Array {}
  const bytes = new Other([1, 2, 3, 4]);
  const reader = new FrameReader();
  reader.open(bytes.subarray(1));
  reader.byte("a");
  const rest = reader.rest();
  assertEquals([...rest], [3, 4]);
  assert(rest.constructor === Uint8Array && rest.buffer === bytes.buffer);
});

test("FrameReader.finish() counts what is left", () => {
  assertThrows(() => readerOf("010203").finish("x"), FrameError, "3 bytes are left after x");
});

test("FrameReader.close() keeps nothing of the batch", () => {
  const reader = new FrameReader();
  reader.open(new Uint8Array([1, 2, 3]));
  reader.close();
  assertEquals(reader.bytes.length, 0);
});
