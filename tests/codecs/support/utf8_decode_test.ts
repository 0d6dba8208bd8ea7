import { ByteInput } from "../../../src/codecs/support/byte_input.ts";
import {
  asciiText,
  decodeUtf8,
  isAscii,
  readUtf8,
} from "../../../src/codecs/support/utf8_decode.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { fromHex } from "../vector_value.ts";

const encoder = new TextEncoder();

test("readUtf8() reads texts of all lengths and letters, a byte order mark included", () => {
  const letters = ["a", "\u007f", "é", "ж", "漢", "😀", "\ufeff", "\ufffd", "\u0000"];
  for (const letter of letters) {
    for (const length of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 24, 25, 26, 100, 5000]) {
      const text = letter.repeat(length);
      const utf8 = encoder.encode(text);
      const input = new ByteInput(Uint8Array.of(0xff, ...utf8, 0xff), "Test");
      input.position = 1;
      assertEquals(readUtf8(input, utf8.length), text);
      assertEquals(input.position, utf8.length + 1);
    }
  }
});

test("readUtf8() refuses what is not UTF-8 at any length, with its place", () => {
  const malformed = [
    "ff",
    "80",
    "c0af",
    "c3",
    "e282",
    "eda080",
    "edbfbf",
    "f0808080",
    "f4908080",
    "f8",
  ];
  for (const hex of malformed) {
    for (const filler of ["", "61".repeat(30), "efbfbd"]) {
      const input = new ByteInput(fromHex(`00${filler}${hex}`), "Test");
      input.position = 1;
      const length = input.bytes.length - 1;
      assertThrows(() => readUtf8(input, length), SyntaxError, "at byte 1: found");
      assertEquals(decodeUtf8(fromHex(filler + hex)), undefined);
    }
  }
});

test("decodeUtf8() tells U+FFFD in the text from malformed bytes", () => {
  assertEquals(decodeUtf8(encoder.encode("a\ufffdb")), "a\ufffdb");
  assertEquals(decodeUtf8(new Uint8Array()), "");
});

test("isAscii() looks at every byte in its range, and at no other", () => {
  for (let at = 0; at < 10; at++) {
    const bytes = new Uint8Array(10).fill(0x7f);
    bytes[at] = 0x80;
    assertEquals(isAscii(bytes, 2, 6), at < 2 || at >= 8);
  }
});

test("asciiText() makes texts of every length", () => {
  const bytes = Uint8Array.from({ length: 60 }, (_, index) => 0x41 + index);
  for (let length = 0; length < 50; length++) {
    const text = asciiText(bytes, 3, length);
    assertEquals(text, String.fromCharCode(...bytes.subarray(3, 3 + length)));
  }
  assert(asciiText(Uint8Array.of(0), 0, 1) === "\u0000");
});
