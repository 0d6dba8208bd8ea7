import { ByteInput } from "../../../src/codecs/support/byte_input.ts";
import { KeyCache } from "../../../src/codecs/support/key_cache.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { createDraw } from "../random_value.ts";

const encoder = new TextEncoder();

function readKey(cache: KeyCache, key: string): string {
  const bytes = encoder.encode(`<${key}>`);
  const input = new ByteInput(bytes, "Test");
  input.position = 1;
  const read = cache.read(input, bytes.length - 2);
  assertEquals(input.position, bytes.length - 1, "all of the key is read, and no more");
  return read;
}

test("KeyCache.read() reads every kind of key, first and again", () => {
  const cache = new KeyCache();
  const keys = ["", "a", "id", "__proto__", "12", "é", "ключ", "😀", "\u0000", "a".repeat(32)];
  keys.push("a".repeat(33), "é".repeat(16), "é".repeat(17), "constructor", " x ", "\ufeffid");
  for (let times = 0; times < 3; times++) {
    for (const key of keys) assertEquals(readKey(cache, key), key);
  }
});

test("KeyCache.read() tells keys apart that share a slot", () => {
  const cache = new KeyCache();
  const draw = createDraw(3);
  for (let count = 0; count < 20_000; count++) {
    const key = Array.from({ length: 1 + draw(9) }, () => "abc"[draw(3)]).join("");
    assertEquals(readKey(cache, key), key);
  }
});

test("KeyCache.read() refuses keys that are not UTF-8, cached ones like them or not", () => {
  const cache = new KeyCache();
  readKey(cache, "ab");
  const input = new ByteInput(Uint8Array.of(0x61, 0xff), "Test");
  assertThrows(() => cache.read(input, 2), SyntaxError, "not UTF-8");
  assertThrows(() => cache.read(new ByteInput(Uint8Array.of(0x61), "Test"), 2), SyntaxError);
});

test("KeyCache.read() reads keys that follow each other as before, and ones that do not", () => {
  const cache = new KeyCache();
  const draw = createDraw(7);
  const keys = ["id", "room", "user", "", "é", "text", "a".repeat(40)];
  for (let times = 0; times < 200; times++) {
    const order = times % 3 === 0 ? keys.map(() => keys[draw(keys.length)] ?? "") : keys;
    for (const key of order) assertEquals(readKey(cache, key), key);
  }
});

test("KeyCache.read() says of every odd key that one was there, and of no other", () => {
  const cache = new KeyCache();
  const read = (key: string): boolean => {
    const input = new ByteInput(encoder.encode(key), "Test");
    assertEquals(cache.read(input, input.bytes.length), key);
    return input.hasOddKeys;
  };
  for (let times = 0; times < 4; times++) {
    for (const key of ["id", "room", "_id", "é", "a".repeat(33)]) assertEquals(read(key), false);
    for (const key of ["12", "1000", "0", "constructor", "__proto__", "1e3"]) {
      assertEquals(read(key), true, key);
    }
  }
});
