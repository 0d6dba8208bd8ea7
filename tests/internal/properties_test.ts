import {
  addFarProperty,
  addProperty,
  isInherited,
  mayBeIndex,
} from "../../src/internal/properties.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { withFrozenNames } from "../support/frozen_names.ts";
import { heapGrowth } from "../support/heap.ts";
import { test } from "../support/test.ts";

function objectOf(keys: readonly string[], properties = keys.length): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  let count = properties;
  for (const key of keys) count = addProperty(object, { key, value: `of ${key}` }, count);
  return object;
}

const PLAIN = { writable: true, enumerable: true, configurable: true };

function assertPlain(keys: readonly string[], object = objectOf(keys)): void {
  assertEquals(Reflect.ownKeys(object).sort(), [...new Set(keys)].sort());
  assert(Object.getPrototypeOf(object) === Object.prototype);
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    assertEquals(property, { value: `of ${key}`, ...PLAIN });
  }
}

test("addProperty() makes plain properties of all keys", () => {
  assertPlain(["a", "", "0", "7", "16", "17", "99", "1000", "9999", "10000", "4294967294"]);
  assertPlain([
    "1e3",
    "01000",
    "1.5",
    "-100",
    "+100",
    " 100",
    "1000 ",
    "4294967295",
    "99999999999",
  ]);
  assertPlain(["__proto__", "constructor", "__proto__", "toString", "hasOwnProperty"]);
});

test("addFarProperty() makes plain properties of all keys, and replaces them", () => {
  const keys = ["a", "", "0", "17", "1000", "4294967295", "__proto__", "toString", "a", "1000"];
  const object: Record<string, unknown> = {};
  for (const key of keys) addFarProperty(object, { key, value: `of ${key}` });
  assertPlain(keys, object);
});

test("addProperty() replaces what is there, near and far", () => {
  const keys = ["5", "1000", "a", "1000", "5", "constructor", "constructor", "a"];
  assertPlain(keys);
  const object = objectOf(["1000"]);
  addProperty(object, { key: "1000", value: 2 }, 1);
  assertEquals(Object.getOwnPropertyDescriptor(object, "1000"), { value: 2, ...PLAIN });
});

test("addProperty() keeps the order of all objects: indices first, then names", () => {
  assertEquals(Object.keys(objectOf(["b", "3000", "a", "20", "1"])), ["1", "20", "3000", "b", "a"]);
});

test("addProperty() makes objects that can be changed like any other", () => {
  const object = objectOf(["1000", "a"]);
  object["1001"] = 1;
  object["1000"] = 2;
  delete object["1000"];
  assertEquals(JSON.stringify(object), '{"1001":1,"a":"of a"}');
  assertEquals({ ...object }, object);
});

test("addProperty() takes no room for indices that are not there", () => {
  for (const key of ["100", "500", "999", "1000", "1020"]) {
    const growth = heapGrowth(() => Array.from({ length: 3000 }, () => objectOf([key])));
    assert(growth < 3000 * 3000, `${growth} bytes for 3000 objects of the key ${key}`);
  }
});

test("addProperty() says that the next one may be set as it is, once an object is sparse", () => {
  const object = {};
  assertEquals(addProperty(object, { key: "a", value: 0 }, 3), 3);
  assertEquals(addProperty(object, { key: "12", value: 0 }, 3), 3);
  assertEquals(addProperty(object, { key: "1000", value: 0 }, 3), Infinity);
  const many = objectOf([
    "1000",
    ...Array.from({ length: 99 }, (_, index) => `${1021 + index * 7}`),
  ]);
  assertEquals(Object.keys(many).length, 100);
});

test("addProperty() adds names that cannot be assigned to", () => {
  withFrozenNames((names) => {
    const object = objectOf(names);
    assert(names.every((name) => isInherited(name) && Object.hasOwn(object, name)));
  });
});

test("mayBeIndex() and isInherited() pass by the keys that most objects have", () => {
  for (const key of ["id", "A", "_id", "$", "é", "", "ключ"]) {
    assert(!mayBeIndex(key.charCodeAt(0)) && !isInherited(key), key);
  }
  assert(mayBeIndex("0".charCodeAt(0)) && mayBeIndex("9".charCodeAt(0)));
  assert(isInherited("__proto__") && isInherited("constructor"));
});
