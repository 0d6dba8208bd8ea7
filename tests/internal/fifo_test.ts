import { Fifo } from "../../src/internal/fifo.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("Fifo.shift() returns items in the order they were pushed", () => {
  const fifo = new Fifo<number>();
  for (const item of [1, 2, 3]) fifo.push(item);
  assertEquals([fifo.shift(), fifo.shift()], [1, 2]);
  fifo.push(4);
  assertEquals([fifo.shift(), fifo.shift(), fifo.shift()], [3, 4, undefined]);
});

test("Fifo.length counts the items that are left", () => {
  const fifo = new Fifo<string>();
  assertEquals(fifo.length, 0);
  fifo.push("a");
  fifo.push("b");
  fifo.shift();
  assertEquals(fifo.length, 1);
  fifo.shift();
  fifo.shift();
  assertEquals(fifo.length, 0);
});

test("Fifo.peek() shows the next item and leaves it", () => {
  const fifo = new Fifo<string>();
  assertEquals(fifo.peek(), undefined);
  fifo.push("a");
  assertEquals([fifo.peek(), fifo.peek(), fifo.length], ["a", "a", 1]);
});

test("Fifo.clear() forgets all items", () => {
  const fifo = new Fifo<number>();
  for (const item of [1, 2, 3]) fifo.push(item);
  fifo.shift();
  fifo.clear();
  assertEquals([fifo.length, fifo.shift(), fifo.peek()], [0, undefined, undefined]);
  fifo.push(4);
  assertEquals(fifo.shift(), 4);
});

test("Fifo keeps the order when it is never empty, over many items", () => {
  const fifo = new Fifo<number>();
  let [pushed, shifted] = [0, 0];
  for (; pushed < 10; pushed++) fifo.push(pushed);
  for (let round = 0; round < 20_000; round++) {
    fifo.push(pushed++);
    if (fifo.shift() !== shifted++) throw new Error(`round ${round} is out of order`);
  }
  assertEquals(fifo.length, 10);
  while (fifo.length > 0) assertEquals(fifo.shift(), shifted++);
  assertEquals(shifted, pushed);
});

test("Fifo takes undefined as an item", () => {
  const fifo = new Fifo<undefined>();
  fifo.push(undefined);
  assertEquals(fifo.length, 1);
  fifo.shift();
  assertEquals(fifo.length, 0);
});

test("Fifo.replaceLast() changes the last items only, wherever the ring begins", () => {
  for (let turns = 0; turns < 6; turns++) {
    const fifo = new Fifo<number>();
    for (let turn = 0; turn < turns; turn++) {
      fifo.push(0);
      fifo.shift();
    }
    for (const item of [1, 2, 3]) fifo.push(item);
    fifo.replaceLast(2, (items) => items.map((item) => item * 10));
    assertEquals([fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()], [1, 20, 30, undefined]);
  }
});

test("Fifo.replaceLast() changes all items when there are fewer", () => {
  const fifo = new Fifo<number>();
  fifo.replaceLast(2, (items) => items);
  assertEquals(fifo.length, 0);
  fifo.push(1);
  fifo.replaceLast(5, (items) => items.map((item) => item + 1));
  assertEquals([fifo.shift(), fifo.length], [2, 0]);
});
