import { toReadableStream } from "../../src/calls/to_readable_stream.ts";
import { assertEquals, assertRejects } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

test("toReadableStream() gives the values of an iterator, then its end", async () => {
  const stream = toReadableStream((async function* () {
    yield 1;
    yield 2;
  })());
  const values: number[] = [];
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    values.push(read.value);
  }
  assertEquals(values, [1, 2]);
});

test("toReadableStream() asks for nothing before its reader does", async () => {
  let asked = 0;
  const stream = toReadableStream({
    next: () => Promise.resolve({ done: false, value: ++asked }),
  });
  await settle();
  assertEquals(asked, 0);
  const reader = stream.getReader();
  await reader.read();
  await settle();
  assertEquals(asked, 1);
});

test("toReadableStream() fails with what the iterator throws", async () => {
  const stream = toReadableStream({ next: () => Promise.reject(new RangeError("Broken")) });
  await assertRejects(stream.getReader().read(), RangeError, "Broken");
});

test("toReadableStream() tells the iterator when it is cancelled", async () => {
  let returns = 0;
  const stream = toReadableStream({
    next: () => new Promise<IteratorResult<number>>(() => {}),
    return: () => {
      returns++;
      return Promise.resolve({ done: true, value: undefined });
    },
  });
  const reader = stream.getReader();
  const read = reader.read();
  await reader.cancel();
  assertEquals([returns, (await read).done], [1, true]);
  await toReadableStream({ next: () => new Promise<IteratorResult<number>>(() => {}) }).cancel();
});
