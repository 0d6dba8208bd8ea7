import { TextCache } from "../../../src/protocol/native/text_cache.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { bytesOf } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function find(cache: TextCache, text: string): string | undefined {
  const bytes = bytesOf(`<<${text}>>`);
  return cache.find(bytes, 2, bytes.length - 2);
}

test("TextCache finds what was kept, and nothing else", () => {
  const cache = new TextCache();
  for (const text of ["", "a", "x-trace-id", "Bearer abc"]) {
    assertEquals(find(cache, text), undefined, text);
    cache.keep(text);
    assertEquals(find(cache, text), text);
  }
  assertEquals(find(cache, "x-trace-ie"), undefined);
  assertEquals(find(cache, "x-trace-i"), undefined);
});

test("TextCache never finds another text, however many it has seen", () => {
  const cache = new TextCache();
  for (let index = 0; index < 1000; index++) {
    const text = `x-header-${index}`;
    const found = find(cache, text);
    assert(found === undefined || found === text, `${found} for ${text}`);
    cache.keep(text);
    assertEquals(find(cache, text), text);
  }
});

test("TextCache remembers no long text", () => {
  const cache = new TextCache();
  for (const [length, isKept] of [[48, true], [49, false]] as const) {
    const text = "y".repeat(length);
    find(cache, text);
    cache.keep(text);
    assertEquals(find(cache, text) === text, isKept);
  }
});
