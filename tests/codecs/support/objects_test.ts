import { describe, hasToJson, isPlainObject } from "../../../src/codecs/support/objects.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

class A {}

test("isPlainObject() accepts literals and objects without prototype, of any realm", () => {
  // The prototype of another realm's objects is not ours, but has none itself either.
  const foreign = Object.create(Object.create(null));
  for (const value of [{}, { a: 1 }, Object.create(null), foreign]) assert(isPlainObject(value));
});

test("isPlainObject() rejects instances, whatever their properties say", () => {
  const values = [new A(), [], new Map(), new Date(), () => 1, Object(1), Object.create({})];
  values.push(Object.assign(new A(), { constructor: Object }));
  for (const value of values) assertEquals(isPlainObject(value), false);
});

test("hasToJson() wants a function", () => {
  assert(hasToJson(new Date()) && hasToJson({ toJSON: () => 1 }));
  assertEquals(hasToJson({}) || hasToJson({ toJSON: 1 }) || hasToJson(new A()), false);
});

test("describe() names types, never values", () => {
  assertEquals(describe("secret"), "a string");
  assertEquals(describe(undefined), "undefined");
  assertEquals(describe(null), "null");
  assertEquals(describe(Symbol("secret")), "a symbol");
  assertEquals(describe(() => "secret"), "a function");
  assertEquals(describe(new A()), 'an instance of "A"');
  assertEquals(describe(new Date(NaN)), "an invalid Date");
  assertEquals(describe(new (class {})()), "an object of unknown class");
  assertEquals(describe(Object.create(Object.create(A.prototype))), 'an instance of "A"');
  assertEquals(describe(Object.create({ constructor: 1 })), "an object of unknown class");
});
