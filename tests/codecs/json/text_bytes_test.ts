import { encodeText } from "../../../src/codecs/json/text_bytes.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const UNITS = ["a", "é", "Ω", "😀", "\0"];

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

test("encodeText() encodes texts of every length around its limits", () => {
  for (const unit of UNITS) {
    for (const length of [0, 1, 2, 31, 32, 63, 64, 65, 1024, 2047, 2048, 2049, 40_000]) {
      const text = unit.repeat(length);
      assertEquals(decode(encodeText(text)), text);
      assertEquals(decode(encodeText(`${text}z`)), `${text}z`);
    }
  }
});

test("encodeText() never writes again what it handed out", () => {
  const texts = Array.from(
    { length: 5000 },
    (_, index) => `${index} ${UNITS[index % 5]?.repeat(index % 90)}`,
  );
  const all = texts.map(encodeText);
  assertEquals(all.map(decode), texts);
});

test("encodeText() begins anew when its memory was transferred", () => {
  const { buffer } = encodeText("first");
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals(decode(encodeText("second")), "second");
});

test("encodeText() holds no more memory for a long text than it takes", () => {
  const bytes = encodeText("x".repeat(100_000));
  assert(bytes.buffer.byteLength === 100_000);
});
