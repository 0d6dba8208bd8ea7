import type { OpenFrame } from "../../../src/protocol/frame.ts";
import { createLimits, type RpcLimits } from "../../../src/protocol/limits.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { findSizeFault } from "../../../src/transports/connection/inbound_messages.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { bytesOf, openFrame } from "../../support/native_frames.ts";
import { Random } from "../../support/random.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

test("findSizeFault() names the size and the limit", () => {
  const limits = createLimits({ maxMessageBytes: 10 });
  assertEquals(findSizeFault(10, limits), undefined);
  const fault = findSizeFault(11, limits);
  assertEquals(fault?.code, RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals(fault?.rawMessage, "Received message larger than max (11 vs. 10)");
});

test("InboundMessages hands a message of one frame over without copying it", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  const text = bytesOf("a view of the batch");
  peer.send({ kind: "message", streamId: 1, message: text, more: false, compressed: false });
  const found = peer.messages.at(-1);
  assert(found?.kind === "message" && found.message instanceof Uint8Array);
  assert(found.message.buffer.byteLength > text.length, "the message was copied");
});

test("InboundMessages takes 16 MiB through a window of 256 KiB, paying as it comes", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  const fragment = new Uint8Array(64 * KIB);
  let credit = 256 * KIB;
  for (let sent = 0; sent < 256; sent++) {
    assert(credit > 0, `no credit is left after ${sent} fragments`);
    credit -= fragment.length;
    peer.send({
      kind: "message",
      streamId: 1,
      message: fragment,
      more: sent < 255,
      compressed: false,
    });
    for (const frame of await peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 1) credit += frame.bytes;
    }
  }
  assertEquals([peer.kinds(1), peer.losses], [["open", "message"], []]);
  const found = peer.messages.at(-1);
  assert(found?.kind === "message" && found.message instanceof Uint8Array);
  assertEquals(found.message.length, 16 * KIB * KIB);
});

test("InboundMessages does not pay twice for a message that it paid for as it came", async () => {
  const limits = { connectionWindowBytes: 1024 * KIB };
  const peer = new RawPeer({ side: "responder", limits });
  peer.send(openFrame());
  const message = new Uint8Array(64 * KIB);
  const granted = { 0: 0, 1: 0 };
  for (let sent = 0; sent < 64; sent++) {
    const more = sent % 32 < 31;
    peer.send({ kind: "message", streamId: 1, message, more, compressed: false });
    if (!more) peer.connection.releaseMessage(1, 32 * message.length);
    for (const frame of await peer.take()) {
      if (frame.kind === "credit") granted[frame.streamId === 0 ? 0 : 1] += frame.bytes;
    }
  }
  const total = 64 * message.length;
  // The connection has what a frame costs back as well.
  for (const bytes of [granted[0] - 64 * 256, granted[1]]) {
    assert(bytes <= total && bytes > total - 1024 * KIB, `${bytes} of ${total} bytes were granted`);
  }
});

test("InboundMessages gives the credit of messages back that never become whole", async () => {
  const limits = { connectionWindowBytes: 1024 * KIB };
  const peer = new RawPeer({ side: "responder", limits });
  const message = new Uint8Array(64 * KIB);
  let granted = 0;
  for (let count = 0; count < 200; count++) {
    const streamId = 1 + 2 * count;
    const small = { kind: "message", streamId, message: bytesOf("x"), compressed: false } as const;
    peer.send(openFrame({ streamId }), { ...small, more: false }, {
      ...small,
      message,
      more: true,
    });
    peer.send({ kind: "cancel", streamId, code: 1, reason: "" });
    peer.connection.releaseMessage(streamId, 1);
    for (const frame of await peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 0) granted += frame.bytes;
    }
  }
  assertEquals(peer.losses, []);
  assert(granted > 199 * message.length - 1024 * KIB, `${granted} bytes were granted`);
});

test("InboundMessages joins a large message in linear time", () => {
  const time = (fragments: number): number => {
    const peer = new RawPeer({ side: "responder", limits: { maxMessageBytes: 64 * KIB * KIB } });
    peer.send(openFrame());
    const message = new Uint8Array(KIB);
    const start = performance.now();
    for (let sent = 0; sent < fragments; sent++) {
      const more = sent < fragments - 1;
      peer.send({ kind: "message", streamId: 1, message, more, compressed: false });
    }
    assertEquals(peer.kinds(1), ["open", "message"]);
    return performance.now() - start;
  };
  time(1000);
  const [small, large] = [time(1000), time(16_000)];
  // Copying all that came before with each fragment would take 256 times as long.
  assert(large < 100 * Math.max(small, 1), `${small} ms became ${large} ms`);
});

test("InboundMessages pays no stream for fragments while a message of it is unread", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  peer.send({
    kind: "message",
    streamId: 1,
    message: bytesOf("x"),
    more: false,
    compressed: false,
  });
  const message = new Uint8Array(64 * KIB);
  for (let sent = 0; sent < 4; sent++) {
    peer.send({ kind: "message", streamId: 1, message, more: true, compressed: false });
  }
  assertEquals((await peer.take()).filter(({ kind }) => kind === "credit"), []);
  peer.connection.releaseMessage(1, 1);
  const [credit] = await peer.take();
  assert(credit?.kind === "credit" && credit.streamId === 1);
  assertEquals([credit.bytes, credit.messages], [256 * KIB + 1, 1]);
});

test("InboundMessages ends nothing twice when its listener ends the stream", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ message: bytesOf("one "), more: true, end: true }));
  const push = peer.messages.push.bind(peer.messages);
  peer.messages.push = (message) => {
    if (message.kind === "message") {
      peer.connection.outbound.endStream(1, {
        code: 5,
        text: "No",
        details: [],
        maybeExecuted: true,
        headers: undefined,
        trailers: openFrame().headers,
        message: undefined,
      });
    }
    return push(message);
  };
  peer.send({
    kind: "message",
    streamId: 1,
    message: bytesOf("two"),
    more: false,
    compressed: false,
  });
  assertEquals(peer.kinds(1), ["open", "message"]);
  assertEquals((await peer.take()).map(({ kind }) => kind), ["status"]);
});

/** A peer that counts what its messages cost the connection, and what it gets back at once. */
class Account {
  readonly peer: RawPeer;
  charged = 0;
  granted = 0;

  constructor(limits: Partial<RpcLimits> = {}) {
    // The least window there is pays for everything as soon as it is owed.
    this.peer = new RawPeer({ side: "responder", limits: { connectionWindowBytes: 1, ...limits } });
  }

  /** Sends a message, or a fragment of one. */
  send(streamId: number, bytes: number, more = false): void {
    this.charged += bytes + 256;
    const message = new Uint8Array(bytes);
    this.peer.send({ kind: "message", streamId, message, more, compressed: false });
  }

  open(streamId: number, frame: Partial<OpenFrame> = {}): void {
    this.peer.send(openFrame({ streamId, ...frame }));
  }

  cancel(streamId: number): void {
    this.peer.send({ kind: "cancel", streamId, code: 1, reason: "" });
  }

  release(streamId: number, bytes: number): void {
    this.peer.connection.releaseMessage(streamId, bytes);
  }

  /** What has been charged and not come back. */
  async owed(): Promise<number> {
    for (const frame of await this.peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 0) this.granted += frame.bytes;
    }
    assertEquals(this.peer.losses, []);
    return this.charged - this.granted;
  }
}

test("InboundMessages gives the cost of a frame back with its message, of a fragment at once", async () => {
  const account = new Account();
  account.open(1);
  account.send(1, 100);
  assertEquals(await account.owed(), 356);
  account.send(1, 10, true);
  account.send(1, 20, true);
  account.send(1, 0);
  assertEquals(await account.owed(), 386);
  account.release(1, 100);
  assertEquals(await account.owed(), 30);
  account.release(1, 30);
  assertEquals(await account.owed(), 0);
  account.release(1, 30);
  assertEquals(await account.owed(), 0);
});

test("InboundMessages pays for fragments as they come when nothing unread is before them", async () => {
  const account = new Account();
  account.open(1);
  account.send(1, 500, true);
  account.send(1, 500, true);
  assertEquals(await account.owed(), 0);
  account.send(1, 7);
  assertEquals(await account.owed(), 7);
  account.release(1, 1007);
  assertEquals(await account.owed(), 0);
});

test("InboundMessages takes a message that began in the opening for free, and no more of it", async () => {
  const account = new Account();
  account.open(1, { message: new Uint8Array(300), more: true, end: true });
  account.send(1, 40, true);
  account.send(1, 2);
  assertEquals(await account.owed(), 2);
  account.release(1, 342);
  assertEquals(await account.owed(), 0);
});

test("InboundMessages gives everything back of a stream that is given up, unread and in part", async () => {
  const account = new Account();
  account.open(1);
  for (let count = 0; count < 5; count++) account.send(1, 10);
  account.send(1, 100, true);
  account.cancel(1);
  assertEquals(await account.owed(), 5 * 266);
  for (let count = 0; count < 5; count++) account.release(1, 10);
  assertEquals([await account.owed(), account.peer.connection.openStreams], [0, 0]);
});

test("InboundMessages gives everything back of messages that nobody may have", async () => {
  const limits = { maxMessageBytes: 50, streamWindowBytes: 65_536, streamWindowMessages: 64 };
  const account = new Account(limits);
  account.send(77, 10);
  account.open(1);
  account.send(1, 51);
  account.send(1, 5);
  account.open(3);
  account.send(3, 30, true);
  account.send(3, 30, true);
  account.open(5, { end: true });
  account.send(5, 9);
  assertEquals(await account.owed(), 0);
  account.open(7);
  for (let count = 0; count < 65; count++) account.send(7, 1);
  assertEquals(await account.owed(), 64 * 257);
  for (let count = 0; count < 64; count++) account.release(7, 1);
  assertEquals([await account.owed(), account.peer.connection.openStreams], [0, 0]);
});

test("InboundMessages keeps the credit of the connection exact over thousands of messages", async () => {
  const account = new Account();
  const random = new Random(7);
  const unread: [streamId: number, bytes: number][] = [];
  for (let round = 0; round < 2000; round++) {
    const streamId = 1 + 2 * round;
    const isBegun = random.below(2) === 0;
    account.open(streamId, isBegun ? { message: new Uint8Array(50), more: true } : {});
    let bytes = isBegun ? 50 : 0;
    for (let count = random.below(20); count > 0; count--) {
      const size = 1 + random.below(300);
      const more = random.below(3) === 0;
      account.send(streamId, size, more);
      bytes += size;
      if (more) continue;
      unread.push([streamId, bytes]);
      bytes = 0;
    }
    if (random.below(3) > 0) account.cancel(streamId);
    while (unread.length > random.below(40)) account.release(...unread.shift() ?? [0, 0]);
    for (let left = account.peer.connection.openStreams; left > 500; left--) {
      account.cancel(streamId - 2 * left);
    }
  }
  for (const [streamId, bytes] of unread) account.release(streamId, bytes);
  for (let round = 0; round < 2000; round++) account.cancel(1 + 2 * round);
  assertEquals([await account.owed(), account.peer.connection.openStreams], [0, 0]);
  assert(account.charged > 2 ** 20, `${account.charged} bytes were charged`);
});

test("InboundMessages lets tiny messages on many streams take no more than their connection's window", () => {
  const peer = new RawPeer({ side: "responder", limits: { connectionWindowBytes: 1024 * KIB } });
  let taken = 0;
  for (let streamId = 1; peer.losses.length === 0; streamId += 2) {
    peer.send(openFrame({ streamId }));
    for (let count = 0; count < 64 && peer.losses.length === 0; count++, taken++) {
      const message = new Uint8Array(0);
      peer.send({ kind: "message", streamId, message, more: false, compressed: false });
    }
  }
  // The last one ended the connection.
  assertEquals(taken - 1, 1024 * KIB / 256);
  const [loss] = peer.losses;
  assert(loss?.closeCode === 4400 && loss.text.includes("window of the connection"), loss?.text);
});

test("InboundMessages ends the newest call when no message could become whole, and holds no more", async () => {
  const limits = { maxMessageBytes: 128 * KIB, connectionWindowBytes: 1024 * KIB };
  const peer = new RawPeer({ side: "responder", limits });
  const message = new Uint8Array(64 * KIB);
  const most = 16 * limits.maxMessageBytes + limits.connectionWindowBytes + message.length;
  let credit = limits.connectionWindowBytes;
  const open = new Set<number>();
  const ended: number[] = [];
  for (let streamId = 1; streamId < 400; streamId += 2) {
    peer.send(openFrame({ streamId }));
    if (credit > 0) {
      peer.send({ kind: "message", streamId, message, more: true, compressed: false });
      credit -= message.length + 256;
      open.add(streamId);
    }
    for (const frame of await peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 0) credit += frame.bytes;
      if (frame.kind !== "status") continue;
      assertEquals(frame.code, RpcStatus.RESOURCE_EXHAUSTED);
      open.delete(frame.streamId);
      ended.push(frame.streamId);
    }
    assert(open.size * message.length <= most, `${open.size} messages are held`);
  }
  assertEquals(peer.losses, []);
  assert(ended.length > 100, `${ended.length} calls ended`);
  // The oldest have a place, and become whole.
  for (let streamId = 1; streamId < 32; streamId += 2) {
    assert(open.has(streamId) && credit > 0, `stream ${streamId} cannot go on`);
    peer.send({ kind: "message", streamId, message, more: false, compressed: false });
    assertEquals(peer.kinds(streamId), ["open", "message"]);
    peer.connection.releaseMessage(streamId, 2 * message.length);
  }
});

/** A peer that sends large messages on many streams by its credit, reads and gives up, by chance. */
class Schedule {
  readonly #random: Random;
  readonly #peer = new RawPeer({
    side: "responder",
    limits: {
      maxMessageBytes: 400 * KIB,
      streamWindowBytes: 128 * KIB,
      connectionWindowBytes: 2048 * KIB,
    },
  });
  readonly #streams: Map<number, { credit: number; left: number; unread: number[]; size: number }> =
    new Map();
  readonly #bytes = new Uint8Array(64 * KIB);
  #connectionCredit = 2048 * KIB;
  #lastId = -1;
  whole = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      this.#step();
      if (step % 8 === 0) await this.#takeCredit();
    }
  }

  /** Everything is sent to its end and read, or given up; answers what of the credit is missing. */
  async finish(): Promise<number> {
    for (let round = 0; this.#streams.size > 0; round++) {
      assert(round < 1000, `seed ${this.#random.seed}: ${this.#streams.size} streams hang`);
      for (const id of [...this.#streams.keys()]) {
        while (this.#send(id));
        this.#read(id);
        if (this.#streams.get(id)?.left === 0) this.#cancel(id);
      }
      await this.#takeCredit();
    }
    return 2048 * KIB - this.#connectionCredit;
  }

  /** Sends to a stream that is over until credit comes back, with which all is granted that is owed. */
  async settle(): Promise<number> {
    let spent = 0;
    for (let before = this.#connectionCredit; this.#connectionCredit <= before;) {
      before = this.#connectionCredit - 1280;
      this.#sendMessage(1, 1024, false);
      spent++;
      await this.#takeCredit();
    }
    return spent;
  }

  get losses(): readonly unknown[] {
    return this.#peer.losses;
  }

  #step(): void {
    const ids = [...this.#streams.keys()];
    const choice = this.#random.below(20);
    const id = ids[this.#random.below(ids.length)];
    if (choice < 3 && ids.length < 60) this.#open();
    else if (id === undefined) return;
    else if (choice < 17) this.#send(id);
    else if (choice < 19) this.#read(id);
    else this.#cancel(id);
  }

  #open(): void {
    this.#lastId += 2;
    const streamId = this.#lastId;
    const size = this.#random.below(400 * KIB);
    const begins = this.#random.below(2) === 0 && size > this.#bytes.length;
    this.#peer.send(
      openFrame(begins ? { streamId, message: this.#bytes, more: true } : { streamId }),
    );
    const left = begins ? size - this.#bytes.length : size;
    this.#streams.set(streamId, { credit: 128 * KIB, left, unread: [], size });
  }

  /** Sends a fragment if there is credit; false when there is none, or nothing is left. */
  #send(id: number): boolean {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.credit <= 0 || this.#connectionCredit <= 0) return false;
    if (stream.left === 0) return false;
    const bytes = Math.min(stream.left, this.#bytes.length);
    stream.left -= bytes;
    stream.credit -= bytes;
    this.#sendMessage(id, bytes, stream.left > 0);
    if (stream.left > 0) return true;
    this.whole++;
    stream.unread.push(stream.size);
    if (this.#random.below(3) === 0) stream.left = stream.size = this.#random.below(400 * KIB);
    return true;
  }

  #sendMessage(streamId: number, bytes: number, more: boolean): void {
    this.#connectionCredit -= bytes + 256;
    const message = this.#bytes.subarray(0, bytes);
    this.#peer.send({ kind: "message", streamId, message, more, compressed: false });
  }

  #read(id: number): void {
    const bytes = this.#streams.get(id)?.unread.shift();
    if (bytes !== undefined) this.#peer.connection.releaseMessage(id, bytes);
  }

  #cancel(id: number): void {
    const unread = this.#streams.get(id)?.unread ?? [];
    this.#streams.delete(id);
    this.#peer.send({ kind: "cancel", streamId: id, code: 1, reason: "" });
    for (const bytes of unread) this.#peer.connection.releaseMessage(id, bytes);
  }

  async #takeCredit(): Promise<void> {
    for (const frame of await this.#peer.take()) {
      if (frame.kind === "status") {
        // It costs no credit to begin a message in an opening, so that may be one too many.
        assert(!frame.maybeExecuted, `seed ${this.#random.seed}: ${frame.text}`);
        this.#streams.delete(frame.streamId);
        continue;
      }
      assert(frame.kind === "credit", `seed ${this.#random.seed}: ${frame.kind}`);
      if (frame.streamId === 0) this.#connectionCredit += frame.bytes;
      const stream = this.#streams.get(frame.streamId);
      if (stream !== undefined) stream.credit += frame.bytes;
    }
  }
}

test("InboundMessages lets all large messages through and gives all credit back, by chance", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const schedule = new Schedule(seed);
    await schedule.run(1500);
    const missing = await schedule.finish();
    assert(missing >= 0 && missing <= 1024 * KIB, `seed ${seed}: ${missing} bytes are missing`);
    await schedule.settle();
    assertEquals([await schedule.finish(), schedule.losses], [0, []], `seed ${seed}`);
    assert(schedule.whole > 50, `seed ${seed}: ${schedule.whole} messages came`);
  }
});
