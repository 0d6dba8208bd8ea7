import { ByteArena } from "../../../src/codecs/support/byte_arena.ts";
import { KeyWriter } from "../../../src/codecs/support/key_writer.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { createDraw } from "../random_value.ts";

const encoder = new TextEncoder();

// A byte of length, then the text.
function writeText(out: ByteArena, text: string): void {
  const utf8 = encoder.encode(text);
  out.reserve(1 + utf8.length);
  out.bytes[out.position] = utf8.length;
  out.bytes.set(utf8, out.position + 1);
  out.position += 1 + utf8.length;
}

function written(write: (out: ByteArena, text: string) => void, texts: string[]): Uint8Array {
  const out = new ByteArena();
  for (const text of texts) write(out, text);
  return out.take();
}

test("KeyWriter.write() writes every kind of key, first and again, in any order", () => {
  const writer = new KeyWriter(writeText);
  const keys = [
    "",
    "a",
    "id",
    "__proto__",
    "12",
    "é",
    "ключ",
    "😀",
    "a".repeat(32),
    "a".repeat(33),
  ];
  const draw = createDraw(5);
  for (let times = 0; times < 50; times++) {
    const order = times < 3 ? keys : keys.map(() => keys[draw(keys.length)] ?? "");
    assertEquals(written((out, key) => writer.write(out, key), order), written(writeText, order));
  }
});

test("KeyWriter.write() tells keys apart that share a slot", () => {
  const writer = new KeyWriter(writeText);
  const draw = createDraw(3);
  const keys = Array.from(
    { length: 20_000 },
    () => Array.from({ length: 1 + draw(9) }, () => "abc"[draw(3)]).join(""),
  );
  assertEquals(written((out, key) => writer.write(out, key), keys), written(writeText, keys));
});

test("KeyWriter.write() keeps nothing of a key that cannot be written", () => {
  const writer = new KeyWriter((out, text) => {
    if (text === "bad") throw new TypeError("found bad");
    writeText(out, text);
  });
  const out = new ByteArena();
  for (let times = 0; times < 2; times++) {
    assertThrows(() => writer.write(out, "bad"), TypeError, "found bad");
    writer.write(out, "good");
  }
  assertEquals(out.take(), written(writeText, ["good", "good"]));
});
