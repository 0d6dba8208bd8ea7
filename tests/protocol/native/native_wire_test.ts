import { decodeBatch, encodeBatch } from "../../../src/protocol/batch.ts";
import type { FrameDecoder, FrameEncoder, RpcFrame } from "../../../src/protocol/frame.ts";
import { FrameError } from "../../../src/protocol/frame_error.ts";
import { DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import {
  decodeHex,
  fromHex,
  openFrame,
  plain,
  statusFrame,
  toHex,
} from "../../support/native_frames.ts";
import {
  frameOf,
  readFrameVectors,
  readVectors,
  type VectorConnection,
  type VectorRefusal,
} from "../../support/native_vectors.ts";
import { test } from "../../support/test.ts";

const CONNECTIONS = readFrameVectors();
const { refusals: REFUSALS } = readVectors<{ refusals: VectorRefusal[] }>("native_refusals.json");

/** One encoder, or decoder, for each direction. */
function bothWays<T>(create: () => T): Record<"caller" | "server", T> {
  return { caller: create(), server: create() };
}

function encodeAll(connection: VectorConnection): string[] {
  const encoders = bothWays<FrameEncoder>(() => nativeWire.createEncoder(DEFAULT_LIMITS));
  return connection.batches.map(({ from, frames }) =>
    toHex(encodeBatch(encoders[from], frames.map(frameOf)))
  );
}

test("nativeWire writes the golden batches", () => {
  for (const connection of CONNECTIONS) {
    const written = encodeAll(connection);
    connection.batches.forEach((batch, index) =>
      assertEquals(written[index], batch.hex, batch.name)
    );
  }
});

test("nativeWire reads the golden batches", () => {
  for (const { batches } of CONNECTIONS) {
    const decoders = bothWays<FrameDecoder>(() => nativeWire.createDecoder(DEFAULT_LIMITS));
    for (const { name, from, frames, hex } of batches) {
      const read = decodeBatch(decoders[from], fromHex(hex));
      assertEquals(plain(read), plain(frames.map(frameOf)), name);
    }
  }
});

test("nativeWire reads no golden batch that is cut within a frame", () => {
  for (const { batches } of CONNECTIONS) {
    const before: Record<"caller" | "server", Uint8Array[]> = { caller: [], server: [] };
    for (const { from, hex } of batches) {
      const whole = fromHex(hex);
      for (let length = 0; length < whole.length; length++) {
        assertCut(before[from], whole, length);
      }
      before[from].push(whole);
    }
  }
});

/** A cut batch is an error, or it was cut between two frames and gives the ones before the cut. */
function assertCut(before: readonly Uint8Array[], whole: Uint8Array, length: number): void {
  const create = (): FrameDecoder => {
    const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
    for (const batch of before) decodeBatch(decoder, batch);
    return decoder;
  };
  const frames = decodeBatch(create(), whole);
  const read: RpcFrame[] = [];
  try {
    create().decode(whole.slice(0, length), { onFrame: (frame) => read.push(frame) });
  } catch (error) {
    assert(error instanceof FrameError, String(error));
    assert(error.message.includes("cut off"), error.message);
    assertEquals(plain(read), plain(frames.slice(0, read.length)));
    return;
  }
  assert(read.length < frames.length, `a batch cut at ${length} was read whole`);
  assertEquals(plain(read), plain(frames.slice(0, read.length)));
}

test("nativeWire refuses each malformed batch with 4400, and says why", () => {
  for (const { name, hex, words, code } of REFUSALS) {
    if (code !== undefined) continue;
    const error = assertThrows(() => decodeHex(hex), FrameError, words);
    assertEquals(error.closeCode, 4400, name);
    assert(new TextEncoder().encode(error.message).length <= 123, `${name}: too long for a reason`);
  }
});

test("nativeWire lets a rule that one call breaks fail that call alone", () => {
  for (const { name, hex, words, code } of REFUSALS) {
    if (code === undefined) continue;
    const frame = decodeHex(hex).at(-1);
    assert(frame !== undefined && "fault" in frame && frame.fault !== undefined, name);
    assertEquals<number>(frame.fault.code, code, name);
    assert(frame.fault.message.includes(words), `${name}: ${frame.fault.message}`);
  }
});

test("nativeWire hands over the frames before a malformed one", () => {
  const frames: RpcFrame[] = [];
  const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
  const batch = fromHex("0900000107 0a00000108 00000000");
  assertThrows(() => decoder.decode(batch, { onFrame: (frame) => frames.push(frame) }), FrameError);
  assertEquals(frames.map(({ kind }) => kind), ["ping", "pong"]);
});

test("nativeWire echoes 110 bytes at no more than 24 bytes of its own, both ways together", () => {
  const message = new Uint8Array(110);
  const encoder = nativeWire.createEncoder(DEFAULT_LIMITS);
  encodeBatch(encoder, [openFrame({ end: true })]);
  // A connection that has been open for days.
  const streamId = 2_000_001;
  const request = encodeBatch(encoder, [
    openFrame({ streamId, message, end: true, timeoutMs: 5000 }),
  ]);
  const response = encodeBatch(encoder, [statusFrame({ streamId, message, messages: 1 })]);
  const overhead = request.length + response.length - 2 * message.length;
  assert(overhead <= 24, `overhead is ${overhead} bytes`);
});

test("nativeWire is chosen by rpc-ts.v1 and can do everything", () => {
  assertEquals(nativeWire.protocol, "rpc-ts.v1");
  assertEquals([nativeWire.maxFragmentBytes, nativeWire.maxPlacedBytes], [81920, 8192]);
  const { maxStreamId, messageCostBytes, ...abilities } = nativeWire.capabilities;
  assertEquals([maxStreamId, messageCostBytes], [Number.MAX_SAFE_INTEGER, 256]);
  assertEquals(Object.values(abilities), Array(8).fill(true));
});
