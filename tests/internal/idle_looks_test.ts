import { type IdleWatched, lookSoon } from "../../src/internal/idle_looks.ts";
import { assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

/** Wants to be looked at so many times. */
class Watched implements IdleWatched {
  nextWatched: IdleWatched | undefined;
  readonly #name: string;
  readonly #seen: string[];
  #left: number;

  constructor(name: string, seen: string[], looks: number) {
    this.#name = name;
    this.#seen = seen;
    this.#left = looks;
  }

  look(): boolean {
    this.#seen.push(this.#name);
    return --this.#left > 0;
  }
}

test("lookSoon() looks at all in the next microtask, in order, as often as they want", async () => {
  const seen: string[] = [];
  lookSoon(new Watched("a", seen, 2));
  lookSoon(new Watched("b", seen, 1));
  lookSoon(new Watched("c", seen, 3));
  assertEquals(seen, []);
  await Promise.resolve();
  assertEquals(seen.join(""), "abc");
  lookSoon(new Watched("d", seen, 1));
  await settle();
  assertEquals(seen.join(""), "abcacdc");
});

test("lookSoon() takes up someone again who comes while it is looked at", async () => {
  const seen: string[] = [];
  const late = new Watched("late", seen, 1);
  const first = new Watched("first", seen, 1);
  lookSoon({
    nextWatched: undefined,
    look() {
      lookSoon(first);
      lookSoon(late);
      return false;
    },
  });
  await settle();
  lookSoon(first);
  await settle();
  assertEquals(seen, ["first", "late", "first"]);
});
