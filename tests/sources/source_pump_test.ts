import { createPuller, SourcePump } from "../../src/sources/source_pump.ts";
import type { RpcSource } from "../../src/sources/source.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { watch } from "../support/box.ts";
import { withoutRejections } from "../support/endpoint_pair.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

interface Made {
  readonly pump: SourcePump;
  readonly events: unknown[];
}

function make(
  source: RpcSource<unknown>,
  send: (value: unknown) => Promise<void> | undefined = () => undefined,
): Made {
  const events: unknown[] = [];
  const pump = new SourcePump(source, {
    send: (value) => {
      events.push(value);
      return send(value);
    },
    onEnd: () => void events.push("end"),
    onError: (error) => void events.push(["error", error]),
    onStopError: (error) => void events.push(["stop error", error]),
  });
  return { pump, events };
}

function streamOf(values: readonly unknown[]): ReadableStream<unknown> {
  return new ReadableStream({
    start(controller): void {
      for (const value of values) controller.enqueue(value);
      controller.close();
    },
  });
}

async function* generate(values: readonly unknown[]): AsyncGenerator<unknown> {
  for (const value of values) yield await Promise.resolve(value);
}

const fault = new Error("Source is broken");

test("SourcePump sends all values of every kind of source, in order, and then the end", async () => {
  const sources: readonly (() => RpcSource<unknown>)[] = [
    () => [1, 2, 3],
    () => new Set([1, 2, 3]),
    () => generate([1, 2, 3]),
    () => streamOf([1, 2, 3]),
    () => ({ [Symbol.iterator]: () => [1, 2, 3][Symbol.iterator]() }),
  ];
  for (const source of sources) {
    const { pump, events } = make(source());
    await pump.run();
    assertEquals(events, [1, 2, 3, "end"]);
  }
});

test("SourcePump takes an async iterator that answers without a promise", async () => {
  let left = 2;
  // A program without types may return one.
  const source = {
    [Symbol.asyncIterator]: () => ({ next: () => ({ done: left-- === 0, value: left }) }),
  } as unknown as AsyncIterable<unknown>;
  const { pump, events } = make(source);
  await pump.run();
  assertEquals(events, [1, 0, "end"]);
});

test("SourcePump pulls the next value only when the last has been sent", async () => {
  let pulled = 0;
  const source = (function* () {
    for (;;) yield ++pulled;
  })();
  const gates = [createDeferred<void>(), createDeferred<void>()];
  const { pump } = make(
    source,
    (value) => gates[Number(value) - 1]?.promise ?? new Promise(() => {}),
  );
  void pump.run();
  await settle();
  assertEquals(pulled, 1);
  gates[0]?.resolve();
  await settle();
  assertEquals(pulled, 2);
  pump.stop();
});

test("SourcePump tells what a source throws, after the values before it", async () => {
  const throwing = async function* (): AsyncGenerator<unknown> {
    yield* generate([1, 2]);
    throw fault;
  };
  const { pump, events } = make(throwing());
  await pump.run();
  assertEquals(events, [1, 2, ["error", fault]]);
});

test("SourcePump tells the error of a stream once, although cancelling fails too", async () => {
  let controller: ReadableStreamDefaultController<unknown> | undefined;
  const source = new ReadableStream({
    start(given): void {
      controller = given;
    },
  });
  const { pump, events } = make(source);
  const done = pump.run();
  controller?.error(fault);
  await done;
  await settle();
  assertEquals(events, [["error", fault]]);
});

test("SourcePump lets go of a source that fails and stays open", async () => {
  let returns = 0;
  const source: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(fault),
      return: () => {
        returns++;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  const { pump, events } = make(source);
  await pump.run();
  assertEquals([events, returns], [[["error", fault]], 1]);
});

test("SourcePump stops a source whose value cannot be sent, and tells why", async () => {
  for (const isLate of [false, true]) {
    let isReturned = false;
    const source = (function* () {
      try {
        for (;;) yield 1;
      } finally {
        isReturned = true;
      }
    })();
    const { pump, events } = make(source, () => {
      if (isLate) return Promise.reject(fault);
      throw fault;
    });
    await pump.run();
    assertEquals([events, isReturned], [[1, ["error", fault]], true]);
  }
});

test("SourcePump tells a failure of the end, so that a call never hangs", async () => {
  const errors: unknown[] = [];
  const pump = new SourcePump([], {
    send: () => undefined,
    onEnd: () => {
      throw fault;
    },
    onError: (error) => void errors.push(error),
    onStopError: () => {},
  });
  await pump.run();
  assertEquals(errors, [fault]);
});

test("SourcePump.stop() ends a source that waits at a value, and sends nothing more", async () => {
  let isReturned = false;
  const source = (async function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      isReturned = true;
    }
  })();
  const { pump, events } = make(source, () => new Promise(() => {}));
  const run = watch(pump.run());
  await settle();
  pump.stop();
  pump.stop();
  await settle();
  assertEquals([events, isReturned], [[1], true]);
  // Nobody settled what the pump waited for; the owner of a stream does.
  assertEquals(run.outcome.kind, "pending");
});

test("SourcePump.stop() does not wait for a generator that is parked", async () => {
  await withoutRejections(async () => {
    const gate = createDeferred<void>();
    let isReturned = false;
    const source = (async function* () {
      try {
        await gate.promise;
        yield 1;
      } finally {
        isReturned = true;
      }
    })();
    const { pump, events } = make(source);
    const run = watch(pump.run());
    await settle();
    pump.stop();
    await settle();
    assertEquals([events, isReturned, run.outcome.kind], [[], false, "pending"]);
    gate.resolve();
    await settle();
    assertEquals([events, isReturned, run.outcome.kind], [[], true, "done"]);
  });
});

test("SourcePump.run() settles when a stopped source has come to rest", async () => {
  const gate = createDeferred<void>();
  const sent = createDeferred<void>();
  const source = (async function* () {
    try {
      yield 1;
    } finally {
      await gate.promise;
    }
  })();
  const { pump } = make(source, () => sent.promise);
  const run = watch(pump.run());
  await settle();
  pump.stop();
  sent.resolve();
  await settle();
  assertEquals(run.outcome.kind, "pending");
  gate.resolve();
  await settle();
  assertEquals(run.outcome.kind, "done");
});

test("SourcePump.stop() cancels a stream while a read of it is pending", async () => {
  let isCancelled = false;
  const source = new ReadableStream({
    cancel(): void {
      isCancelled = true;
    },
  });
  const { pump, events } = make(source);
  const run = watch(pump.run());
  await settle();
  pump.stop();
  await settle();
  assertEquals([isCancelled, events, run.outcome.kind], [true, [], "done"]);
});

test("SourcePump.stop() hands on what goes wrong while a source is stopped", async () => {
  await withoutRejections(async () => {
    const late: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => Promise.reject(fault),
      }),
    };
    const atOnce: Iterable<unknown> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw fault;
        },
      }),
    };
    for (const source of [late, atOnce]) {
      const { pump, events } = make(source, () => new Promise(() => {}));
      void pump.run();
      await settle();
      pump.stop();
      await settle();
      assertEquals(events, [1, ["stop error", fault]]);
    }
  });
});

test("SourcePump.stop() from inside a generator ends it when it has answered", async () => {
  for (const how of ["yields", "ends", "throws"]) {
    let isReturned = false;
    const source = function* (): Generator<unknown> {
      try {
        yield 1;
        made.pump.stop();
        if (how === "throws") throw fault;
        if (how === "yields") yield 2;
      } finally {
        isReturned = true;
      }
    };
    const made = make(source());
    await made.pump.run();
    const last = how === "throws" ? [["stop error", fault]] : [];
    assertEquals([made.events, isReturned], [[1, ...last], true], how);
  }
});

test("SourcePump.stop() before the first pull pulls nothing", async () => {
  let pulled = 0;
  const source = {
    [Symbol.iterator]: () => ({
      next: () => {
        pulled++;
        return { done: true, value: undefined } as const;
      },
    }),
  };
  const { pump, events } = make(source);
  pump.stop();
  await pump.run();
  assertEquals([pulled, events], [0, []]);
});

test("createPuller() refuses what is no source at once", () => {
  // The types do not allow any of these.
  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, "is undefined"],
    [null, "is null"],
    [5, "is number"],
    ["text", "is string"],
    [{}, "not iterable"],
    [Promise.resolve([]), "not iterable"],
  ];
  for (const [source, words] of wrong) {
    assertThrows(() => createPuller(source as RpcSource<unknown>), TypeError, words);
  }
});

test("createPuller() refuses a stream that somebody else reads", () => {
  const stream = streamOf([1]);
  const reader = stream.getReader();
  assertThrows(() => createPuller(stream), TypeError);
  reader.releaseLock();
  assert(createPuller(stream) !== undefined);
});

test("SourcePump.stop() says nothing of a value that could not be sent any more", async () => {
  const sent = createDeferred<void>();
  const { pump, events } = make([1, 2], () => sent.promise);
  const run = watch(pump.run());
  pump.stop();
  sent.reject(fault);
  await settle();
  assertEquals([events, run.outcome.kind], [[1], "done"]);
});
