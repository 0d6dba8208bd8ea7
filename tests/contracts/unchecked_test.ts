import { isUnchecked, unchecked } from "../../src/contracts/unchecked.ts";
import { validateValue } from "../../src/contracts/validation.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("unchecked() is a Standard Schema that hands on every value", () => {
  const schema = unchecked<unknown>();
  assertEquals(schema["~standard"].version, 1);
  for (const value of [undefined, null, 0, "", { then: 1 }]) {
    assertEquals(validateValue(schema, value), value);
  }
});

test("unchecked() cannot be changed", () => {
  assert(Object.isFrozen(unchecked()));
  assert(Object.isFrozen(unchecked()["~standard"]));
});

test("isUnchecked() knows only unchecked()", () => {
  assert(isUnchecked(unchecked<string>()));
  assert(!isUnchecked({ ...unchecked() }));
});
