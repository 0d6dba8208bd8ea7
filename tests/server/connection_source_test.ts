import { SourceReader } from "../../src/server/connection_source.ts";
import type { RpcConnectionSource } from "../../src/server/server_options.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { ODD_VALUES } from "../support/odd_values.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

function read(source: RpcConnectionSource, onItem: (item: unknown) => void = () => {}) {
  const items: unknown[] = [];
  const { logger, records } = createLog();
  const reader = new SourceReader(source, {
    logger,
    onItem: (item) => {
      items.push(item);
      onItem(item);
    },
  });
  return { reader, items, records };
}

test("SourceReader reads an async iterable once started, until it ends", async () => {
  const sockets = [new FakeSocket(), new FakeSocket()];
  async function* source(): AsyncGenerator<FakeSocket> {
    yield* sockets;
    await Promise.resolve();
  }
  const { reader, items, records } = read(source());
  await settle();
  assertEquals(items.length, 0);
  reader.start();
  reader.start();
  await settle();
  assertEquals([items.length, items[0] === sockets[0], reader.isEnded], [2, true, true]);
  assertEquals(messagesOf(records, "error"), []);
});

test("SourceReader reads a stream, and cancelling it tells the stream", async () => {
  let cancelled = 0;
  const source = new ReadableStream<FakeSocket>({
    start: (controller) => controller.enqueue(new FakeSocket()),
    cancel: () => void cancelled++,
  });
  const { reader, items } = read(source);
  reader.start();
  await settle();
  assertEquals([items.length, reader.isEnded], [1, false]);
  reader.cancel();
  reader.cancel();
  await settle();
  assertEquals([cancelled, reader.isEnded], [1, true]);
});

test("SourceReader goes on after an item that could not be taken", async () => {
  async function* source(): AsyncGenerator<FakeSocket> {
    yield new FakeSocket();
    yield await Promise.resolve(new FakeSocket());
  }
  const { reader, items, records } = read(source(), () => {
    throw new Error("Broken");
  });
  reader.start();
  await settle();
  assertEquals(items.length, 2);
  assertEquals(messagesOf(records, "error").length, 2);
});

test("SourceReader goes on after a failure, but not for ever", async () => {
  let calls = 0;
  const iterator = {
    next(): Promise<IteratorResult<FakeSocket>> {
      calls++;
      if (calls !== 10) return Promise.reject(new Error("Broken"));
      return Promise.resolve({ done: false, value: new FakeSocket() });
    },
  };
  const { reader, items, records } = read({ [Symbol.asyncIterator]: () => iterator });
  reader.start();
  await settle();
  assertEquals([items.length, calls, reader.isEnded], [1, 26, true]);
  assertEquals(messagesOf(records, "error").length, 25);
});

test("SourceReader.cancel() does not wait for a source that is parked", async () => {
  const parked = createDeferred<void>();
  async function* source(): AsyncGenerator<FakeSocket> {
    await parked.promise;
    yield new FakeSocket();
  }
  const { reader, items } = read(source());
  reader.start();
  await settle();
  reader.cancel();
  assertEquals(reader.isEnded, true);
  parked.resolve();
  await settle();
  // What it gave in the end is handed over, to be refused.
  assertEquals(items.length, 1);
});

test("SourceReader.cancel() logs a source that fails to end", async () => {
  const iterator = {
    next: (): Promise<IteratorResult<FakeSocket>> => new Promise(() => {}),
    return: (): Promise<IteratorResult<FakeSocket>> => Promise.reject(new Error("Broken")),
  };
  const { reader, records } = read({ [Symbol.asyncIterator]: () => iterator });
  reader.start();
  reader.cancel();
  await settle();
  assertEquals(messagesOf(records, "error"), ["Source of connections failed"]);
});

test("SourceReader goes on whatever its taker throws", async () => {
  for (const [name, value] of ODD_VALUES) {
    const { reader, items, records } = read(
      (async function* () {
        yield* [await Promise.resolve(new FakeSocket()), new FakeSocket()];
      })(),
      () => {
        throw value;
      },
    );
    reader.start();
    await settle();
    assertEquals(items.length, 2, name);
    assertEquals(messagesOf(records, "error").length, 2, name);
  }
});
