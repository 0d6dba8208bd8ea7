import { SourceIterator } from "../../src/sources/source_iterator.ts";
import type { RpcSource } from "../../src/sources/source.ts";
import { assertEquals, assertRejects, assertThrows } from "../support/assert.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { collect, openSource, watch } from "../support/box.ts";
import { withoutRejections } from "../support/endpoint_pair.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

const ended = new RangeError("Call has ended");

test("SourceIterator reads every kind of source", async () => {
  const sources: readonly RpcSource<unknown>[] = [
    [1, 2],
    new Set([1, 2]),
    (async function* () {
      yield* [1, await Promise.resolve(2)];
    })(),
    new ReadableStream({
      start(controller): void {
        controller.enqueue(1);
        controller.enqueue(2);
        controller.close();
      },
    }),
  ];
  for (const source of sources) {
    const iterator = new SourceIterator(source);
    assertEquals(await collect(iterator), [1, 2]);
    assertEquals(await iterator.next(), { done: true, value: undefined });
  }
});

test("SourceIterator refuses what is no source at once", () => {
  // The types do not allow it.
  assertThrows(() => new SourceIterator(5 as unknown as RpcSource<unknown>), TypeError);
});

test("SourceIterator hands on what its source throws, and is over then", async () => {
  let returns = 0;
  const iterator = new SourceIterator({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new RangeError("Broken")),
      return: () => {
        returns++;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  });
  await assertRejects(iterator.next(), RangeError, "Broken");
  assertEquals(await iterator.next(), { done: true, value: undefined });
  await iterator.return();
  assertEquals(returns, 0);
});

test("SourceIterator.return() lets go of its source, even while a read is pending", async () => {
  for (const isPending of [false, true]) {
    let isCancelled = false;
    const iterator = new SourceIterator(
      new ReadableStream({
        cancel: () => {
          isCancelled = true;
        },
      }),
    );
    const read = isPending ? watch(iterator.next()) : undefined;
    await iterator.return();
    await iterator.return();
    await settle();
    assertEquals(isCancelled, true);
    if (read !== undefined) {
      assertEquals(read.outcome, { kind: "done", value: { done: true, value: undefined } });
    }
    assertEquals(await iterator.next(), { done: true, value: undefined });
  }
});

test("SourceIterator.return() does not wait for a generator that is parked", async () => {
  const iterator = new SourceIterator(openSource());
  const read = watch(iterator.next());
  await settle();
  assertEquals(await iterator.return(), { done: true, value: undefined });
  await settle();
  assertEquals(read.outcome.kind, "done");
});

test("SourceIterator.abort() fails a read that is pending", async () => {
  const iterator = new SourceIterator(openSource());
  const read = iterator.next();
  await settle();
  iterator.abort(ended);
  await assertRejects(read, RangeError, "Call has ended");
  assertEquals(await iterator.next(), { done: true, value: undefined });
});

test("SourceIterator.abort() without a read is quiet, and so are faults of the source", async () => {
  await withoutRejections(async () => {
    const late: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => Promise.reject(ended),
      }),
    };
    const atOnce: Iterable<unknown> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw ended;
        },
      }),
    };
    for (const source of [late, atOnce]) {
      const iterator = new SourceIterator(source);
      assertEquals((await iterator.next()).value, 1);
      iterator.abort(ended);
      assertEquals((await iterator.next()).done, true);
    }
  });
});

test("SourceIterator ends a generator that lets go of itself", async () => {
  let isReturned = false;
  const source = function* (): Generator<unknown> {
    try {
      iterator.abort(ended);
      yield 1;
    } finally {
      isReturned = true;
    }
  };
  const iterator = new SourceIterator(source());
  await assertRejects(iterator.next(), RangeError, "Call has ended");
  await settle();
  assertEquals(isReturned, true);
});

test("SourceIterator.abort() and return() settle every read that is pending", async () => {
  const end = { kind: "done", value: { done: true, value: undefined } } as const;
  for (const isAbort of [true, false]) {
    const iterator = new SourceIterator(openSource());
    const reads = [iterator.next(), iterator.next(), iterator.next()].map(watch);
    await settle();
    if (isAbort) iterator.abort(ended);
    else await iterator.return();
    await settle();
    const first = isAbort ? { kind: "failed", error: ended } as const : end;
    assertEquals(reads.map(({ outcome }) => outcome), [first, end, end]);
  }
});

test("SourceIterator.leave() fails a read when the source has come to rest", async () => {
  const gate = createDeferred<void>();
  const source = async function* (): AsyncGenerator<unknown> {
    try {
      yield await gate.promise;
    } finally {
      await gate.promise;
    }
  };
  const iterator = new SourceIterator(source());
  const reads = [iterator.next(), iterator.next()].map(watch);
  void iterator.leave(ended);
  await settle();
  assertEquals(reads.map(({ outcome }) => outcome.kind), ["pending", "pending"]);
  assertEquals(await iterator.next(), { done: true, value: undefined });
  gate.resolve();
  await settle();
  const end = { kind: "done", value: { done: true, value: undefined } } as const;
  assertEquals(reads.map(({ outcome }) => outcome), [{ kind: "failed", error: ended }, end]);
});

test("SourceIterator.leave() never passes its own cut off for the end of a stream", async () => {
  const iterator = new SourceIterator(new ReadableStream());
  const read = iterator.next();
  await settle();
  await iterator.leave(ended);
  await assertRejects(read, RangeError, "Call has ended");
  await iterator.leave(ended);
});
