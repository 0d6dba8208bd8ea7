import type { PlacedValue } from "../../../src/internal/placed_value.ts";
import { decodeBatch } from "../../../src/protocol/batch.ts";
import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { createLimits } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { BatchWriter } from "../../../src/transports/connection/batch_writer.ts";
import { outboundMessage } from "../../../src/transports/connection/outbound_message.ts";
import { streamEndedError } from "../../../src/transports/connection/end_reason.ts";
import { SendScheduler } from "../../../src/transports/connection/send_scheduler.ts";
import { StreamState } from "../../../src/transports/connection/stream_state.ts";
import { assert, assertEquals, assertStatus } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

class Setup {
  readonly channel: FakeChannel = new FakeChannel();
  readonly clock: FakeClock = new FakeClock();
  readonly scheduler: SendScheduler;
  readonly writer: BatchWriter;
  readonly ended: number[] = [];
  readonly #decoder = nativeWire.createDecoder(createLimits());
  #read = 0;

  constructor(
    options: {
      connectionBytes?: number;
      maxFragmentBytes?: number;
      messageCostBytes?: number;
      maxWaitingBytes?: number;
      acks?: boolean;
    } = {},
  ) {
    this.channel.isOpen = true;
    this.writer = new BatchWriter(this.channel, {
      encoder: nativeWire.createEncoder(createLimits()),
      clock: this.clock,
      wire: { capabilities: { batches: true, acks: options.acks ?? false } },
      limits: createLimits({ maxQueuedBytes: 16 * KIB * KIB }),
      onWritable: () => this.scheduler.pump(),
      onFailure: (error) => {
        throw error;
      },
    });
    this.scheduler = new SendScheduler(this.writer, {
      wire: {
        maxFragmentBytes: options.maxFragmentBytes ?? 64 * KIB,
        capabilities: { messageCostBytes: options.messageCostBytes ?? 0 },
        initialHello: { connectionWindowBytes: options.connectionBytes ?? 2 ** 30 },
      },
      limits: { maxWaitingBytes: options.maxWaitingBytes ?? Infinity },
      onEnded: (stream) => this.ended.push(stream.id),
    });
  }

  /** Frames written since the last time, briefly: stream, bytes, and whether more follow. */
  async take(): Promise<string[]> {
    this.writer.flush();
    await settle();
    const frames: RpcFrame[] = [];
    for (; this.#read < this.channel.sent.length; this.#read++) {
      const batch = this.channel.sent[this.#read];
      if (batch !== undefined) frames.push(...decodeBatch(this.#decoder, batch));
    }
    return frames.map((frame) =>
      frame.kind === "message"
        ? `${frame.streamId}:${frame.message.length}${frame.more ? "+" : ""}`
        : `${"streamId" in frame ? frame.streamId : 0}:${frame.kind}`
    );
  }
}

function createStream(
  id: number,
  options: { bytes?: number; messages?: number } = {},
): StreamState {
  return new StreamState(id, true, {
    sendBytes: options.bytes ?? 2 ** 30,
    sendMessages: options.messages ?? 1000,
    windowBytes: 0,
    windowMessages: 0,
  });
}

test("SendScheduler.sendMessage() sends at once when nothing is in the way", async () => {
  const setup = new Setup();
  const stream = createStream(1);
  assertEquals(setup.scheduler.sendMessage(stream, new Uint8Array(10)), undefined);
  assertEquals(await setup.take(), ["1:10"]);
  assertEquals([stream.sentMessages, setup.scheduler.room.waitingBytes], [1, 0]);
});

/** A value of so many bytes that says when it is encoded. */
function value(bytes: number, onEncode = (): void => {}): PlacedValue {
  return {
    encodeInto(memory, position): number {
      onEncode();
      memory.fill(7, position, position + bytes);
      return bytes;
    },
  };
}

test("SendScheduler.placeMessage() charges what was placed, and sends it with the rest", async () => {
  const setup = new Setup({ connectionBytes: 1000, messageCostBytes: 256 });
  const stream = createStream(1, { bytes: 100, messages: 2 });
  assertEquals(setup.scheduler.placeMessage(stream, value(60)), 60);
  assertEquals(setup.scheduler.sendMessage(stream, new Uint8Array(40)), undefined);
  assertEquals(await setup.take(), ["1:60", "1:40"]);
  assertEquals(stream.sentMessages, 2);
  assertEquals([stream.sending.bytes, stream.sending.messages], [0, 0]);
  assertEquals(setup.scheduler.connectionBytes, 1000 - 60 - 40 - 2 * 256);
});

test("SendScheduler.placeMessage() does not encode what would have to wait", () => {
  const fail = (): never => {
    throw new Error("it was encoded");
  };
  for (const credit of [{ bytes: 0 }, { messages: 0 }]) {
    const stream = createStream(1, credit);
    assertEquals(new Setup().scheduler.placeMessage(stream, value(1, fail)), undefined);
  }
  const setup = new Setup();
  const stream = createStream(1, { bytes: 1 });
  setup.scheduler.placeMessage(stream, value(1));
  void setup.scheduler.sendMessage(stream, new Uint8Array(1));
  setup.scheduler.grantStream(stream, 0, 1);
  assertEquals(setup.scheduler.placeMessage(stream, value(1, fail)), undefined);
});

test("SendScheduler.placeMessage() answers the bytes where others were sent meanwhile", async () => {
  const setup = new Setup();
  const stream = createStream(1);
  const other = createStream(3);
  const nested = value(5, () => void setup.scheduler.sendMessage(other, new Uint8Array(9)));
  const bytes = setup.scheduler.placeMessage(stream, nested);
  assertEquals(bytes, new Uint8Array(5).fill(7));
  assertEquals([stream.sentMessages, stream.sending.messages], [0, 1000]);
  assertEquals(await setup.take(), ["3:9"]);
});

test("SendScheduler.sendMessage() waits for credit of the stream in bytes", async () => {
  const setup = new Setup();
  const stream = createStream(1, { bytes: 100 });
  assertEquals(setup.scheduler.sendMessage(stream, new Uint8Array(99)), undefined);
  assertEquals(setup.scheduler.sendMessage(stream, new Uint8Array(50)), undefined);
  const waiting = setup.scheduler.sendMessage(stream, new Uint8Array(30));
  assert(waiting !== undefined, "a message passed an empty window");
  assertEquals(setup.scheduler.room.waitingBytes, 30);
  setup.scheduler.grantStream(stream, 49, 10);
  assertEquals(await setup.take(), ["1:99", "1:50"]);
  setup.scheduler.grantStream(stream, 1, 0);
  await waiting;
  assertEquals([await setup.take(), setup.scheduler.room.waitingBytes], [["1:30"], 0]);
});

test("SendScheduler.sendMessage() waits for credit of the stream in messages", async () => {
  const setup = new Setup();
  const stream = createStream(1, { messages: 1 });
  assertEquals(setup.scheduler.sendMessage(stream, new Uint8Array(1)), undefined);
  const waiting = setup.scheduler.sendMessage(stream, new Uint8Array(1));
  assert(waiting !== undefined);
  setup.scheduler.grantStream(stream, 1000, 0);
  assertEquals(await setup.take(), ["1:1"]);
  setup.scheduler.grantStream(stream, 0, 1);
  await waiting;
  assertEquals(await setup.take(), ["1:1"]);
});

test("SendScheduler.grantConnection() lets all streams go on that waited for it", async () => {
  const setup = new Setup({ connectionBytes: 100 });
  const streams = [1, 3, 5].map((id) => createStream(id));
  for (const stream of streams) setup.scheduler.sendMessage(stream, new Uint8Array(60));
  assertEquals(await setup.take(), ["1:60", "3:60"]);
  assertEquals(setup.scheduler.room.waitingBytes, 60);
  setup.scheduler.grantConnection(20);
  assertEquals(await setup.take(), []);
  setup.scheduler.grantConnection(1);
  assertEquals(await setup.take(), ["5:60"]);
});

test("SendScheduler cuts a large message and settles its promise with the last fragment", async () => {
  const setup = new Setup({ maxFragmentBytes: 100 });
  const stream = createStream(1, { bytes: 150 });
  const waiting = setup.scheduler.sendMessage(stream, new Uint8Array(250));
  assertEquals(await setup.take(), ["1:100+", "1:100+"]);
  let isDone = false;
  void waiting?.then(() => isDone = true);
  await settle();
  assertEquals([isDone, stream.sentMessages, stream.sending.messages], [false, 1, 999]);
  setup.scheduler.grantStream(stream, 100, 0);
  assertEquals([await setup.take(), isDone], [["1:50"], true]);
});

test("SendScheduler gives streams turns, one fragment each", async () => {
  const setup = new Setup({ maxFragmentBytes: 64 * KIB });
  setup.channel.isStalled = true;
  const [first, second] = [createStream(1), createStream(3)];
  setup.scheduler.sendMessage(first, new Uint8Array(1024 * KIB));
  setup.scheduler.sendMessage(second, new Uint8Array(256 * KIB));
  await setup.take();
  setup.channel.isStalled = false;
  setup.channel.bufferedBytes = 0;
  setup.writer.checkDrained();
  const frames = await setup.take();
  const turns = frames.slice(0, 7).map((frame) => frame.split(":")[0]);
  assertEquals(turns, ["1", "3", "1", "3", "1", "3", "1"]);
  assertEquals(frames.filter((frame) => frame.startsWith("3:")).length, 4);
});

/** Lets a stream send messages until it has to wait; answers how many were taken, and the wait. */
function fill(
  { scheduler }: Setup,
  stream: StreamState,
  bytes: number,
): { taken: number; wait: Promise<void> } {
  for (let taken = 1; taken < 100_000; taken++) {
    const wait = scheduler.sendMessage(stream, new Uint8Array(bytes));
    if (wait !== undefined) return { taken, wait };
  }
  throw new Error("it never had to wait");
}

test("SendScheduler gives small messages turns as large as those of fragments", async () => {
  const setup = new Setup();
  setup.channel.isStalled = true;
  const [large, small] = [createStream(1), createStream(3)];
  setup.scheduler.sendMessage(large, new Uint8Array(2048 * KIB));
  await setup.take();
  const { taken, wait } = fill(setup, small, 4 * KIB);
  setup.channel.isStalled = false;
  setup.channel.bufferedBytes = 0;
  setup.writer.checkDrained();
  await wait;
  const frames = await setup.take();
  const first = frames.findIndex((frame) => frame.startsWith("3:"));
  const turns = frames.slice(first).join(" ").match(/3:4096( 3:4096)*|1:65536\+/g) ?? [];
  const sizes = turns.slice(0, 4).map((turn) => turn.split(" ").length);
  assertEquals([taken, sizes], [32, [16, 1, 16, 1]]);
});

test("SendScheduler.sendMessage() takes a copy of what waits ahead, and nothing large", async () => {
  const setup = new Setup({ acks: true });
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(512 * KIB));
  await setup.take();
  const stream = createStream(3);
  const buffer = new Uint8Array(4);
  for (let sent = 1; sent <= 3; sent++) {
    buffer.fill(sent);
    assertEquals(setup.scheduler.sendMessage(stream, buffer), undefined);
  }
  const large = setup.scheduler.sendMessage(stream, new Uint8Array(128 * KIB));
  assert(large !== undefined, "a large message went ahead");
  for (let round = 0; round < 8; round++) {
    setup.writer.flush();
    setup.writer.onAck(setup.writer.batches);
  }
  await large;
  setup.writer.flush();
  const decoder = nativeWire.createDecoder(createLimits());
  const frames = setup.channel.sent.flatMap((batch) => decodeBatch(decoder, batch));
  const small = frames.flatMap((frame) =>
    frame.kind === "message" && frame.message.length === 4 ? [frame.message[0]] : []
  );
  assertEquals(small, [1, 2, 3]);
});

test("SendScheduler.sendMessage() lets none wait ahead on a stream that is alone", () => {
  const setup = new Setup({ acks: true });
  const stream = createStream(1);
  const { wait } = fill(setup, stream, 4 * KIB);
  assertEquals(stream.waiting, 1);
  setup.scheduler.drop(stream, streamEndedError);
  return wait.catch(() => {});
});

test("SendScheduler.sendMessage() lets no more wait ahead than there is credit for", async () => {
  for (const credit of [{ bytes: 10 * KIB }, { messages: 3 }]) {
    const setup = new Setup({ acks: true });
    setup.scheduler.sendMessage(createStream(1), new Uint8Array(2048 * KIB));
    const stream = createStream(3, credit);
    const { taken, wait } = fill(setup, stream, 4 * KIB);
    assertEquals(taken, 4);
    setup.scheduler.drop(stream, streamEndedError);
    await assertStatus(wait, RpcStatus.FAILED_PRECONDITION);
  }
});

test("SendScheduler.sendMessage() lets none wait ahead without credit of the connection", async () => {
  const setup = new Setup({ acks: true });
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(2048 * KIB));
  setup.scheduler.connectionBytes = 0;
  const stream = createStream(3);
  const { taken, wait } = fill(setup, stream, 4 * KIB);
  assertEquals(taken, 1);
  setup.scheduler.drop(stream, streamEndedError);
  await assertStatus(wait, RpcStatus.FAILED_PRECONDITION);
});

test("SendScheduler.sendMessage() lets little wait ahead on many streams together", async () => {
  const setup = new Setup({ acks: true });
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(2048 * KIB));
  const before = setup.scheduler.room.waitingBytes;
  const streams = Array.from({ length: 1000 }, (_, index) => createStream(3 + 2 * index));
  const waits = streams.map((stream) => fill(setup, stream, 100).wait);
  const waiting = setup.scheduler.room.waitingBytes - before;
  assert(waiting < 3072 * KIB, `${waiting} bytes wait`);
  for (const stream of streams) setup.scheduler.drop(stream, streamEndedError);
  for (const wait of waits) await assertStatus(wait, RpcStatus.FAILED_PRECONDITION);
});

test("SendScheduler.drop() of the stream whose turn it is gives the turn to the next", async () => {
  const setup = new Setup({ acks: true });
  const [large, small] = [createStream(1), createStream(3)];
  setup.scheduler.sendMessage(large, new Uint8Array(4096 * KIB));
  await setup.take();
  const { wait } = fill(setup, small, KIB);
  const turns: string[][] = [];
  for (let acked = 1; acked <= 3; acked++) {
    setup.writer.onAck(acked);
    turns.push(await setup.take());
  }
  // What may be on its way is not a multiple of what a turn is worth: the last one is not over.
  assertEquals(turns.map(({ length }) => length), [1, 62, 3]);
  setup.scheduler.drop(small, streamEndedError);
  await assertStatus(wait, RpcStatus.FAILED_PRECONDITION);
  setup.writer.onAck(4);
  const after = await setup.take();
  assert(after.length > 0 && after.every((frame) => frame === "1:65536+"), `${after}`);
});

test("SendScheduler keeps the order of a stream, ends included", async () => {
  const setup = new Setup();
  const stream = createStream(1, { messages: 0 });
  const first = setup.scheduler.sendMessage(stream, new Uint8Array(1));
  const second = setup.scheduler.sendMessage(stream, new Uint8Array(2));
  setup.scheduler.enqueue(stream, statusFrame({ messages: 2 }));
  assertEquals([await setup.take(), setup.ended], [[], []]);
  setup.scheduler.grantStream(stream, 0, 5);
  await Promise.all([first, second]);
  assertEquals([await setup.take(), setup.ended], [["1:1", "1:2", "1:status"], [1]]);
});

test("SendScheduler.enqueue() lets an end pass the data of other streams in a full socket", async () => {
  const setup = new Setup();
  setup.channel.isStalled = true;
  const [full, other] = [createStream(1), createStream(3)];
  setup.scheduler.sendMessage(full, new Uint8Array(2048 * KIB));
  await setup.take();
  assert(!setup.writer.isWritable);
  setup.scheduler.enqueue(other, { kind: "halfClose", streamId: 3, messages: 0 });
  assertEquals(await setup.take(), ["3:halfClose"]);
  setup.scheduler.enqueue(other, statusFrame({ streamId: 3 }));
  assertEquals([await setup.take(), setup.ended], [["3:status"], [3]]);
});

test("SendScheduler.enqueue() holds an end that carries a message while the socket is full", async () => {
  const setup = new Setup();
  setup.channel.isStalled = true;
  const [full, other] = [createStream(1), createStream(3)];
  setup.scheduler.sendMessage(full, new Uint8Array(2048 * KIB));
  await setup.take();
  setup.scheduler.enqueue(other, statusFrame({ streamId: 3, message: new Uint8Array(9) }));
  assertEquals(await setup.take(), []);
  setup.channel.bufferedBytes = 0;
  setup.channel.isStalled = false;
  setup.writer.checkDrained();
  assert((await setup.take()).includes("3:status"));
});

test("SendScheduler.enqueue() lets an end with a small message pass what is not acknowledged", async () => {
  const setup = new Setup({ acks: true });
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(2048 * KIB));
  await setup.take();
  assert(!setup.writer.isWritable && setup.writer.isMoving);
  const end = (streamId: number, bytes: number) =>
    setup.scheduler.enqueue(
      createStream(streamId),
      statusFrame({ streamId, message: new Uint8Array(bytes) }),
    );
  end(3, 4 * KIB + 1);
  end(5, 4 * KIB);
  assertEquals(await setup.take(), ["5:status"]);
  // It has its turn after the fragment that waited before it.
  setup.writer.onAck(setup.writer.batches);
  assertEquals((await setup.take()).slice(0, 2), ["1:65536+", "3:status"]);
});

test("SendScheduler gives one that waits its turn when 128 KiB of calls have passed it", async () => {
  const setup = new Setup({ acks: true });
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(2048 * KIB));
  await setup.take();
  const pass = async (calls: number): Promise<string[]> => {
    for (let call = 0; call < calls; call++) {
      const message = new Uint8Array(4 * KIB);
      setup.scheduler.enqueue(createStream(3), statusFrame({ streamId: 3, message }));
    }
    return await setup.take();
  };
  assertEquals(await pass(31), new Array<string>(31).fill("3:status"));
  assertEquals(await pass(1), ["3:status", "1:65536+"]);
  assertEquals(await pass(31), new Array<string>(31).fill("3:status"));
  setup.scheduler.onPassed(4 * KIB);
  assertEquals(await setup.take(), ["1:65536+"]);
});

test("SendScheduler gives a whole turn of small messages to one that calls have passed", async () => {
  const setup = new Setup({ acks: true });
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(2048 * KIB));
  const { wait } = fill(setup, createStream(3), 4 * KIB);
  await setup.take();
  setup.scheduler.onPassed(128 * KIB);
  assertEquals(await setup.take(), ["1:65536+"]);
  setup.scheduler.onPassed(128 * KIB);
  assertEquals(await setup.take(), new Array<string>(16).fill("3:4096"));
  setup.scheduler.onPassed(128 * KIB);
  setup.scheduler.onPassed(128 * KIB);
  await setup.take();
  setup.scheduler.onPassed(128 * KIB);
  setup.scheduler.onPassed(128 * KIB);
  await wait;
});

test("SendScheduler gives nobody a turn for what passed while the socket is full", async () => {
  const setup = new Setup({ acks: true });
  setup.channel.isStalled = true;
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(8192 * KIB));
  while (setup.writer.isMoving) {
    setup.scheduler.onPassed(128 * KIB);
    await setup.take();
  }
  setup.scheduler.onPassed(1024 * KIB);
  assertEquals(await setup.take(), []);
});

test("SendScheduler.drop() tells those who wait and forgets what they sent", async () => {
  const setup = new Setup({ maxFragmentBytes: 100 });
  const stream = createStream(1, { bytes: 150 });
  const waiting = [250, 30].map((size) =>
    setup.scheduler.sendMessage(stream, new Uint8Array(size))
  );
  assertEquals(setup.scheduler.room.waitingBytes, 80);
  const refused = waiting.map((promise) =>
    assertStatus(promise ?? Promise.resolve(), RpcStatus.ABORTED, "Gone")
  );
  setup.scheduler.drop(stream, () => new RpcError(RpcStatus.ABORTED, "Gone"));
  await Promise.all(refused);
  setup.scheduler.grantStream(stream, 1000, 1000);
  assertEquals(await setup.take(), ["1:100+", "1:100+"]);
  assertEquals([setup.scheduler.room.waitingBytes, stream.waiting], [0, 0]);
});

test("SendScheduler.drop() of one stream that waits lets the others go on", async () => {
  const setup = new Setup({ connectionBytes: 1 });
  const streams = [1, 3, 5].map((id) => createStream(id));
  for (const stream of streams) {
    setup.scheduler.sendMessage(stream, new Uint8Array(10))?.catch(() => {});
  }
  const [, second] = streams;
  if (second !== undefined) {
    setup.scheduler.drop(second, () => new RpcError(RpcStatus.ABORTED, "Gone"));
  }
  setup.scheduler.grantConnection(1000);
  assertEquals(await setup.take(), ["1:10", "5:10"]);
});

test("SendScheduler takes no more credit than a number can hold, whatever is granted", () => {
  const setup = new Setup();
  const stream = createStream(1);
  for (let count = 0; count < 10; count++) {
    setup.scheduler.grantStream(stream, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    setup.scheduler.grantConnection(Number.MAX_SAFE_INTEGER);
  }
  const { bytes: sendBytes, messages: sendMessages } = stream.sending;
  for (const credit of [sendBytes, sendMessages, setup.scheduler.connectionBytes]) {
    assert(Number.isSafeInteger(credit), `credit is ${credit}`);
  }
});

test("SendScheduler costs nothing for a stream that was dropped while it was ready", async () => {
  const setup = new Setup();
  setup.channel.isStalled = true;
  const [full, gone] = [createStream(1), createStream(3)];
  setup.scheduler.sendMessage(full, new Uint8Array(1024 * KIB));
  setup.scheduler.sendMessage(gone, new Uint8Array(10))?.catch(() => {});
  setup.scheduler.drop(gone, () => new RpcError(RpcStatus.ABORTED, "Gone"));
  setup.channel.isStalled = false;
  setup.channel.bufferedBytes = 0;
  setup.writer.checkDrained();
  const frames = await setup.take();
  assert(frames.every((frame) => frame.startsWith("1:")), `frames are ${frames}`);
  assertEquals(setup.scheduler.room.waitingBytes, 0);
});

/** Counts how often a stream is asked what it has to send. */
function countTurns(stream: StreamState): () => number {
  let turns = 0;
  const { outbox } = stream.sending;
  const peek = outbox.peek.bind(outbox);
  outbox.peek = () => {
    turns++;
    return peek();
  };
  return () => turns;
}

test("SendScheduler.grantConnection() of little wakes as few streams as it can serve", async () => {
  const setup = new Setup({ connectionBytes: 1 });
  const streams = Array.from({ length: 100 }, (_, index) => createStream(1 + 2 * index));
  for (const stream of streams) setup.scheduler.sendMessage(stream, new Uint8Array(10));
  await setup.take();
  const turns = streams.map(countTurns);
  const sum = (): number => turns.reduce((total, count) => total + count(), 0);
  for (let count = 0; count < 9; count++) setup.scheduler.grantConnection(1);
  assertEquals([sum(), await setup.take()], [0, []]);
  setup.scheduler.grantConnection(1);
  assertEquals([sum(), await setup.take()], [1, ["3:10"]]);
});

test("SendScheduler.grantConnection() lets streams that waited take turns", async () => {
  const setup = new Setup({ connectionBytes: 1, maxFragmentBytes: 10 });
  const streams = [1, 3, 5].map((id) => createStream(id));
  for (const stream of streams) {
    setup.scheduler.enqueue(stream, outboundMessage(new Uint8Array(20)));
  }
  assertEquals(await setup.take(), ["1:10+"]);
  setup.scheduler.grantConnection(1000);
  assertEquals(await setup.take(), ["1:10", "3:10+", "5:10+", "3:10", "5:10"]);
});

test("SendScheduler.drop() keeps nothing of a stream, however full the writer is", async () => {
  const setup = new Setup();
  setup.channel.isStalled = true;
  setup.scheduler.sendMessage(createStream(1), new Uint8Array(60_000));
  setup.channel.bufferedBytes = 600 * KIB;
  for (let count = 0; count < 10; count++) {
    setup.scheduler.sendMessage(createStream(3), new Uint8Array(60_000));
    setup.writer.flush();
  }
  const stream = createStream(5);
  const turns = countTurns(stream);
  setup.scheduler.enqueue(stream, statusFrame({ streamId: 5, message: new Uint8Array(9) }));
  const { waitingBytes } = setup.scheduler.room;
  setup.scheduler.drop(stream, () => new RpcError(RpcStatus.ABORTED, "Gone"));
  assertEquals(setup.scheduler.room.waitingBytes, waitingBytes - 9);
  setup.channel.isStalled = false;
  setup.channel.bufferedBytes = 0;
  setup.writer.checkDrained();
  setup.scheduler.pump();
  assertEquals(turns(), 0);
  await setup.take();
});

test("SendScheduler.drop() makes no reason where nobody waits for one", () => {
  const setup = new Setup();
  setup.scheduler.drop(createStream(1), () => {
    throw new Error("nobody waits");
  });
});

test("SendScheduler charges the connection what a frame weighs beside its bytes", async () => {
  const setup = new Setup({ connectionBytes: 1000, messageCostBytes: 256, maxFragmentBytes: 100 });
  const streams = [1, 3, 5, 7, 9].map((id) => createStream(id));
  for (const stream of streams) setup.scheduler.sendMessage(stream, new Uint8Array(0));
  assertEquals(await setup.take(), ["1:0", "3:0", "5:0", "7:0"]);
  assertEquals([setup.scheduler.connectionBytes, streams[0]?.sending.bytes], [-24, 2 ** 30]);
  setup.scheduler.grantConnection(24);
  assertEquals(await setup.take(), []);
  setup.scheduler.grantConnection(1);
  assertEquals([await setup.take(), setup.scheduler.connectionBytes], [["9:0"], -255]);
  setup.scheduler.grantConnection(256);
  const [stream] = streams;
  assert(stream !== undefined);
  void setup.scheduler.sendMessage(stream, new Uint8Array(250));
  assertEquals(await setup.take(), ["1:100+"]);
  setup.scheduler.grantConnection(1000);
  assertEquals(await setup.take(), ["1:100+", "1:50"]);
  assertEquals(setup.scheduler.connectionBytes, 1 + 1000 - 250 - 3 * 256);
});

test("SendScheduler charges nothing for ends and headers", async () => {
  const setup = new Setup({ connectionBytes: 1, messageCostBytes: 256 });
  const stream = createStream(1);
  setup.scheduler.enqueue(stream, { kind: "halfClose", streamId: 1, messages: 0 });
  setup.scheduler.enqueue(stream, statusFrame({ message: new Uint8Array(9) }));
  assertEquals([await setup.take(), setup.scheduler.connectionBytes], [
    ["1:halfClose", "1:status"],
    1,
  ]);
});

/** A scheduler in which a stream without credit has taken all room. */
function withoutRoom(options: { connectionBytes?: number } = {}): Setup {
  const setup = new Setup({ ...options, maxWaitingBytes: 1 });
  const stalled = createStream(101, { bytes: 0 });
  void setup.scheduler.sendMessage(stalled, new Uint8Array(1));
  assert(!setup.scheduler.room.hasRoom);
  return setup;
}

/** Fills the socket until the test drains it. */
function fillSocket({ scheduler, channel, writer }: Setup): void {
  channel.isStalled = true;
  scheduler.sendMessage(createStream(103), new Uint8Array(2048 * KIB));
  writer.flush();
  assert(!writer.isWritable);
}

function drainSocket({ channel, writer }: Setup): void {
  channel.isStalled = false;
  channel.bufferedBytes = 0;
  writer.checkDrained();
}

/** Parks streams as a call does: one that is let go asks again, and sends when it may. */
function parkAll(setup: Setup, streams: readonly StreamState[], bytes = 1): number[] {
  const { scheduler } = setup;
  const sent: number[] = [];
  for (const stream of streams) {
    const send = (): void => {
      if (scheduler.room.hasRoom || scheduler.canSendNow(stream, bytes)) {
        sent.push(stream.id);
        // It rejects for nobody here: these streams do not end while they wait.
        void scheduler.sendMessage(stream, new Uint8Array(bytes));
      } else void scheduler.room.park(stream, bytes).then(send);
    };
    send();
  }
  return sent;
}

test("SendScheduler lets one go that has no room when the socket takes data again", async () => {
  const setup = withoutRoom();
  fillSocket(setup);
  const sent = parkAll(setup, [createStream(1), createStream(3)]);
  await settle();
  assertEquals(sent, []);
  drainSocket(setup);
  await settle();
  assertEquals(sent, [1, 3]);
  assert(!setup.scheduler.room.hasRoom);
});

test("SendScheduler.grantConnection() lets those go that have no room and credit of their own", async () => {
  const setup = withoutRoom({ connectionBytes: 10 });
  setup.scheduler.sendMessage(createStream(103), new Uint8Array(10));
  const sent = parkAll(setup, [createStream(1), createStream(3), createStream(5)], 10);
  await settle();
  assertEquals(sent, []);
  setup.scheduler.grantConnection(20);
  await settle();
  assertEquals(sent, [1, 3]);
  setup.scheduler.grantConnection(1);
  await settle();
  assertEquals(sent, [1, 3, 5]);
});

test("SendScheduler.grantStream() lets one go that has no room, as soon as the socket takes it", async () => {
  const setup = withoutRoom();
  const streams = [1, 3, 5].map((id) => createStream(id, { bytes: 0 }));
  const sent = parkAll(setup, streams);
  const [first, second] = streams;
  assert(first !== undefined && second !== undefined);
  setup.scheduler.grantStream(second, 1, 0);
  await settle();
  assertEquals(sent, [3]);
  fillSocket(setup);
  setup.scheduler.grantStream(first, 1, 0);
  await settle();
  assertEquals(sent, [3]);
  drainSocket(setup);
  await settle();
  assertEquals(sent, [3, 1]);
});

test("SendScheduler lets no more go than the socket takes", async () => {
  const setup = withoutRoom();
  fillSocket(setup);
  const sent: number[] = [];
  for (const id of [1, 3, 5, 7, 9]) {
    const stream = createStream(id);
    void setup.scheduler.room.park(stream, 1).then(() => {
      sent.push(id);
      setup.scheduler.sendMessage(stream, new Uint8Array(1));
      if (sent.length % 2 === 0) fillSocket(setup);
    });
  }
  const counts: number[] = [];
  for (let round = 0; round < 3; round++) {
    drainSocket(setup);
    await settle();
    counts.push(sent.length);
  }
  assertEquals([counts, sent], [[2, 4, 5], [1, 3, 5, 7, 9]]);
});

test("SendScheduler lets one go that has no room when the last of its own has gone out", async () => {
  const setup = new Setup({ maxWaitingBytes: 2 });
  const [stalled, stream] = [createStream(101, { bytes: 0 }), createStream(1)];
  void setup.scheduler.sendMessage(stalled, new Uint8Array(2));
  fillSocket(setup);
  setup.scheduler.enqueue(stream, outboundMessage(new Uint8Array(1)));
  const sent = parkAll(setup, [stream]);
  await settle();
  assertEquals(sent, []);
  drainSocket(setup);
  await settle();
  assertEquals([sent, setup.scheduler.room.hasRoom], [[1], false]);
});

test("SendScheduler.drop() of one that was let go lets the next go, as there is room still", async () => {
  const setup = new Setup({ maxWaitingBytes: 10, connectionBytes: 0 });
  const stalled = createStream(101, { bytes: 0 });
  setup.scheduler.enqueue(stalled, outboundMessage(new Uint8Array(10)));
  const first = createStream(1);
  // Nothing of it goes out, as when its value cannot be encoded.
  const gone = setup.scheduler.room.park(first, 10).then(() => {
    setup.scheduler.drop(first, streamEndedError);
  });
  const sent = parkAll(setup, [createStream(3), createStream(5)], 10);
  setup.scheduler.room.free(stalled, 5);
  await gone;
  await settle();
  assertEquals([sent, setup.scheduler.room.waitingBytes], [[3], 15]);
});
