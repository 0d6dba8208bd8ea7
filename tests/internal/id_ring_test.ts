import { IdRing } from "../../src/internal/id_ring.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("IdRing keeps the value that it begins with beside those that come", () => {
  const ring = new IdRing(1, "one");
  ring.set(5, "five");
  ring.set(1, "uno");
  assertEquals([ring.get(1), ring.get(5), ring.get(9), ring.size], ["uno", "five", undefined, 2]);
  assertEquals(ring.values(), ["uno", "five"]);
});

test("IdRing.delete() takes a value out once, a young one and an old one", () => {
  const ring = new IdRing(3, 3);
  // It stays while so many others come and go that its slot is wanted.
  for (let id = 5; id < 100; id += 2) {
    ring.set(id, id);
    assertEquals([ring.delete(id), ring.delete(id), ring.get(3)], [true, false, 3]);
  }
  assertEquals([ring.delete(3), ring.delete(3), ring.size], [true, false, 0]);
});

test("IdRing.isSpent is about one that was large and is empty", () => {
  const small = new IdRing(1, 0);
  small.delete(1);
  assertEquals(small.isSpent, false);
  const large = new IdRing(1, 0);
  for (let id = 2; id <= 2000; id++) large.set(id, 0);
  for (let id = 2; id <= 2000; id++) large.delete(id);
  assertEquals([large.size, large.isSpent], [1, false]);
  large.delete(1);
  assertEquals([large.size, large.isSpent], [0, true]);
});
