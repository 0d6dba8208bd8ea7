import { sortKeys } from "../../../src/codecs/cbor/key_order.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { createDraw } from "../random_value.ts";

const encoder = new TextEncoder();

// The definition, by which the function is judged.
function compareBytes(a: string, b: string): number {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

test("sortKeys() puts a prefix before what is longer", () => {
  assertEquals(sortKeys(["ab", "b", "a", "", "aa"]), ["", "a", "aa", "ab", "b"]);
});

test("sortKeys() orders by code point, not by UTF-16", () => {
  const keys = ["\u{10000}", "\uffee", "\ue000", "\ud7ff", "z", "\u{10ffff}"];
  const sorted = ["z", "\ud7ff", "\ue000", "\uffee", "\u{10000}", "\u{10ffff}"];
  assertEquals(sortKeys([...keys]), sorted);
});

test("sortKeys() agrees with the bytes on random keys, few and many", () => {
  const draw = createDraw(7);
  const letters = ["a", "b", "é", "ж", "\ue000", "\uffff", "😀", "𝄞"];
  for (const count of [0, 1, 2, 5, 32, 33, 100]) {
    for (let times = 0; times < 50; times++) {
      const text = (): string =>
        Array.from({ length: draw(5) }, () => letters[draw(letters.length)]).join("");
      const keys = [...new Set(Array.from({ length: count }, text))];
      assertEquals(sortKeys([...keys]), [...keys].sort(compareBytes));
    }
  }
});

test("sortKeys() sorts in place", () => {
  const keys = ["b", "a"];
  assert(sortKeys(keys) === keys);
});
