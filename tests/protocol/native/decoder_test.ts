import { ByteWriter, varintLength } from "../../../src/internal/byte_writer.ts";
import { decodeBatch, encodeBatch } from "../../../src/protocol/batch.ts";
import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { FrameError } from "../../../src/protocol/frame_error.ts";
import { createLimits, DEFAULT_LIMITS, type RpcLimits } from "../../../src/protocol/limits.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { NativeDecoder } from "../../../src/protocol/native/decoder.ts";
import { NativeEncoder } from "../../../src/protocol/native/encoder.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import {
  assertFramingError,
  bytesOf,
  decodeHex,
  encodeHex,
  fromHex,
  openFrame,
  plain,
  statusFrame,
  toHex,
} from "../../support/native_frames.ts";
import { readFrameVectors } from "../../support/native_vectors.ts";
import { test } from "../../support/test.ts";

/** The fault of the only frame in a batch. */
function faultOf(hex: string, limits: Partial<RpcLimits> = {}) {
  const [frame] = decodeHex(hex, limits);
  assert(frame !== undefined && "fault" in frame);
  return frame.fault;
}

test("NativeDecoder gives messages as plain views of the batch", () => {
  const message = bytesOf("hello");
  const batch = encodeBatch(new NativeEncoder(DEFAULT_LIMITS), [
    openFrame({ message }),
    { kind: "message", streamId: 1, message, more: false, compressed: false },
    statusFrame({ message, messages: 1 }),
  ]);
  // What Bun may hand over: a subclass, somewhere within a larger buffer.
  class Other extends Uint8Array {}
  const larger = new Other(batch.length + 20);
  larger.set(batch, 7);
  for (const frame of decodeBatch(new NativeDecoder(DEFAULT_LIMITS), larger.subarray(7, -13))) {
    assert("message" in frame && frame.message !== undefined);
    assertEquals(frame.message, message);
    assert(frame.message.constructor === Uint8Array);
    assert(frame.message.buffer === larger.buffer, "the message is a copy");
  }
});

test("NativeDecoder copies all but messages", () => {
  const batch = encodeBatch(new NativeEncoder(DEFAULT_LIMITS), [
    openFrame({ headers: RpcMetadata.from({ "x-a-bin": new Uint8Array([1, 2]) }) }),
    statusFrame({ code: 5, details: [{ type: "a", value: new Uint8Array([3, 4]) }] }),
  ]);
  class Other extends Uint8Array {
    // As Node's Buffer does it.
    override slice(start?: number, end?: number): Other {
      return this.subarray(start, end) as Other;
    }
  }
  const other = new Other(batch);
  const [open, status] = decodeBatch(new NativeDecoder(DEFAULT_LIMITS), other);
  other.fill(0xee);
  assert(open?.kind === "open" && status?.kind === "status");
  assertEquals(open.headers.getBytes("x-a-bin"), new Uint8Array([1, 2]));
  assertEquals(status.details, [{ type: "a", value: new Uint8Array([3, 4]) }]);
});

test("NativeDecoder gives the frames of a kind the same shape", () => {
  const headers = RpcMetadata.from({ "x-a": "b" });
  const shapes = [
    [openFrame(), openFrame({ message: bytesOf("m"), headers, timeoutMs: 1, end: true })],
    [statusFrame(), statusFrame({ code: 5, text: "t", headers, trailers: headers })],
  ];
  for (const frames of shapes) {
    const [bare, full] = decodeHex(encodeHex(frames));
    assertEquals(Object.keys(bare ?? {}), Object.keys(frames[0] ?? {}));
    assertEquals(Object.keys(full ?? {}), Object.keys(frames[0] ?? {}));
  }
});

test("NativeDecoder gives a numbered path as the same string", () => {
  const [first, second] = decodeHex(encodeHex([openFrame(), openFrame({ streamId: 3 })]));
  assert(first?.kind === "open" && second?.kind === "open");
  assertEquals(second.path, first.path);
});

test("NativeDecoder skips extensions, whatever is in them", () => {
  const frames = decodeHex("80 ff 00 03 010203  ff 00 8101 00  09 00 00 01 07");
  assertEquals<unknown>(frames, [{ kind: "ping", token: 7 }]);
  assertEquals(decodeHex("80000000"), []);
});

test("NativeDecoder reads nothing from an empty WebSocket message", () => {
  assertEquals(decodeHex(""), []);
});

test("NativeDecoder takes 80 KiB of a message in a frame and not one byte more", () => {
  const head = { OPEN: "022101", MESSAGE: "030001", STATUS: "060101" };
  const before = { OPEN: "0a2f436861742f73656e6400", MESSAGE: "", STATUS: "0001" };
  for (const name of ["OPEN", "MESSAGE", "STATUS"] as const) {
    const write = (bytes: number): string => {
      const payload = before[name].length / 2 + bytes;
      const length = [payload & 0x7f | 0x80, payload >> 7 & 0x7f | 0x80, payload >> 14];
      return head[name] + toHex(Uint8Array.from(length)) + before[name] + "00".repeat(bytes);
    };
    const [frame] = decodeHex(write(81920));
    assert(frame !== undefined && "message" in frame);
    assertEquals(frame.message?.length, 81920);
    assertFramingError(write(81921), "message is 81921 bytes, limit is 81920 bytes");
  }
});

test("NativeDecoder lets a path that breaks the grammar take its number", () => {
  const decoder = new NativeDecoder(DEFAULT_LIMITS);
  const batch = fromHex(
    "022001 06 042f412f2e 00  022003 06 042f412f61 00  020005 02 0100  020007 02 0200",
  );
  const frames = decodeBatch(decoder, batch);
  assertEquals(frames.map((frame) => frame.kind === "open" && frame.path), [
    "",
    "/A/a",
    "",
    "/A/a",
  ]);
  const codes = frames.map((frame) => frame.kind === "open" ? frame.fault?.code : undefined);
  const { INVALID_ARGUMENT } = RpcStatus;
  assertEquals(codes, [INVALID_ARGUMENT, undefined, INVALID_ARGUMENT, undefined]);
});

test("NativeDecoder holds a path to its limit, at it and one above", () => {
  const hex = encodeHex([openFrame()]);
  assertEquals(faultOf(hex, { maxPathBytes: 10 }), undefined);
  const fault = faultOf(hex, { maxPathBytes: 9 });
  assertEquals(fault?.code, RpcStatus.INVALID_ARGUMENT);
  assertEquals(fault?.rawMessage, "Cannot open call: path is 10 bytes, limit is 9 bytes");
});

test("NativeDecoder refuses metadata above a limit and names both numbers", () => {
  const headers = RpcMetadata.from([["abcd", "123"], ["abcd", "123"]]);
  const hex = encodeHex([openFrame({ headers })]);
  const cases: readonly (readonly [Partial<RpcLimits>, Partial<RpcLimits>, string])[] = [
    [{ maxMetadataBytes: 19 }, { maxMetadataBytes: 18 }, "found 19 bytes, limit is 18 bytes"],
    [{ maxHeaders: 2 }, { maxHeaders: 1 }, "found 2 headers, limit is 1"],
    [{ maxHeaderNameBytes: 4 }, { maxHeaderNameBytes: 3 }, "found 4 bytes, limit is 3 bytes"],
    [{ maxHeaderValueBytes: 3 }, { maxHeaderValueBytes: 2 }, "found 3 bytes, limit is 2 bytes"],
  ];
  for (const [at, above, words] of cases) {
    assertEquals(faultOf(hex, at), undefined, words);
    const fault = faultOf(hex, above);
    assertEquals(fault?.code, RpcStatus.RESOURCE_EXHAUSTED, words);
    assert(fault?.message.includes(words), fault?.message);
  }
});

test("NativeDecoder says of a fault whether a handler may have run", () => {
  const headers = RpcMetadata.from({ "x-a": "b" });
  const limits = { maxMetadataBytes: 1 };
  assertEquals(faultOf(encodeHex([openFrame({ headers })]), limits)?.maybeExecuted, false);
  const response = encodeHex([{ kind: "headers", streamId: 1, headers }]);
  assertEquals(faultOf(response, limits)?.maybeExecuted, true);
  assertEquals(faultOf(encodeHex([statusFrame({ headers })]), limits)?.maybeExecuted, true);
});

test("NativeDecoder keeps code, text and count of a status whose metadata it refuses", () => {
  const trailers = RpcMetadata.from({ "x-a": "b".repeat(500) });
  const sent = statusFrame({
    code: 5,
    text: "No such room",
    trailers,
    headers: trailers,
    messages: 3,
  });
  const [frame] = decodeHex(encodeHex([sent]), { maxMetadataBytes: 100 });
  assert(frame?.kind === "status");
  assertEquals([frame.code, frame.text, frame.messages], [5, "No such room", 3]);
  assertEquals([frame.headers?.size, frame.trailers.size], [0, 0]);
  assertEquals(frame.fault?.code, RpcStatus.RESOURCE_EXHAUSTED);
});

test("NativeDecoder forgets a fault with its frame", () => {
  const limits = createLimits({ maxMetadataBytes: 20 });
  const encoder = new NativeEncoder(DEFAULT_LIMITS);
  const decoder = new NativeDecoder(limits);
  const large = RpcMetadata.from({ "x-a": "b".repeat(50) });
  const batch = encodeBatch(encoder, [
    openFrame({ headers: large }),
    openFrame({ streamId: 3, headers: RpcMetadata.from({ "x-a": "b" }) }),
    statusFrame({ headers: large, trailers: large }),
    statusFrame({ streamId: 3 }),
  ]);
  const faults = decodeBatch(decoder, batch).map((frame) => "fault" in frame && frame.fault);
  assertEquals(faults.map((fault) => fault !== undefined), [true, false, true, false]);
});

test("NativeDecoder drops headers that are reserved, and keeps the others", () => {
  // "grpc-status: 0", "x-a: b", ":path: /" and "te: x".
  const block = "04 0b677270632d737461747573 0130 03782d61 0162 053a70617468 012f 027465 0178";
  const payload = block.replaceAll(" ", "");
  const length = (payload.length / 2).toString(16).padStart(2, "0");
  const frame = (payload.length / 2 + 1).toString(16).padStart(2, "0");
  const [headers] = decodeHex(`040001${frame}${length}${payload}`);
  assert(headers?.kind === "headers");
  assertEquals([...headers.headers], [["x-a", "b"]]);
  assertEquals(headers.fault, undefined);
});

test("NativeDecoder takes a block of no headers", () => {
  const [frame] = decodeHex("040001020100");
  assert(frame?.kind === "headers");
  assert(frame.headers === RpcMetadata.empty);
});

test("NativeDecoder reads codes and counts that no status has", () => {
  const [status, cancel] = decodeHex("060001 03 e70700  070001 02 e707");
  assert(status?.kind === "status" && cancel?.kind === "cancel");
  assertEquals([status.code, cancel.code], [999, 999]);
});

test("NativeDecoder cuts what a peer did not cut", () => {
  const reason = "x".repeat(3000);
  const payload = `01${toHex(bytesOf(reason))}`;
  const [frame] = decodeHex(`070001 b917 ${payload}`);
  assert(frame?.kind === "cancel");
  assertEquals(frame.reason.length, 1024);
});

test("NativeDecoder goes on with the next batch after a listener threw", () => {
  const decoder = new NativeDecoder(DEFAULT_LIMITS);
  const ping = fromHex("0900000107");
  assertThrows(
    () =>
      decoder.decode(ping, {
        onFrame: () => {
          throw new TypeError("listener");
        },
      }),
    TypeError,
    "listener",
  );
  assertEquals(decodeBatch(decoder, ping).length, 1);
});

test("NativeDecoder reads within the reading of another one, and after that", () => {
  const [outer, inner] = [new NativeDecoder(DEFAULT_LIMITS), new NativeDecoder(DEFAULT_LIMITS)];
  const pings = fromHex("0900000107" + "0900000108");
  const tokens: number[] = [];
  const note = (frame: RpcFrame): void => {
    if (frame.kind === "ping") tokens.push(frame.token);
  };
  outer.decode(pings, {
    onFrame(frame) {
      note(frame);
      inner.decode(pings, { onFrame: note });
    },
  });
  assertEquals(tokens, [7, 7, 8, 8, 7, 8]);
});

/** Numbers below a bound, the same for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Changes, removes, repeats or inserts a few bytes. */
function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let mutated = [...bytes];
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(mutated.length + 1);
    const operation = random(4);
    if (operation === 0) mutated[Math.min(at, mutated.length - 1)] = random(256);
    else if (operation === 1) mutated.splice(at, 1 + random(4));
    else if (operation === 2) mutated.splice(at, 0, random(256), random(256));
    else mutated = [...mutated, ...mutated.slice(at)];
  }
  return Uint8Array.from(mutated);
}

test("NativeDecoder throws nothing but FrameError for 20 000 mutated batches", () => {
  const seed = Date.now() & 0x7fffffff;
  const random = createRandom(seed);
  const batches = readFrameVectors().flatMap(({ batches }) =>
    batches.map(({ hex }) => fromHex(hex))
  );
  const limits = createLimits({ maxMetadataBytes: 200, maxHeaders: 3, maxPathBytes: 64 });
  let refused = 0;
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = mutate(batches[random(batches.length)] ?? new Uint8Array(0), random);
    try {
      const frames: RpcFrame[] = decodeBatch(new NativeDecoder(limits), bytes);
      read += plain(frames).length;
    } catch (error) {
      if (!(error instanceof FrameError) || error.closeCode !== 4400) {
        throw new Error(`seed ${seed}, round ${round}, batch ${toHex(bytes)}`, { cause: error });
      }
      refused++;
    }
  }
  // Both outcomes are common, or the mutations test nothing.
  assert(refused > 2000 && read > 2000, `seed ${seed}: ${refused} refused, ${read} frames read`);
});

/** A batch of so many bytes that holds nothing but one extension frame. */
function extensionBatch(bytes: number): Uint8Array {
  const out = new ByteWriter(bytes + 16);
  const payload = bytes - 3 - varintLength(bytes - 7);
  for (const byte of [200, 0, 0]) out.byte(byte);
  out.varint(payload);
  out.bytes(new Uint8Array(payload));
  const batch = out.take();
  assertEquals(batch.length, bytes);
  return batch;
}

test("NativeDecoder takes batches of 1 MiB and three metadata blocks, and no larger ones", () => {
  for (const maxMetadataBytes of [DEFAULT_LIMITS.maxMetadataBytes, 1024 * 1024]) {
    const decoder = new NativeDecoder(createLimits({ maxMetadataBytes }));
    const limit = 1024 * 1024 + 3 * maxMetadataBytes;
    assertEquals(decodeBatch(decoder, extensionBatch(limit)), []);
    const error = assertThrows(
      () => decodeBatch(decoder, extensionBatch(limit + 1)),
      FrameError,
      `it has ${limit + 1} bytes, limit is ${limit} bytes`,
    );
    assertEquals([error.code, error.closeCode], [RpcStatus.INTERNAL, 4413]);
  }
});
