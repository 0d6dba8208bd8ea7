import { onNextTurn } from "../../src/internal/next_turn.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { withGlobal } from "../support/with_global.ts";

function nextTurn(): Promise<void> {
  return new Promise(onNextTurn);
}

test("onNextTurn() calls back after all microtasks, in order", async () => {
  const found: string[] = [];
  const turns = ["first", "second"].map((name) =>
    new Promise<void>((resolve) => {
      onNextTurn(() => resolve(void found.push(name)));
    })
  );
  for (let count = 0; count < 100; count++) await undefined;
  found.push("microtasks");
  await Promise.all(turns);
  assertEquals(found, ["microtasks", "first", "second"]);
});

test("onNextTurn() has a timer where there is nothing faster", async () => {
  await withGlobal("setImmediate", undefined, nextTurn);
});
