import { IdMap } from "../../src/internal/id_map.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { test } from "../support/test.ts";
import { compareWithMap } from "./against_map.ts";

test("IdMap.set() puts a value in, or another in its place", () => {
  const map = new IdMap<string>();
  map.set(1, "a");
  map.set(3, "b");
  map.set(1, "c");
  assertEquals([map.get(1), map.get(3), map.get(5), map.size], ["c", "b", undefined, 2]);
});

test("IdMap keeps a value by itself, and with those that come to it", () => {
  const map = new IdMap<string>();
  for (const id of [5, 2 ** 40]) {
    map.set(id, "a");
    map.set(id, "b");
    assertEquals([map.get(id), map.get(0), map.get(7), map.values()], ["b", undefined, undefined, [
      "b",
    ]]);
    assertEquals([map.delete(7), map.size], [false, 1]);
    assert(map.delete(id) && !map.delete(id));
    assertEquals([map.get(id), map.size, map.values()], [undefined, 0, []]);
  }
  map.set(5, "a");
  map.set(7, "b");
  assertEquals([map.delete(3), map.get(5), map.get(7), map.size], [false, "a", "b", 2]);
});

test("IdMap.delete() takes a value out once", () => {
  const map = new IdMap<string>();
  map.set(7, "a");
  assert(map.delete(7));
  assert(!map.delete(7), "a value was taken out twice");
  assertEquals([map.get(7), map.size], [undefined, 0]);
});

test("IdMap keeps those that stay while others come and go in their place", () => {
  const map = new IdMap<number>();
  const stays = [1, 3, 6, 2 ** 40 + 1];
  for (const id of stays) map.set(id, -id);
  for (let id = 9; id < 3000; id++) {
    map.set(id, id);
    if (id % 100 === 0) map.set(3, -3);
    assertEquals([map.get(id), map.size, map.delete(id), map.delete(id)], [id, 5, true, false]);
    for (const old of stays) assertEquals(map.get(old), -old, `after ${id}`);
  }
  assertEquals(map.values(), stays.map((id) => -id));
  for (const id of stays) assert(map.delete(id) && !map.delete(id) && map.get(id) === undefined);
  assertEquals([map.size, map.values()], [0, []]);
});

test("IdMap has each of more values than it holds side by side", () => {
  const map = new IdMap<number>();
  const ids = Array.from({ length: 10_000 }, (_, index) => 1 + index * 2);
  for (const id of ids) map.set(id, id);
  assertEquals([map.size, map.values()], [ids.length, ids]);
  for (const id of ids) map.set(id, -id);
  for (const id of ids) assertEquals([map.get(id), map.get(id + 1)], [-id, undefined]);
  for (const id of ids) assert(map.delete(id));
  assertEquals([map.size, map.values()], [0, []]);
});

test("IdMap.values() are by rising id, whatever the order they came in", () => {
  const map = new IdMap<string>();
  for (const id of [40, 2, 9_007_199_254_740_991, 17, 1]) map.set(id, `${id}`);
  assertEquals(map.values(), ["1", "2", "17", "40", "9007199254740991"]);
});

test("IdMap.clear() takes all values out", () => {
  const map = new IdMap<number>();
  for (let id = 1; id < 100; id++) map.set(id, id);
  map.clear();
  assertEquals([map.size, map.get(50), map.values()], [0, undefined, []]);
});

test("IdMap does what a Map does, over many ids that come and go", () => {
  const map = new IdMap<number>();
  const model = compareWithMap(map, new Random(42));
  const sorted = [...model].sort(([a], [b]) => a - b).map(([, value]) => value);
  assertEquals(map.values(), sorted);
});

test("IdMap is empty again after a rush", () => {
  const map = new IdMap<number>();
  for (let id = 1; id <= 5000; id += 2) map.set(id, id);
  for (let id = 1; id <= 5000; id += 2) assert(map.delete(id));
  assertEquals([map.size, map.values()], [0, []]);
  map.set(5001, 1);
  assertEquals(map.get(5001), 1);
});
