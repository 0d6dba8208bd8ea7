import { nameOf, textOf, wordsOf } from "../../src/internal/thrown.ts";
import { assertEquals } from "../support/assert.ts";
import { ODD_VALUES } from "../support/odd_values.ts";
import { test } from "../support/test.ts";

test("textOf() is what String() answers where it does", () => {
  for (const value of ["a", 1, 2n, null, undefined, Symbol("x"), [1, 2], {}, new TypeError("x")]) {
    assertEquals(textOf(value), String(value));
  }
});

test("textOf() and wordsOf() bear what cannot become a text", () => {
  for (const [name, value, message] of ODD_VALUES) {
    assertEquals(typeof textOf(value), "string", name);
    assertEquals(wordsOf(value).message, message, name);
  }
  assertEquals(textOf(Object.create(null)), "[object]");
});

test("wordsOf() gives name and message of errors, and no name of anything else", () => {
  assertEquals(wordsOf(new TypeError("bad")), { name: "TypeError", message: "bad" });
  assertEquals(wordsOf(new DOMException("gone", "AbortError")), {
    name: "AbortError",
    message: "gone",
  });
  assertEquals(wordsOf({ name: "AbortError", message: "x" }).name, undefined);
  assertEquals(wordsOf("text"), { name: undefined, message: "text" });
});

test("nameOf() is the name of an error, or the type of what is none", () => {
  const named = Object.assign(new Error("secret"), { name: "Odd" });
  assertEquals([new TypeError("secret"), named, "secret", null].map(nameOf), [
    "TypeError",
    "Odd",
    "string",
    "object",
  ]);
});
