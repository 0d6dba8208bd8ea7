import { IdMap } from "../../src/internal/id_map.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { test } from "../support/test.ts";

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

test("IdMap.delete() leaves those that share its slot, wherever the table begins", () => {
  // Chance 0 puts all these into the first slot; the others begin near the end and go round.
  for (const chance of [0, 0.47, 0.93, 0.99]) {
    for (const gone of [1, 2, 3, 4, 5, 6]) {
      const map = new IdMap<number>(chance);
      const ids = [1, 2, 3, 4, 5, 6];
      for (const id of ids) map.set(id, id);
      map.delete(gone);
      for (const id of ids) {
        assertEquals(map.get(id), id === gone ? undefined : id, `${chance} without ${gone}`);
      }
    }
  }
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
  const random = new Random(42);
  const map = new IdMap<number>(random.next());
  const model = new Map<number, number>();
  for (let round = 0; round < 50_000; round++) {
    // Long runs of growth and of shrinking, with ids beyond 32 bits among them.
    const grows = round % 10_000 < 5_000;
    const id = 1 + Math.floor(random.next() * 4000) + (random.next() < 0.1 ? 2 ** 40 : 0);
    if (random.next() < (grows ? 0.8 : 0.2)) {
      map.set(id, round);
      model.set(id, round);
    } else assertEquals(map.delete(id), model.delete(id));
    if (map.get(id) !== model.get(id)) throw new Error(`round ${round} differs at ${id}`);
  }
  assertEquals(map.size, model.size);
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
