import { BatchKeeper } from "../../src/calls/batch_keeper.ts";
import { InboundQueue } from "../../src/calls/inbound_queue.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { RpcCompressedMessage } from "../../src/transports/compressed_message.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import { collect, watch } from "../support/box.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

/** A message that is being inflated until it is dropped. */
class Inflating extends RpcCompressedMessage {
  readonly wireBytes = 5;
  readonly #dropped = createDeferred<Uint8Array>();

  inflate(): Promise<Uint8Array> {
    return this.#dropped.promise;
  }

  drop(): void {
    this.#dropped.reject(new RpcError(RpcStatus.CANCELLED, "Message was dropped"));
  }
}

interface Made {
  readonly queue: InboundQueue<string>;
  readonly released: number[];
  readonly failures: unknown[];
  readonly decoded: unknown[];
  returns: number;
}

function make(
  decode: (message: unknown) => string | Promise<string> = String,
  keeper?: BatchKeeper,
): Made {
  const made: Made = {
    queue: new InboundQueue<string>({
      decode: (message) => {
        made.decoded.push(message);
        return decode(message);
      },
      release: (bytes) => void made.released.push(bytes),
      onDecodeError: (error) => {
        made.failures.push(error);
        return RpcError.from(error, RpcStatus.INTERNAL);
      },
      onReturn: () => {
        made.returns++;
      },
      ...(keeper === undefined ? {} : { keeper }),
    }),
    released: [],
    failures: [],
    decoded: [],
    returns: 0,
  };
  return made;
}

const lost = new RpcError(RpcStatus.UNAVAILABLE, "Connection was lost");

test("InboundQueue gives messages in order, before and after they are asked for", async () => {
  const { queue } = make();
  queue.push("a");
  queue.push("b");
  const first = queue.next();
  const second = queue.next();
  const third = queue.next();
  const fourth = queue.next();
  queue.push("c");
  queue.push("d");
  queue.end();
  const values = (await Promise.all([first, second, third, fourth])).map(({ value }) => value);
  assertEquals(values, ["a", "b", "c", "d"]);
  assertEquals(await queue.next(), { done: true, value: undefined });
});

test("InboundQueue decodes a message when it is read, and pays for it then", async () => {
  const { queue, decoded, released } = make((message) => `${(message as Uint8Array).length}`);
  queue.push(new Uint8Array(3));
  queue.push(new Uint8Array(5));
  assertEquals([decoded.length, released], [0, []]);
  await queue.next();
  assertEquals([decoded.length, released], [1, [3]]);
  await queue.next();
  assertEquals(released, [3, 5]);
});

test("InboundQueue does not pay for a message that cost nothing", async () => {
  const { queue, released } = make((message) => `${(message as Uint8Array).length}`);
  queue.pushUncharged(new Uint8Array(3));
  queue.pushUncharged(new Uint8Array(4));
  assertEquals((await queue.next()).value, "3");
  queue.abort(lost);
  assertEquals(released, []);
});

test("InboundQueue keeps a small message apart from the large batch that it came in", async () => {
  const kept: unknown[] = [];
  const { queue } = make((message) => {
    kept.push(message);
    return "";
  });
  const batch = new Uint8Array(10_000);
  queue.push(batch.subarray(0, 10));
  await queue.next();
  const [message] = kept;
  assert(message instanceof Uint8Array && message.buffer.byteLength === 10);
});

test("InboundQueue keeps a message as it came until the next batch comes", async () => {
  const keeper = new BatchKeeper();
  const { queue, decoded } = make(() => "", keeper);
  const batch = new Uint8Array(10_000);
  for (const start of [0, 10, 20]) queue.push(batch.subarray(start, start + 10));
  await queue.next();
  queue.push(new Uint8Array(10_000).subarray(0, 10));
  for (let left = 3; left > 0; left--) await queue.next();
  const buffers = decoded.map((message) => (message as Uint8Array).buffer);
  assert(buffers[0] === batch.buffer, "a message that was read at once was copied");
  assertEquals(buffers.map(({ byteLength }) => byteLength), [10_000, 20, 20, 10_000]);
});

test("InboundQueue lets go of its batch when another queue gets the next one", async () => {
  const keeper = new BatchKeeper();
  const [waiting, other] = [make(() => "", keeper), make(() => "", keeper)];
  waiting.queue.push(new Uint8Array(10_000).fill(7).subarray(5, 15));
  other.queue.push(new Uint8Array(10_000).subarray(5, 15));
  await waiting.queue.next();
  const [message] = waiting.decoded;
  assert(message instanceof Uint8Array && message.buffer.byteLength === 10);
  assertEquals(message, new Uint8Array(10).fill(7));
});

test("InboundQueue lets go of its batch when all of it has been read, or dropped", async () => {
  for (const end of ["read", "return", "abort"] as const) {
    const released: ArrayBufferLike[] = [];
    const keeper = new BatchKeeper();
    const release = keeper.release.bind(keeper);
    keeper.release = (batch) => {
      released.push(batch);
      release(batch);
    };
    const { queue } = make(() => "", keeper);
    for (let round = 1; round <= 3; round++) {
      const batch = new Uint8Array(10_000);
      queue.push(batch.subarray(0, 10));
      queue.push(batch.subarray(10, 20));
      await queue.next();
      assertEquals(released.length, round - 1);
      if (round === 3 && end === "return") await queue.return();
      else if (round === 3 && end === "abort") queue.abort(lost);
      else await queue.next();
      assertEquals([released.length, released.at(-1) === batch.buffer], [round, true]);
    }
  }
});

test("InboundQueue gives what it kept of several batches in order", async () => {
  const keeper = new BatchKeeper();
  const { queue } = make((message) => `${(message as Uint8Array)[0]}`, keeper);
  for (let batch = 0; batch < 5; batch++) {
    const bytes = new Uint8Array(1000).fill(batch);
    for (let index = 0; index < 3; index++) queue.push(bytes.subarray(index, index + 1));
    if (batch % 2 === 1) assertEquals((await queue.next()).value, "0");
  }
  queue.end();
  const rest = await collect(queue);
  assertEquals(rest, ["0", "1", "1", "1", "2", "2", "2", "3", "3", "3", "4", "4", "4"]);
});

test("InboundQueue.end() tells the end after what came before, and an error once", async () => {
  const { queue } = make();
  queue.push("a");
  queue.end(lost);
  queue.end();
  assertEquals((await queue.next()).value, "a");
  await assertStatus(queue.next(), RpcStatus.UNAVAILABLE);
  assertEquals(await queue.next(), { done: true, value: undefined });
});

test("InboundQueue.end() wakes everyone who waits, the first with the error", async () => {
  const { queue } = make();
  const [first, second] = [queue.next(), queue.next()];
  queue.end(lost);
  await assertStatus(first, RpcStatus.UNAVAILABLE);
  assertEquals(await second, { done: true, value: undefined });
});

test("InboundQueue drops and pays for what comes after the end", () => {
  const { queue, released } = make();
  queue.end();
  queue.push(new Uint8Array(7));
  assertEquals(released, [7]);
});

test("InboundQueue.abort() drops what waits, pays for it, and tells the error", async () => {
  const { queue, released } = make();
  queue.push(new Uint8Array(1));
  queue.push(new Uint8Array(2));
  queue.abort(lost);
  assertEquals(released, [1, 2]);
  await assertStatus(queue.next(), RpcStatus.UNAVAILABLE);
  assertEquals(await queue.next(), { done: true, value: undefined });
});

test("InboundQueue.abort() never passes a cut off for the end that was told", async () => {
  const { queue } = make();
  queue.push("a");
  queue.push("b");
  queue.end();
  assertEquals((await queue.next()).value, "a");
  queue.abort(lost);
  await assertStatus(queue.next(), RpcStatus.UNAVAILABLE);
});

test("InboundQueue.abort() tells those who read behind what is being inflated", async () => {
  const { queue, released } = make();
  const readers = [queue.next(), queue.next(), queue.next()].map(watch);
  queue.push(new Inflating());
  queue.abort(lost);
  await settle();
  const end = { kind: "done", value: { done: true, value: undefined } } as const;
  assertEquals(readers.map(({ outcome }) => outcome), [{ kind: "failed", error: lost }, end, end]);
  assertEquals([released, await queue.next()], [[5], end.value]);
});

test("InboundQueue.abort() changes nothing when all has been read", async () => {
  const { queue } = make();
  queue.push("a");
  queue.end();
  await queue.next();
  queue.abort(lost);
  assertEquals(await queue.next(), { done: true, value: undefined });
});

test("InboundQueue.return() drops what waits and tells that nobody reads", async () => {
  const made = make();
  made.queue.push(new Uint8Array(9));
  for await (const value of made.queue) {
    assertEquals(value, "0,0,0,0,0,0,0,0,0");
    made.queue.push(new Uint8Array(4));
    break;
  }
  assertEquals([made.returns, made.released], [1, [9, 4]]);
  assertEquals(await made.queue.next(), { done: true, value: undefined });
  await made.queue.return();
  assertEquals(made.returns, 1);
});

test("InboundQueue.return() ends a read that is pending, and no error comes after", async () => {
  const made = make();
  const pending = watch(made.queue.next());
  await made.queue.return();
  await settle();
  assertEquals(pending.outcome, { kind: "done", value: { done: true, value: undefined } });
  made.queue.end(lost);
  assertEquals(await made.queue.next(), { done: true, value: undefined });
});

test("InboundQueue.return() after the end is quiet, and an unread error with it", async () => {
  const made = make();
  made.queue.push("a");
  made.queue.end(lost);
  await made.queue.return();
  assertEquals(made.returns, 0);
  assertEquals(await made.queue.next(), { done: true, value: undefined });
});

test("InboundQueue gives a reader the error of a message that does not decode", async () => {
  for (const isLate of [false, true]) {
    const fault = new TypeError("Bad bytes");
    const made = make(() => {
      if (isLate) return Promise.reject(fault);
      throw fault;
    });
    const waiting = made.queue.next();
    made.queue.push("a");
    await assertRejects(waiting, RpcError, "Bad bytes");
    made.queue.push("b");
    await assertRejects(made.queue.next(), RpcError, "Bad bytes");
    assertEquals(made.failures, [fault, fault]);
  }
});

test("InboundQueue keeps the order when decoding takes its time", async () => {
  const { queue } = make(async (message) => {
    await settle();
    return `late ${message}`;
  });
  for (const value of ["a", "b", "c"]) queue.push(value);
  queue.end();
  assertEquals(await collect(queue), ["late a", "late b", "late c"]);
});
