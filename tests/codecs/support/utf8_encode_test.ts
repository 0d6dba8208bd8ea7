import { ByteArena } from "../../../src/codecs/support/byte_arena.ts";
import { Unrepresentable } from "../../../src/codecs/support/unrepresentable.ts";
import { putShortAscii, putUtf8 } from "../../../src/codecs/support/utf8_encode.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const encoder = new TextEncoder();
// The last one-unit and first two-unit code points of each length in UTF-8.
const BORDERS = ["\u0000", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff"];
BORDERS.push("\u{10000}", "\u{10ffff}", "\ufeff", "\ufffd");

function utf8(text: string, gap: number): Uint8Array {
  const out = new ByteArena();
  const length = putUtf8(out, text, gap);
  return out.bytes.subarray(out.position + gap, out.position + gap + length);
}

test("putUtf8() writes what TextEncoder writes, in texts of all lengths", () => {
  const lengths = [0, 1, 2, 63, 64, 65, 100, 4095, 4096, 4097, 20_000];
  for (const border of BORDERS) {
    for (const length of lengths) {
      const text = border.repeat(length);
      assertEquals(utf8(text, length % 6), encoder.encode(text));
    }
    const mixed = `a${border}é${border}ж`;
    assertEquals(utf8(mixed, 1), encoder.encode(mixed));
  }
});

test("putUtf8() refuses a lone surrogate, in texts of all lengths and at every place", () => {
  for (const length of [0, 10, 63, 64, 5000]) {
    const filler = "a".repeat(length);
    const pairs = [
      "\ud800",
      "\udfff",
      "\ud800a",
      "\udc00\ud800",
      "\ud800\ud800",
      "\ud83d\ud83d\ude00",
    ];
    for (const lone of pairs) {
      for (const text of [filler + lone, lone + filler, filler + lone + filler]) {
        assert(thrownBy(() => utf8(text, 1)) instanceof Unrepresentable);
      }
    }
    assertEquals(utf8(`${filler}😀`, 1), encoder.encode(`${filler}😀`));
  }
});

test("putUtf8() leaves room for any head behind the text it wrote", () => {
  const out = new ByteArena();
  for (let count = 0; count < 20_000; count++) {
    const length = putUtf8(out, "é", 1);
    const { bytes, position } = out;
    out.reserve(9);
    assert(out.bytes === bytes && out.position === position);
    out.position += length + 1;
    out.take();
  }
});

test("putShortAscii() writes ASCII behind its head, and nothing of other texts", () => {
  const out = new ByteArena();
  assert(putShortAscii(out, "hi\u007f", 0xa0));
  assertEquals(out.length, 4);
  assertEquals(putShortAscii(out, "hié", 0xa0), false);
  assertEquals(out.length, 4);
  assert(putShortAscii(out, "", 0x60));
  assertEquals([...out.take()], [0xa3, 0x68, 0x69, 0x7f, 0x60]);
});

function thrownBy(body: () => unknown): unknown {
  try {
    return body();
  } catch (thrown) {
    return thrown;
  }
}
