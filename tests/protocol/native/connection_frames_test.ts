import type { ConnectionFrame } from "../../../src/protocol/frame.ts";
import { FrameError } from "../../../src/protocol/frame_error.ts";
import { decodeConnectionFrame } from "../../../src/protocol/native/connection_frames.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import {
  ACK,
  CREDIT,
  GOAWAY,
  HELLO,
  PING,
  PONG,
  PROMPT,
} from "../../../src/protocol/native/frame_type.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { fromHex, helloFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function decode(type: number, hex: string, streamId = 0): ConnectionFrame {
  const reader = new FrameReader();
  reader.open(fromHex(hex));
  return decodeConnectionFrame(reader, type, streamId);
}

test("decodeConnectionFrame() reads each frame between transports", () => {
  assertEquals(decode(PING, "07"), { kind: "ping", token: 7 });
  assertEquals(decode(PONG, "8001"), { kind: "pong", token: 128 });
  assertEquals(decode(ACK, "c801"), { kind: "ack", batches: 200 });
  assertEquals(decode(HELLO, "01"), helloFrame());
  assertEquals(decode(GOAWAY, "290e6279 65"), {
    kind: "goaway",
    lastStreamId: 41,
    code: 14,
    reason: "bye",
  });
});

test("decodeConnectionFrame() reads credit of a stream and of the connection", () => {
  assertEquals(decode(CREDIT, "0502", 3), { kind: "credit", streamId: 3, bytes: 5, messages: 2 });
  assertEquals(decode(CREDIT, "0500"), { kind: "credit", streamId: 0, bytes: 5, messages: 0 });
  assertEquals(decode(CREDIT, "0000", 3), { kind: "credit", streamId: 3, bytes: 0, messages: 0 });
  assertThrows(() => decode(CREDIT, "0501"), FrameError, "messages is 1, expected 0");
});

test("decodeConnectionFrame() reads a prompt of one answer or two", () => {
  assertEquals(decode(PROMPT, "01"), { kind: "prompt", answers: 1 });
  assertEquals(decode(PROMPT, "02"), { kind: "prompt", answers: 2 });
  for (const [hex, found] of [["00", 0], ["03", 3]] as const) {
    const words = `number of answers is ${found}, expected 1 or 2`;
    assertThrows(() => decode(PROMPT, hex), FrameError, words);
  }
});

test("decodeConnectionFrame() knows no other type", () => {
  assertThrows(() => decode(99, "00"), FrameError, "type 99 is unknown");
});
