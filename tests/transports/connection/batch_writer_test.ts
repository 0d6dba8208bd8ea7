import { HEADROOM_BYTES, markHeadroom } from "../../../src/internal/headroom.ts";
import { onNextTurn } from "../../../src/internal/next_turn.ts";
import { decodeBatch, encodeBatch } from "../../../src/protocol/batch.ts";
import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { createLimits } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { BatchReader } from "../../../src/transports/connection/batch_reader.ts";
import { BatchWriter } from "../../../src/transports/connection/batch_writer.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

interface Setup {
  readonly writer: BatchWriter;
  readonly channel: FakeChannel;
  readonly clock: FakeClock;
  readonly failures: unknown[];
  /** How often data was let go on. */
  writable: number;
}

function setUp(
  options: { batches?: boolean; acks?: boolean; isOpen?: boolean; maxQueuedBytes?: number } = {},
): Setup {
  const channel = new FakeChannel();
  channel.isOpen = options.isOpen ?? true;
  const clock = new FakeClock();
  const failures: unknown[] = [];
  const writer = new BatchWriter(channel, {
    encoder: nativeWire.createEncoder(createLimits()),
    clock,
    wire: { capabilities: { batches: options.batches ?? true, acks: options.acks ?? false } },
    limits: { maxQueuedBytes: options.maxQueuedBytes ?? 16 * KIB * KIB },
    onWritable: () => setup.writable++,
    onFailure: (error) => failures.push(error),
  });
  const setup: Setup = { writer, channel, clock, failures, writable: 0 };
  return setup;
}

function data(bytes: number): RpcFrame {
  const message = new Uint8Array(bytes);
  return { kind: "message", streamId: 1, message, more: false, compressed: false };
}

const PING: RpcFrame = { kind: "ping", token: 1 };

/** A call with a request of 100 bytes. */
function opening(streamId: number): RpcFrame {
  return {
    kind: "open",
    streamId,
    path: "/Box/one",
    timeoutMs: undefined,
    headers: RpcMetadata.empty,
    message: new Uint8Array(100),
    more: false,
    compressed: false,
    end: true,
    fault: undefined,
  };
}

test("BatchWriter.write() sends the frames of one turn in one message", async () => {
  const { writer, channel } = setUp();
  for (let count = 0; count < 100; count++) writer.write(PING);
  assertEquals(channel.sent.length, 0);
  await settle();
  assertEquals([channel.sent.length, writer.batches, writer.frames], [1, 1, 100]);
  assertEquals(channel.sent[0]?.length, writer.bytes);
  writer.write(PING);
  await settle();
  assertEquals(channel.sent.length, 2);
});

test("BatchWriter.write() asks for the end of a turn once, for all connections", () => {
  const writers = [setUp().writer, setUp().writer];
  const { queueMicrotask: original } = globalThis;
  let asked = 0;
  globalThis.queueMicrotask = (callback) => {
    asked++;
    original(callback);
  };
  try {
    for (let count = 0; count < 100; count++) {
      for (const writer of writers) writer.write(PING);
    }
  } finally {
    globalThis.queueMicrotask = original;
  }
  assertEquals(asked, 1);
});

test("BatchWriter.write() sends each frame alone where the wire has no batches", () => {
  const { writer, channel } = setUp({ batches: false });
  writer.write(PING);
  writer.write(PING);
  assertEquals(channel.sent.length, 2);
});

test("BatchWriter.write() sends a batch that has grown large at once", () => {
  const { writer, channel } = setUp();
  writer.write(data(60 * KIB));
  assertEquals(channel.sent.length, 0);
  writer.write(data(5 * KIB));
  assertEquals(channel.sent.length, 1);
});

test("BatchWriter.write() keeps frames until the channel is open, in batches of a bearable size", async () => {
  const { writer, channel } = setUp({ isOpen: false });
  for (let count = 0; count < 10; count++) writer.write(data(40 * KIB));
  writer.write(PING);
  await settle();
  assertEquals(channel.sent.length, 0);
  assert(writer.unsentBytes > 400 * KIB);
  channel.isOpen = true;
  writer.flush();
  const sizes = channel.sent.map(({ length }) => length);
  assertEquals(sizes.reduce((sum, size) => sum + size), writer.bytes);
  assert(sizes.length > 1 && sizes.every((size) => size <= 128 * KIB), `sizes are ${sizes}`);
  assertEquals(writer.unsentBytes, 0);
});

test("BatchWriter.batchesBefore counts the batches that leave before the next frame", () => {
  const { writer, channel } = setUp({ isOpen: false });
  assertEquals(writer.batchesBefore, 0);
  writer.write(PING);
  assertEquals(writer.batchesBefore, 0);
  writer.write(data(64 * KIB));
  assertEquals([writer.batchesBefore, writer.batches], [1, 0]);
  channel.isOpen = true;
  writer.flush();
  assertEquals([writer.batchesBefore, writer.batches], [1, 1]);
});

test("BatchWriter.isWritable is false while much waits before the channel is open", () => {
  const { writer } = setUp({ isOpen: false });
  for (let count = 0; count < 8; count++) {
    assert(writer.isWritable);
    writer.write(data(64 * KIB));
  }
  assert(!writer.isWritable);
});

test("BatchWriter.isWritable is false while the socket is full, and control frames leave", async () => {
  const { writer, channel } = setUp();
  channel.isStalled = true;
  for (let count = 0; count < 9; count++) writer.write(data(64 * KIB));
  assert(!writer.isWritable);
  const before = channel.sent.length;
  writer.write(PING);
  await settle();
  assertEquals(channel.sent.length, before + 1);
});

test("BatchWriter.checkDrained() lets data go on when the socket is half empty", () => {
  const setup = setUp();
  const { writer, channel } = setup;
  channel.isStalled = true;
  for (let count = 0; count < 9; count++) writer.write(data(64 * KIB));
  channel.bufferedBytes = 256 * KIB + 1;
  writer.checkDrained();
  assertEquals([writer.isWritable, setup.writable], [false, 0]);
  channel.bufferedBytes = 256 * KIB;
  writer.checkDrained();
  writer.checkDrained();
  assertEquals([writer.isWritable, setup.writable], [true, 1]);
});

test("BatchWriter asks a socket without a drain event until it has drained, and no longer", async () => {
  const setup = setUp();
  const { writer, channel, clock } = setup;
  channel.isStalled = true;
  for (let count = 0; count < 9; count++) writer.write(data(64 * KIB));
  await clock.advance(100);
  assertEquals([setup.writable, clock.pending], [0, 1]);
  channel.bufferedBytes = 0;
  await clock.advance(16);
  assertEquals([setup.writable, clock.pending, writer.isWritable], [1, 0, true]);
});

test("BatchWriter asks a socket that nothing leaves less and less often", async () => {
  const { writer, channel, clock } = setUp();
  const delays = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let asked = 0; asked < count; asked++) {
      found.push((clock.nextDueMs ?? NaN) - clock.now());
      await clock.advance(found.at(-1) ?? 0);
    }
    return found;
  };
  channel.isStalled = true;
  for (let count = 0; count < 9; count++) writer.write(data(64 * KIB));
  assertEquals(await delays(6), [1, 2, 4, 8, 16, 16]);
  channel.bufferedBytes--;
  assertEquals(await delays(3), [16, 1, 2]);
});

test("BatchWriter reports a channel that refuses a batch, and sends nothing after it", async () => {
  const { writer, channel, failures } = setUp();
  const failure = new Error("refused");
  channel.failure = failure;
  writer.write(PING);
  await settle();
  channel.failure = undefined;
  writer.write(PING);
  await settle();
  assertEquals(failures, [failure]);
  assertEquals(channel.sent.length, 0);
});

test("BatchWriter fails when more waits in the socket than may, and a full socket besides", async () => {
  const at = setUp({ maxQueuedBytes: 600 * KIB });
  at.channel.bufferedBytes = (600 + 512) * KIB;
  at.writer.write(PING);
  await settle();
  assertEquals([at.failures.length, at.writer.isWritable], [0, false]);
  const above = setUp({ maxQueuedBytes: 600 * KIB });
  above.channel.bufferedBytes = (600 + 512) * KIB + 1;
  above.writer.write(PING);
  await settle();
  const [error] = above.failures;
  assert(error instanceof RpcError, "it did not fail");
  assert(error.message.includes("Peer does not read: 1138689 bytes wait, limit is 614400"));
});

test("BatchWriter.queuedBytes counts what waits here and in the socket", () => {
  const { writer, channel } = setUp({ isOpen: false });
  writer.write(data(100));
  channel.bufferedBytes = 1000;
  assertEquals(writer.queuedBytes, writer.unsentBytes + 1000);
  assert(writer.unsentBytes > 100);
});

test("BatchWriter.end() drops what waits and leaves no timer", async () => {
  const { writer, channel, clock } = setUp();
  channel.isStalled = true;
  for (let count = 0; count < 9; count++) writer.write(data(64 * KIB));
  const before = channel.sent.length;
  writer.write(PING);
  writer.end();
  writer.write(PING);
  writer.flush();
  await settle();
  assertEquals([channel.sent.length, clock.pending], [before, 0]);
});

test("BatchWriter.isWritable is false after 64 Ki frames or 16 MiB until the next turn", async () => {
  for (const [frame, most] of [[PING, 64 * KIB], [data(60 * KIB), 273]] as const) {
    const setup = setUp();
    const { writer, clock } = setup;
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < most; count++) writer.write(frame);
      writer.flush();
      assertEquals([writer.isWritable, clock.pending], [true, 0]);
      writer.write(frame);
      writer.flush();
      assertEquals([writer.isWritable, clock.pending], [false, 1]);
      // What has come says nothing: it may have been there before this turn began.
      writer.checkDrained();
      writer.write(frame);
      writer.flush();
      assertEquals([writer.isWritable, clock.pending], [false, 1]);
      await clock.advance(1);
      assertEquals([writer.isWritable, clock.pending], [true, 0]);
    }
    assertEquals(setup.failures, []);
  }
});

/** Lets so many microtasks run. */
async function microtasks(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await undefined;
}

test("BatchWriter puts frames into one batch that come a few microtasks after one another", async () => {
  const { writer, channel } = setUp();
  for (let count = 0; count < 200; count++) {
    writer.write(PING);
    await microtasks(4);
  }
  assertEquals(channel.sent.length, 0);
  await settle();
  assertEquals([channel.sent.length, writer.frames], [1, 200]);
});

test("BatchWriter.hurry() lets a batch leave with the first idle microtask, and no later one", async () => {
  const { writer, channel } = setUp();
  const microtasksOf = async (): Promise<number> => {
    const before = channel.sent.length;
    let microtasks = 0;
    for (; channel.sent.length === before; microtasks++) await Promise.resolve();
    return microtasks;
  };
  writer.write(PING);
  const usual = await microtasksOf();
  writer.write(PING);
  writer.hurry();
  assert(await microtasksOf() < usual);
  writer.write(PING);
  assertEquals(await microtasksOf(), usual);
  // Of a batch that has left by then nothing remains to be done.
  writer.hurry();
  writer.write(PING);
  assertEquals(await microtasksOf(), usual);
});

test("BatchWriter sends a batch without a timer and without a turn of the event loop", async () => {
  const { writer, channel, clock } = setUp();
  for (let round = 1; round <= 3; round++) {
    writer.write(PING);
    assertEquals([channel.sent.length, clock.pending], [round - 1, 0]);
    await microtasks(30);
    assertEquals(channel.sent.length, round);
  }
});

test("BatchWriter sends a large batch at once, however steadily frames come", async () => {
  const { writer, channel } = setUp();
  for (let count = 0; count < 100; count++) {
    writer.write(data(4 * KIB));
    await microtasks(1);
  }
  assert(channel.sent.length >= 6, `${channel.sent.length} batches`);
  assert(channel.sent.every(({ length }) => length < 72 * KIB));
});

/** How many frames of data may be written, of 64 KiB each, until none may. */
function fill(writer: BatchWriter): number {
  let count = 0;
  while (writer.isWritable) {
    writer.write(data(64 * KIB));
    count++;
  }
  return count;
}

test("BatchWriter holds data back while 256 KiB are not acknowledged, and control frames pass", async () => {
  const setup = setUp({ acks: true });
  const { writer, channel } = setup;
  assertEquals([fill(writer), channel.sent.length], [4, 4]);
  writer.write(PING);
  writer.write({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  await settle();
  assertEquals([channel.sent.length, writer.isWritable, setup.writable], [5, false, 0]);
  assert(writer.onAck(1));
  assertEquals([writer.isWritable, setup.writable], [true, 1]);
  assertEquals(fill(writer), 1);
  assert(writer.onAck(6));
  assertEquals(writer.isWritable, true);
});

test("BatchWriter asks for an answer to the batch that probes the path, however late that comes", async () => {
  const { writer, channel, clock } = setUp({ acks: true });
  const decoder = nativeWire.createDecoder(createLimits());
  const take = async (): Promise<string[]> => {
    await settle();
    const batches = channel.sent.splice(0);
    return batches.flatMap((batch) => decodeBatch(decoder, batch).map(({ kind }) => kind));
  };
  const acknowledge = (): void => {
    for (let batches = 1; writer.onAck(batches); batches++);
  };
  // Until the path is to run empty.
  for (let sent: string[] = []; !sent.includes("prompt");) {
    fill(writer);
    await clock.advance(1);
    acknowledge();
    sent = await take();
  }
  acknowledge();
  assertEquals(await take(), []);
  writer.write(data(10));
  assertEquals(await take(), ["message", "prompt"]);
  assert(!writer.isWritable);
  acknowledge();
  assert(writer.isWritable);
});

test("BatchWriter.onAck() refuses more batches than were sent, those that are not counted apart", async () => {
  const { writer } = setUp({ acks: true });
  writer.write(PING);
  await settle();
  assertEquals([writer.onAck(0), writer.onAck(1)], [true, false]);
  writer.write(PING);
  writer.write(data(1));
  writer.write(PING);
  await settle();
  assertEquals([writer.batches, writer.onAck(2), writer.onAck(1)], [2, false, true]);
});

test("BatchWriter counts the batches that waited for the channel to open", () => {
  const { writer, channel } = setUp({ acks: true, isOpen: false });
  writer.write(data(64 * KIB));
  writer.write(PING);
  channel.isOpen = true;
  writer.flush();
  assertEquals([writer.batches, writer.onAck(2), writer.onAck(1)], [2, false, true]);
});

test("BatchWriter takes any acknowledgement, and waits for none, where the wire has none", () => {
  const { writer } = setUp();
  for (let count = 0; count < 7; count++) writer.write(data(64 * KIB));
  assert(writer.isWritable);
  assert(writer.onAck(1000));
});

/** What each batch was, by kinds of its frames. */
function kindsOf(batches: readonly Uint8Array[]): string[] {
  const decoder = nativeWire.createDecoder(createLimits());
  return batches.map((batch) => decodeBatch(decoder, batch).map(({ kind }) => kind).join(" "));
}

test("BatchWriter prompts inside batches of a socket that may stall, and not of others", async () => {
  for (const [mayStall, acks] of [[true, true], [false, true], [true, false]] as const) {
    const { writer, channel } = setUp({ acks });
    channel.mayStall = mayStall;
    for (let count = 0; count < 3; count++) {
      writer.write(PING);
      await settle();
    }
    const isPrompted = mayStall && acks;
    assertEquals(kindsOf(channel.sent), Array(3).fill(isPrompted ? "ping prompt" : "ping"));
    assertEquals([writer.frames, writer.batches], [3, 3]);
  }
});

test("BatchWriter sends many calls in small batches on a socket that may stall, uncut", async () => {
  const { writer, channel } = setUp({ acks: true });
  channel.mayStall = true;
  writer.write(PING);
  await settle();
  for (let call = 0; call < 64; call++) writer.write(opening(2 * call + 1));
  await settle();
  const batches = channel.sent.slice(1);
  assert(batches.length < 10 && batches.every(({ length }) => length <= 1000));
  const kinds = kindsOf(batches).map((text) => text.split(" "));
  assertEquals(kinds.map((of) => of.at(-1)), Array(batches.length).fill("prompt"));
  assertEquals(kinds.flatMap((of) => of.slice(0, -1)), Array(64).fill("open"));
});

test("BatchWriter lets a full batch of data leave first where the socket sends late", async () => {
  for (const sendsLate of [true, false]) {
    const setup = setUp({ acks: true });
    const { writer, channel } = setup;
    channel.sendsLate = sendsLate;
    writer.write(data(63 * KIB));
    assertEquals(writer.isWritable, true);
    writer.write(data(2 * KIB));
    assertEquals([channel.sent.length, writer.isWritable], [1, !sendsLate]);
    // Control frames go all the same.
    writer.write(PING);
    await settle();
    assertEquals([channel.sent.length, setup.writable], [2, 0]);
    await new Promise<void>(onNextTurn);
    assertEquals([writer.isWritable, setup.writable], [true, sendsLate ? 1 : 0]);
  }
});

test("BatchWriter asks nobody for more when it ended while a full batch left", async () => {
  const setup = setUp({ acks: true });
  setup.channel.sendsLate = true;
  setup.writer.write(data(65 * KIB));
  setup.writer.end();
  await new Promise<void>(onNextTurn);
  assertEquals(setup.writable, 0);
});

test("BatchWriter prompts ahead of a large batch while others are on their way", async () => {
  const { writer, channel } = setUp({ acks: true });
  channel.mayStall = true;
  writer.write(data(10));
  await settle();
  writer.write(data(8 * KIB));
  await settle();
  assertEquals(kindsOf(channel.sent), ["message prompt", "prompt", "message"]);
  const prompt = channel.sent[1];
  assert(prompt !== undefined);
  const decoder = nativeWire.createDecoder(createLimits());
  assertEquals(decodeBatch(decoder, prompt), [{ kind: "prompt", answers: 2 }]);
  // A prompt by itself is not counted.
  assertEquals([writer.onAck(3), writer.onAck(2)], [false, true]);
});

test("BatchWriter sends a large batch in pieces that is alone, counted as one", async () => {
  for (const copiesOnSend of [false, true]) {
    const { writer, channel } = setUp({ acks: true });
    channel.mayStall = true;
    channel.copiesOnSend = copiesOnSend;
    await passTrial(writer);
    const before = [channel.sent.length, writer.bytes] as const;
    const frame = data(8 * KIB);
    writer.write(PING);
    writer.write(frame);
    await settle();
    const messages = channel.sent.slice(before[0]);
    assertEquals(kindsOf(messages), Array(9).fill("piece"));
    assert(messages.every(({ length }) => length <= 1000));
    assertEquals(writer.bytes - before[1], messages.reduce((sum, { length }) => sum + length, 0));
    const frames: RpcFrame[] = [];
    const reader = new BatchReader(nativeWire.createDecoder(createLimits()), {
      onFrame(read) {
        if (read.kind === "piece") reader.addPiece(read);
        else frames.push(read);
      },
    });
    for (const message of messages) reader.read(message);
    assertEquals(frames, [PING, frame]);
    // The next is not alone before all of it is acknowledged.
    writer.write(data(2 * KIB));
    await settle();
    assertEquals(kindsOf(channel.sent.slice(before[0] + 9)), ["prompt", "message"]);
    assertEquals([writer.onAck(2), writer.onAck(4), writer.onAck(3)], [true, false, true]);
  }
});

/** Has the trial of this program go by, unless it has been: others follow a second later. */
async function passTrial(writer: BatchWriter): Promise<void> {
  writer.write(data(2 * KIB));
  await settle();
  assert(writer.onAck(1));
}

test("BatchWriter sends no piece after one that the socket refused", async () => {
  const { writer, channel, failures } = setUp({ acks: true });
  channel.mayStall = true;
  await passTrial(writer);
  const failure = new Error("refused");
  let tries = 0;
  channel.send = () => {
    if (++tries === 3) throw failure;
  };
  writer.write(data(8 * KIB));
  await settle();
  writer.write(PING);
  await settle();
  assertEquals([tries, failures], [3, [failure]]);
});

test("BatchWriter sends nothing after a prompt that the socket refused", async () => {
  const { writer, channel, failures } = setUp({ acks: true });
  channel.mayStall = true;
  writer.write(data(10));
  await settle();
  const failure = new Error("refused");
  let tries = 0;
  channel.send = () => {
    tries++;
    throw failure;
  };
  writer.write(data(8 * KIB));
  await settle();
  assertEquals([tries, failures], [1, [failure]]);
});

/** A message with room in front of it, as codecs make large ones. */
function spacious(bytes: number): Uint8Array<ArrayBuffer> {
  return markHeadroom(new Uint8Array(HEADROOM_BYTES + bytes).subarray(HEADROOM_BYTES).fill(5));
}

function messageFrame(message: Uint8Array): RpcFrame {
  return { kind: "message", streamId: 1, message, more: false, compressed: false };
}

test("BatchWriter.write() sends a large message from where it stands, after what was before it", () => {
  const { writer, channel } = setUp();
  channel.copiesOnSend = true;
  const message = spacious(64 * KIB);
  writer.write(PING);
  writer.write(messageFrame(message));
  assertEquals(channel.sent.length, 2);
  const [, whole] = channel.sent;
  assert(whole?.buffer === message.buffer, "it was copied");
  const expected = encodeBatch(nativeWire.createEncoder(createLimits()), [
    messageFrame(new Uint8Array(64 * KIB).fill(5)),
  ]);
  assertEquals(whole, expected);
  assertEquals([writer.frames, writer.batches, writer.unsentBytes], [2, 2, 0]);
});

test("BatchWriter.write() copies a message that is small, has no room in front, or goes to a slow socket", async () => {
  const cases = [
    { copiesOnSend: true, isOpen: true, message: spacious(20 * KIB) },
    { copiesOnSend: true, isOpen: true, message: new Uint8Array(64 * KIB) },
    { copiesOnSend: true, isOpen: true, message: spacious(100 * KIB).subarray(40 * KIB) },
    { copiesOnSend: false, isOpen: true, message: spacious(64 * KIB) },
    { copiesOnSend: true, isOpen: false, message: spacious(64 * KIB) },
  ];
  for (const { copiesOnSend, isOpen, message } of cases) {
    const { writer, channel } = setUp({ isOpen });
    channel.copiesOnSend = copiesOnSend;
    writer.write(messageFrame(message));
    channel.isOpen = true;
    writer.flush();
    await settle();
    assertEquals(channel.sent.length, 1);
    assert(channel.sent[0]?.buffer !== message.buffer);
  }
});

test("BatchWriter sends nothing in place after a failure", () => {
  const { writer, channel, failures } = setUp();
  channel.copiesOnSend = true;
  channel.failure = new Error("refused");
  writer.write(PING);
  writer.write(messageFrame(spacious(64 * KIB)));
  assertEquals([failures.length, channel.sent.length], [1, 0]);
});

test("BatchWriter.hasLessThan() counts what waits here and in the socket", async () => {
  const { writer, channel } = setUp();
  channel.bufferedBytes = 1000;
  assert(writer.hasLessThan(1), "the socket had nothing from here");
  writer.write(data(100));
  const unsent = writer.unsentBytes;
  assertEquals([writer.hasLessThan(unsent), writer.hasLessThan(unsent + 1)], [false, true]);
  await settle();
  const waiting = channel.bufferedBytes;
  assertEquals([writer.hasLessThan(waiting), writer.hasLessThan(waiting + 1)], [false, true]);
  channel.bufferedBytes = 10;
  assertEquals([writer.hasLessThan(10), writer.hasLessThan(11)], [false, true]);
});
