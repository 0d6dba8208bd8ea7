import { CborDouble } from "../../../src/codecs/cbor/cbor_double.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("CborDouble keeps its number, whatever it is", () => {
  for (const value of [1, -0, 0.5, NaN, Infinity]) {
    assert(Object.is(new CborDouble(value).value, value));
  }
});

test("CborDouble refuses what is no number", () => {
  // What a program without types may do.
  const Double = CborDouble as new (value: unknown) => CborDouble;
  for (const value of ["1", 1n, null, undefined]) {
    const error = assertThrows(() => new Double(value), TypeError, "expected a number");
    assertEquals(
      error.message,
      `Cannot create CborDouble: found ${typeof value}, expected a number`,
    );
  }
});
