import { LastEqual } from "../../src/internal/last_equal.ts";
import { assert } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("LastEqual.share() gives the last object again for one that is equal, and no other", () => {
  const last = new LastEqual<{ a: number; b: number }>();
  const first = { a: 1, b: 2 };
  assert(last.share(first) === first);
  assert(last.share({ a: 1, b: 2 }) === first);
  const second = { a: 1, b: 3 };
  assert(last.share(second) === second);
  assert(last.share({ a: 1, b: 3 }) === second);
  assert(last.share({ a: 1, b: 2 }) !== first);
});
