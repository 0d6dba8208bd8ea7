import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { BatchAcks, isCounted } from "../../../src/transports/connection/batch_acks.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { helloFrame, openFrame, statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const PING: RpcFrame = { kind: "ping", token: 1 };

function setUp() {
  const clock = new FakeClock();
  const sent: number[] = [];
  const acks = new BatchAcks({ clock, sendAck: (batches) => sent.push(batches) });
  /** Takes a batch of so many bytes. */
  const take = (bytes: number, ...frames: RpcFrame[]): void => {
    for (const frame of frames) {
      acks.onFrame(frame);
      if (frame.kind === "prompt") acks.prompt(frame.answers);
    }
    acks.onBatch(bytes);
  };
  return { acks, clock, sent, take };
}

test("isCounted() counts all frames but those that only a socket is about", () => {
  const counted: RpcFrame[] = [
    openFrame(),
    { kind: "message", streamId: 1, message: new Uint8Array(0), more: false, compressed: false },
    { kind: "headers", streamId: 1, headers: RpcMetadata.empty },
    { kind: "halfClose", streamId: 1, messages: 0 },
    statusFrame(),
    { kind: "cancel", streamId: 1, code: 1, reason: "" },
    { kind: "credit", streamId: 0, bytes: 1, messages: 0 },
    { kind: "goaway", lastStreamId: 0, code: 14, reason: "" },
  ];
  const others: RpcFrame[] = [
    helloFrame(),
    PING,
    { kind: "pong", token: 1 },
    { kind: "ack", batches: 1 },
    { kind: "prompt", answers: 1 },
    { kind: "piece", piece: new Uint8Array(1), more: false },
  ];
  assertEquals(counted.filter(isCounted), counted);
  assertEquals(others.filter(isCounted), []);
});

test("BatchAcks acknowledges after 64 batches", () => {
  const { sent, take } = setUp();
  for (let count = 1; count < 64; count++) take(10, openFrame());
  assertEquals(sent, []);
  take(10, openFrame());
  for (let count = 0; count < 64; count++) take(10, openFrame());
  assertEquals(sent, [64, 128]);
});

test("BatchAcks acknowledges with 64 KiB, and begins to count anew", () => {
  const { sent, take } = setUp();
  take(65_535, openFrame());
  assertEquals(sent, []);
  take(1, openFrame());
  assertEquals(sent, [2]);
  take(65_535, openFrame());
  assertEquals(sent, [2]);
  take(65_536, openFrame());
  assertEquals(sent, [2, 4]);
});

test("BatchAcks counts a batch with one frame that is counted, and no other", () => {
  const { sent, take } = setUp();
  for (let count = 0; count < 200; count++) take(70_000, PING, { kind: "ack", batches: 0 });
  assertEquals(sent, []);
  take(70_000, PING, openFrame(), openFrame(), PING);
  take(70_000, PING);
  assertEquals(sent, [1]);
});

test("BatchAcks answers a prompt at once, whatever there is to acknowledge", () => {
  const { clock, sent, take } = setUp();
  const prompt: RpcFrame = { kind: "prompt", answers: 1 };
  take(5, prompt);
  take(15, openFrame(), prompt, prompt);
  take(5, prompt);
  take(15, openFrame());
  assertEquals([sent, clock.pending], [[0, 1, 1], 0]);
});

test("BatchAcks answers a prompt for two answers again 1 ms later, once for all of them", async () => {
  const { clock, sent, take } = setUp();
  const prompt: RpcFrame = { kind: "prompt", answers: 2 };
  take(5, prompt, { kind: "prompt", answers: 1 });
  take(5, prompt);
  assertEquals([sent, clock.pending, clock.nextDueMs], [[0, 0], 1, 1]);
  take(15, openFrame());
  await clock.advance(1);
  assertEquals([sent, clock.pending], [[0, 0, 1], 0]);
  take(5, prompt);
  await clock.advance(1);
  assertEquals(sent, [0, 0, 1, 1, 1]);
});

test("BatchAcks.end() leaves nothing pending, and nothing begins after it", async () => {
  const { acks, clock, sent, take } = setUp();
  take(5, { kind: "prompt", answers: 2 });
  acks.end();
  assertEquals(clock.pending, 0);
  take(70_000, openFrame(), { kind: "prompt", answers: 2 });
  await clock.advance(10);
  assertEquals([sent, clock.pending], [[0], 0]);
  acks.end();
});
