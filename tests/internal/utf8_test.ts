import { readUtf8, truncateUtf8, utf8Length, writeUtf8 } from "../../src/internal/utf8.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

const TEXTS = [
  "",
  "a",
  "plain text that is longer than any short one",
  "é",
  "жук",
  "日本語",
  "a\u{1F600}b",
  "\u{1F600}",
  "\uFEFFmark",
  "lone \uD800 high",
  "lone \uDC00 low",
  "ends with \uD83D",
  "\u0000\u007F\u0080\u07FF\u0800\uFFFF",
];

test("utf8Length() counts what TextEncoder writes", () => {
  for (const text of TEXTS) {
    assertEquals(utf8Length(text), new TextEncoder().encode(text).length, JSON.stringify(text));
  }
});

test("writeUtf8() writes what TextEncoder writes, at its place", () => {
  for (const text of TEXTS) {
    const expected = new TextEncoder().encode(text);
    const bytes = new Uint8Array(expected.length + 5).fill(0xaa);
    writeUtf8(text, bytes, 3);
    assertEquals(bytes.subarray(3, -2), expected);
    assertEquals([...bytes.subarray(0, 3), ...bytes.subarray(-2)], [0xaa, 0xaa, 0xaa, 0xaa, 0xaa]);
  }
});

test("readUtf8() reads back every text, a byte order mark too", () => {
  for (const text of TEXTS) {
    const bytes = new TextEncoder().encode(`<${text}>`);
    assertEquals(readUtf8(bytes, 1, bytes.length - 1), text.toWellFormed());
  }
});

test("readUtf8() makes U+FFFD of what is not UTF-8, short or long", () => {
  const bytes = new Uint8Array([0x61, 0xff, 0x62]);
  assertEquals(readUtf8(bytes, 0, 3), "a\uFFFDb");
  const long = new Uint8Array(40).fill(0x61);
  long[39] = 0xc3;
  assertEquals(readUtf8(long, 0, 40), "a".repeat(39) + "\uFFFD");
});

test("truncateUtf8() cuts at the limit and within no character", () => {
  const text = "aé日\u{1F600}z";
  const cuts = ["", "a", "a", "aé", "aé", "aé", "aé日", "aé日", "aé日", "aé日"];
  cuts.forEach((cut, maxBytes) => assertEquals(truncateUtf8(text, maxBytes), cut, `${maxBytes}`));
  assertEquals(truncateUtf8(text, 10), "aé日\u{1F600}");
  assertEquals(truncateUtf8(text, 11), text);
  assertEquals(truncateUtf8(text, 1000), text);
});

test("truncateUtf8() counts a lone surrogate as the three bytes that it is sent as", () => {
  assertEquals(truncateUtf8("\uD800\uD800", 5), "\uD800");
  assertEquals(truncateUtf8("\uD800\uD800", 6), "\uD800\uD800");
});
