import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { RpcFrame } from "../../src/protocol/frame.ts";
import { FrameError } from "../../src/protocol/frame_error.ts";
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("encodeBatch() and decodeBatch() keep the order of frames", () => {
  const frames: RpcFrame[] = [
    { kind: "ping", token: 1 },
    { kind: "halfClose", streamId: 3, messages: 2 },
    { kind: "pong", token: 300 },
  ];
  const batch = encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), frames);
  assertEquals(decodeBatch(nativeWire.createDecoder(DEFAULT_LIMITS), batch), frames);
});

test("encodeBatch() of no frames is no bytes, and decodeBatch() of none no frames", () => {
  assertEquals(encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), []).length, 0);
  assertEquals(decodeBatch(nativeWire.createDecoder(DEFAULT_LIMITS), new Uint8Array(0)), []);
});

test("decodeBatch() throws for bytes that are no frame", () => {
  const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
  assertThrows(() => decodeBatch(decoder, new Uint8Array([9, 0, 0])), FrameError, "cut off");
});
