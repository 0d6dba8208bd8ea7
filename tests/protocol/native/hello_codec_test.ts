import type { HelloFrame } from "../../../src/protocol/frame.ts";
import { FrameError } from "../../../src/protocol/frame_error.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import { decodeHello, encodeHello } from "../../../src/protocol/native/hello_codec.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { assertFramingError, fromHex, helloFrame, toHex } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function decode(bytes: Uint8Array): HelloFrame {
  const reader = new FrameReader();
  reader.open(bytes);
  reader.frame = "HELLO";
  return decodeHello(reader);
}

test("encodeHello() and decodeHello() keep every setting", () => {
  const frame = helloFrame({
    maxMessageBytes: 0,
    maxMetadataBytes: 1,
    maxStreams: 0,
    streamWindowBytes: 127,
    streamWindowMessages: 128,
    connectionWindowBytes: Number.MAX_SAFE_INTEGER,
    session: Uint8Array.from({ length: 64 }, (_, index) => index),
    receivedBatches: 5_000_000_000,
    sessionMs: 30_000,
    compressions: ["gzip", "x-größe", ""],
  });
  assertEquals(decode(encodeHello(frame)), frame);
  assertEquals(decode(encodeHello(helloFrame())), helloFrame());
});

test("encodeHello() always says the limits, and of the rest what there is", () => {
  // Version, then six settings: 3 + 3, 3 + 2 and so on bytes of key, length and value.
  assertEquals(
    toHex(encodeHello(helloFrame())),
    "01 0103808040 0203808004 030140 0403808004 050140 0603808040".replaceAll(" ", ""),
  );
});

test("decodeHello() gives initial values to what a peer leaves out", () => {
  assertEquals(decode(fromHex("01")), helloFrame());
  assertEquals(decode(fromHex("01 03 01 05")), helloFrame({ maxStreams: 5 }));
});

test("decodeHello() skips unknown settings, in any order", () => {
  const hex = "01 6304deadbeef 030105 e80700 0a00 0001ff 010107";
  assertEquals(decode(fromHex(hex)), helloFrame({ maxStreams: 5, maxMessageBytes: 7 }));
});

test("decodeHello() copies the name of the session", () => {
  const bytes = fromHex("01 0702aabb");
  const { session } = decode(bytes);
  bytes.fill(0);
  assertEquals(session, fromHex("aabb"));
});

test("decodeHello() names the versions that do not go together", () => {
  assertThrows(() => decode(fromHex("02")), FrameError, "version is 2, expected 1");
  // Nothing behind a version that is not known has a meaning.
  assertThrows(() => decode(fromHex("03ffffff")), FrameError, "version is 3, expected 1");
});

test("encodeHello() refuses a session without a name or with one too long", () => {
  for (const bytes of [0, 65]) {
    const frame = helloFrame({ session: new Uint8Array(bytes) });
    assertThrows(() => encodeHello(frame), RangeError, `${bytes} bytes, expected 1 to 64`);
  }
});

test("decodeHello() is not asked to read more than 4096 bytes", () => {
  // Version, then one unknown setting that fills the payload.
  const write = (payload: number): string => {
    const value = payload - 4;
    const low = (number: number) => (number & 0x7f | 0x80).toString(16);
    const high = (number: number) => (number >> 7).toString(16).padStart(2, "0");
    return `010000 ${low(payload)}${high(payload)} 01 63 ${low(value)}${high(value)} ` +
      "00".repeat(value);
  };
  assertFramingError(write(4097), "payload is 4097 bytes, limit is 4096 bytes");
  assertThrows(() => assertFramingError(write(4096), ""), Error, "nothing was thrown");
});

test("decodeHello() gives the same object for what the last peer said, and no other", () => {
  const read = (hello: HelloFrame): HelloFrame => decode(encodeHello(hello));
  const one = read(helloFrame({ maxStreams: 7 }));
  const other = read(helloFrame({ maxStreams: 8 }));
  assertEquals([one.maxStreams, other.maxStreams], [7, 8]);
  assertEquals(read(helloFrame({ maxStreams: 8 })) === other, true);
  const longer = read(helloFrame({ maxStreams: 8, sessionMs: 5 }));
  assertEquals([longer.maxStreams, longer.sessionMs], [8, 5]);
});
