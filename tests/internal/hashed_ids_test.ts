import { HashedIds } from "../../src/internal/hashed_ids.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { test } from "../support/test.ts";
import { compareWithMap } from "./against_map.ts";

test("HashedIds.delete() leaves those that share its slot, wherever the table begins", () => {
  // Chance 0 puts all these into the first slot; the others begin near the end and go round.
  for (const chance of [0, 0.47, 0.93, 0.99]) {
    for (const gone of [1, 2, 3, 4, 5, 6]) {
      const map = new HashedIds<number>(chance);
      const ids = [1, 2, 3, 4, 5, 6];
      for (const id of ids) map.set(id, id);
      map.delete(gone);
      for (const id of ids) {
        assertEquals(map.get(id), id === gone ? undefined : id, `${chance} without ${gone}`);
      }
    }
  }
});

test("HashedIds.replace() sets a value in place of one that is there", () => {
  const table = new HashedIds<string>();
  assertEquals([table.replace(5, "a"), table.get(5), table.size], [false, undefined, 0]);
  table.set(5, "a");
  assertEquals([table.replace(5, "b"), table.get(5), table.size], [true, "b", 1]);
});

test("HashedIds does what a Map does, over many ids that come and go", () => {
  const random = new Random(43);
  const table = new HashedIds<number>(random.next());
  const model = compareWithMap(table, random);
  assertEquals(table.ids().sort((a, b) => a - b), [...model.keys()].sort((a, b) => a - b));
});

test("HashedIds is empty again after a rush", () => {
  const table = new HashedIds<number>();
  for (let id = 1; id <= 5000; id += 2) table.set(id, id);
  for (let id = 1; id <= 5000; id += 2) assert(table.delete(id));
  assertEquals([table.size, table.ids()], [0, []]);
  table.set(5001, 1);
  assertEquals(table.get(5001), 1);
});
