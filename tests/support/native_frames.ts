/** Frames with everything left out that a test does not care about, and bytes as people read them. */
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { HelloFrame, OpenFrame, RpcFrame, StatusFrame } from "../../src/protocol/frame.ts";
import { FrameError } from "../../src/protocol/frame_error.ts";
import { createLimits, type RpcLimits } from "../../src/protocol/limits.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { INITIAL_HELLO } from "../../src/protocol/native/constants.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { assertEquals, assertThrows } from "./assert.ts";

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes as two hex digits each, without spaces. */
export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes of hex digits; spaces, line ends and `# comments` are skipped. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const digits = hex.replace(/#.*$/gm, "").replace(/\s/g, "");
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new TypeError(`Cannot read hex: found "${hex}"`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** An opening of stream 1 without anything. */
export function openFrame(frame: Partial<OpenFrame> = {}): OpenFrame {
  return {
    kind: "open",
    streamId: 1,
    path: "/Chat/send",
    timeoutMs: undefined,
    headers: RpcMetadata.empty,
    message: undefined,
    more: false,
    compressed: false,
    end: false,
    fault: undefined,
    ...frame,
  };
}

/** The end of stream 1, with success and nothing else. */
export function statusFrame(frame: Partial<StatusFrame> = {}): StatusFrame {
  return {
    kind: "status",
    streamId: 1,
    code: 0,
    text: "",
    details: [],
    maybeExecuted: true,
    headers: undefined,
    trailers: RpcMetadata.empty,
    message: undefined,
    compressed: false,
    messages: 0,
    fault: undefined,
    ...frame,
  };
}

/** A HELLO that says what holds without one. */
export function helloFrame(frame: Partial<HelloFrame> = {}): HelloFrame {
  return { ...INITIAL_HELLO, ...frame };
}

/** The bytes of frames on a new connection, as hex. */
export function encodeHex(frames: readonly RpcFrame[], limits: Partial<RpcLimits> = {}): string {
  return toHex(encodeBatch(nativeWire.createEncoder(createLimits(limits)), frames));
}

/** The frames in a batch on a new connection. */
export function decodeHex(hex: string, limits: Partial<RpcLimits> = {}): RpcFrame[] {
  return decodeBatch(nativeWire.createDecoder(createLimits(limits)), fromHex(hex));
}

/** Fails unless the batch ends a new connection with 4400 and these words. */
export function assertFramingError(
  hex: string,
  words: string,
  limits: Partial<RpcLimits> = {},
): void {
  const error = assertThrows(() => decodeHex(hex, limits), FrameError, words);
  assertEquals(error.closeCode, 4400);
}

/** Fails unless frames, written and read, are what they were. */
export function assertRoundTrip(frames: readonly RpcFrame[], expected = frames): void {
  assertEquals(plain(decodeHex(encodeHex(frames))), plain(expected));
}

/** Frames as plain data, because metadata keeps its entries to itself. */
export function plain(frames: readonly RpcFrame[]): unknown[] {
  return frames.map((frame) => {
    const entries = Object.entries(frame).map(([key, value]) => [
      key,
      value instanceof RpcMetadata
        ? { headers: [...value] }
        : value instanceof Uint8Array
        ? { bytes: toHex(value) }
        : value,
    ]);
    return Object.fromEntries(entries);
  });
}
