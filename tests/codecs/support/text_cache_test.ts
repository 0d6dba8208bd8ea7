import { ByteInput } from "../../../src/codecs/support/byte_input.ts";
import { TextCache } from "../../../src/codecs/support/text_cache.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { createDraw } from "../random_value.ts";

const encoder = new TextEncoder();

function readText(cache: TextCache, text: string): string {
  const bytes = encoder.encode(`<${text}>`);
  const input = new ByteInput(bytes, "Test");
  input.position = 1;
  const read = cache.read(input, bytes.length - 2);
  assertEquals(input.position, bytes.length - 1, "all of the text is read, and no more");
  return read;
}

test("TextCache.read() reads every kind of text, first and again", () => {
  const cache = new TextCache();
  const texts = ["", "a", "open", "__proto__", "é", "ключ", "😀", "\u0000", "\ufeffa", " x "];
  texts.push("a".repeat(9), "a".repeat(10), "a".repeat(11), "a".repeat(5000), "é".repeat(5));
  for (let times = 0; times < 3; times++) {
    for (const text of texts) assertEquals(readText(cache, text), text);
  }
});

test("TextCache.read() tells texts apart that share a slot", () => {
  const cache = new TextCache();
  const draw = createDraw(3);
  for (let count = 0; count < 20_000; count++) {
    const text = Array.from({ length: 1 + draw(9) }, () => "abc"[draw(3)]).join("");
    assertEquals(readText(cache, text), text);
  }
});

test("TextCache.read() refuses texts that are not UTF-8 or cut off, cached ones like them or not", () => {
  const cache = new TextCache();
  readText(cache, "ab");
  const input = new ByteInput(Uint8Array.of(0x61, 0xff), "Test");
  assertThrows(() => cache.read(input, 2), SyntaxError, "not UTF-8");
  assertThrows(() => cache.read(new ByteInput(Uint8Array.of(0x61), "Test"), 2), SyntaxError);
});
