import { ByteWriter } from "../../../src/internal/byte_writer.ts";
import { decodeBatch, encodeBatch } from "../../../src/protocol/batch.ts";
import { createLimits, DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { NativeDecoder } from "../../../src/protocol/native/decoder.ts";
import { NativeEncoder } from "../../../src/protocol/native/encoder.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import {
  assertRoundTrip,
  bytesOf,
  encodeHex,
  openFrame,
  statusFrame,
  toHex,
} from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

test("NativeEncoder writes every flag of OPEN", () => {
  const message = bytesOf("m");
  const headers = RpcMetadata.from({ "x-a": "b" });
  const path = "0a2f436861742f73656e64";
  assertEquals(encodeHex([openFrame()]), `02 20 01 0c ${path} 00`.replaceAll(" ", ""));
  const flagsOf = (frame: Parameters<typeof openFrame>[0]) =>
    encodeHex([openFrame(frame)]).slice(2, 4);
  assertEquals(flagsOf({ message }), "21");
  assertEquals(flagsOf({ message, more: true }), "23");
  assertEquals(flagsOf({ message, compressed: true }), "25");
  assertEquals(flagsOf({ end: true }), "28");
  assertEquals(flagsOf({ headers }), "30");
  assertEquals(flagsOf({ message, headers, more: true, compressed: true, end: true }), "3f");
});

test("NativeEncoder writes every flag of STATUS", () => {
  const message = bytesOf("m");
  const headers = RpcMetadata.from({ "x-a": "b" });
  const flagsOf = (frame: Parameters<typeof statusFrame>[0]) =>
    encodeHex([statusFrame(frame)]).slice(2, 4);
  assertEquals(encodeHex([statusFrame()]), "060001020000");
  assertEquals(flagsOf({ message }), "01");
  assertEquals(flagsOf({ message, compressed: true }), "05");
  assertEquals(flagsOf({ headers }), "10");
  assertEquals(flagsOf({ trailers: headers }), "20");
  assertEquals(flagsOf({ text: "t" }), "40");
  assertEquals(flagsOf({ details: [{ type: "a", value: message }] }), "40");
  assertEquals(flagsOf({ code: 5, maybeExecuted: false }), "80");
});

test("NativeEncoder says nothing of flags that have no meaning in a frame", () => {
  assertEquals(encodeHex([openFrame({ more: true, compressed: true })]).slice(2, 4), "20");
  assertEquals(encodeHex([statusFrame({ compressed: true })]).slice(2, 4), "00");
  assertEquals(encodeHex([statusFrame({ maybeExecuted: false })]).slice(2, 4), "00");
  assertEquals(encodeHex([statusFrame({ headers: RpcMetadata.empty })]).slice(2, 4), "00");
});

test("NativeEncoder tells an empty message from none", () => {
  const empty = new Uint8Array(0);
  assertRoundTrip([
    openFrame({ message: empty }),
    openFrame({ streamId: 3 }),
    statusFrame({ message: empty, messages: 1 }),
    statusFrame({ streamId: 3 }),
    { kind: "message", streamId: 5, message: empty, more: false, compressed: false },
  ]);
});

test("NativeEncoder names a path once and then by its number", () => {
  const encoder = new NativeEncoder(DEFAULT_LIMITS);
  const write = (path: string) => toHex(encodeBatch(encoder, [openFrame({ path })]));
  assertEquals(write("/A/a"), "02200106042f412f6100");
  assertEquals(write("/B/b"), "02200106042f422f6200");
  assertEquals(write("/A/a"), "020001020100");
  assertEquals(write("/B/b"), "020001020200");
});

test("NativeEncoder numbers 256 paths and spells out all later ones", () => {
  const encoder = new NativeEncoder(DEFAULT_LIMITS);
  const decoder = new NativeDecoder(DEFAULT_LIMITS);
  const send = (path: string): Uint8Array => {
    const batch = encodeBatch(encoder, [openFrame({ path })]);
    const [frame] = decodeBatch(decoder, batch);
    assert(frame?.kind === "open" && frame.path === path, path);
    return batch;
  };
  for (let index = 1; index <= 300; index++) send(`/S/m${index}`);
  assertEquals(toHex(send("/S/m256")), "02000103800200");
  for (const path of ["/S/m257", "/S/m257", "/S/m300"]) assertEquals(send(path)[1], 0x20);
});

test("NativeEncoder gives a number only to a path that went out", () => {
  const encoder = new NativeEncoder(DEFAULT_LIMITS);
  const headers = RpcMetadata.from({ "grpc-a": "b" });
  const frame = openFrame({ path: "/A/a", headers });
  assertThrows(() => encodeBatch(encoder, [frame]), RpcError, "reserved");
  const batch = encodeBatch(encoder, [openFrame({ path: "/A/a" }), openFrame({ path: "/A/a" })]);
  assertEquals(toHex(batch), "02200106042f412f6100020001020100");
});

test("NativeEncoder rounds a time-out up, and sends none as none", () => {
  const cases: readonly (readonly [number | undefined, number | undefined])[] = [
    [undefined, undefined],
    [1, 1],
    [1.2, 2],
    [0.01, 1],
    [0, 1],
    [-5, 1],
    [5_400_000, 5_400_000],
    [Infinity, Number.MAX_SAFE_INTEGER],
  ];
  for (const [timeoutMs, expected] of cases) {
    assertRoundTrip([openFrame({ timeoutMs })], [openFrame({ timeoutMs: expected })]);
  }
});

test("NativeEncoder leaves what was written before when a frame cannot be sent", () => {
  const wrong = [
    openFrame({ path: "no path" }),
    openFrame({ path: `/S/${"m".repeat(1022)}` }),
    openFrame({ headers: RpcMetadata.from({ "X y": "b" }) }),
    statusFrame({ trailers: RpcMetadata.from({ "te": "b" }) }),
    statusFrame({ headers: RpcMetadata.from({ "x-a": "\n" }) }),
    { kind: "headers", streamId: 1, headers: RpcMetadata.from({ "x-a-bin": "text" }) } as const,
  ];
  for (const frame of wrong) {
    const encoder = new NativeEncoder(DEFAULT_LIMITS);
    const out = new ByteWriter();
    encoder.encode({ kind: "ping", token: 7 }, out);
    const error = assertThrows(() => encoder.encode(frame, out), RpcError);
    assertEquals(error.code, RpcStatus.INVALID_ARGUMENT);
    assertEquals(toHex(out.take()), "0900000107");
  }
});

test("NativeEncoder holds a metadata block to the limit as it is at the time", () => {
  const headers = RpcMetadata.from({ "x-a": "b".repeat(92) });
  // The block is 1 + 1 + 3 + 1 + 92 bytes.
  const encoder = new NativeEncoder(createLimits({ maxMetadataBytes: 98 }));
  encodeBatch(encoder, [{ kind: "headers", streamId: 1, headers }]);
  encoder.limits = createLimits({ maxMetadataBytes: 97 });
  const error = assertThrows(
    () => encodeBatch(encoder, [{ kind: "headers", streamId: 1, headers }]),
    RpcError,
    "found 98 bytes, limit is 97 bytes",
  );
  assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
});

test("NativeEncoder sends 80 KiB of a message in a frame and not one byte more", () => {
  const most = new Uint8Array(81920);
  const above = new Uint8Array(81921);
  assertRoundTrip([
    openFrame({ message: most }),
    { kind: "message", streamId: 1, message: most, more: true, compressed: true },
    statusFrame({ message: most, messages: 1 }),
  ]);
  const frames = [
    openFrame({ message: above }),
    { kind: "message", streamId: 1, message: above, more: false, compressed: false } as const,
    statusFrame({ message: above, messages: 1 }),
  ];
  for (const frame of frames) {
    assertThrows(() => encodeHex([frame]), RangeError, "81921 bytes, limit is 81920 bytes");
  }
});

test("NativeEncoder refuses what a program got wrong", () => {
  const none = new Uint8Array(0);
  assertThrows(() => encodeHex([openFrame({ message: none, more: true })]), RangeError, "is empty");
  assertThrows(() => encodeHex([statusFrame({ messages: undefined })]), TypeError, "messages");
  assertThrows(() => encodeHex([{ kind: "ping", token: -1 }]), RangeError, "found -1");
  assertThrows(() => encodeHex([{ kind: "ack", batches: NaN }]), RangeError, "found NaN");
});

test("NativeEncoder cuts reasons and texts on a character", () => {
  const long = "日".repeat(5000);
  assertRoundTrip(
    [
      { kind: "cancel", streamId: 1, code: 1, reason: long },
      { kind: "goaway", lastStreamId: 9, code: 14, reason: long },
      statusFrame({ code: 5, text: long }),
    ],
    [
      { kind: "cancel", streamId: 1, code: 1, reason: "日".repeat(341) },
      { kind: "goaway", lastStreamId: 9, code: 14, reason: "日".repeat(341) },
      statusFrame({ code: 5, text: "日".repeat(2730) }),
    ],
  );
});

test("NativeEncoder keeps repeated headers, bytes and empty values in order", () => {
  const headers = RpcMetadata.from([
    ["x-b", "2"],
    ["x-a-bin", new Uint8Array([0, 255, 13, 10])],
    ["x-b", '1, "one"'],
    ["x-empty", ""],
    ["x-empty-bin", new Uint8Array(0)],
  ]);
  assertRoundTrip([
    openFrame({ headers }),
    { kind: "headers", streamId: 1, headers, fault: undefined },
    statusFrame({ headers, trailers: headers.without("x-b") }),
  ]);
});

test("NativeEncoder.encodeInPlace() writes what encode() does, before the message", () => {
  for (const streamId of [1, 127, 128, 2 ** 31, 2 ** 53 - 1]) {
    for (const length of [1, 127, 128, 16_384, 81_920]) {
      for (const more of [true, false]) {
        const memory = new Uint8Array(20 + length).fill(9);
        const message = memory.subarray(16, 16 + length).fill(7);
        const frame = { kind: "message", streamId, message, more, compressed: !more } as const;
        const encoded = encodeBatch(new NativeEncoder(DEFAULT_LIMITS), [frame]);
        const whole = new NativeEncoder(DEFAULT_LIMITS).encodeInPlace(frame);
        assertEquals(whole, encoded);
        assert(whole.buffer === memory.buffer, "the message was copied");
        assertEquals([...memory.subarray(16 + length)], [9, 9, 9, 9]);
      }
    }
  }
});

test("NativeEncoder.encodeInPlace() refuses what encode() does", () => {
  const message = new Uint8Array(100_000).subarray(16, 16 + 81_921);
  assertThrows(
    () =>
      new NativeEncoder(DEFAULT_LIMITS).encodeInPlace({
        kind: "message",
        streamId: 1,
        message,
        more: false,
        compressed: false,
      }),
    RangeError,
    "message is 81921 bytes",
  );
});

test("NativeEncoder writes frames that fit when bytes of a header were given away", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const headers = RpcMetadata.from({ "x-sig-bin": bytes });
  const encoder = new NativeEncoder(DEFAULT_LIMITS);
  const decoder = new NativeDecoder(DEFAULT_LIMITS);
  for (const streamId of [1, 3]) {
    const frames = [openFrame({ streamId, headers }), { kind: "ping", token: 1 } as const];
    const decoded = decodeBatch(decoder, encodeBatch(encoder, frames));
    assertEquals(decoded.map(({ kind }) => kind), ["open", "ping"]);
    const [open] = decoded;
    assert(open?.kind === "open");
    assertEquals(open.headers.getBytes("x-sig-bin"), new Uint8Array([1, 2, 3]));
    if (bytes.length > 0) structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  }
});
