import { createLimits } from "../../../src/protocol/limits.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { Compression } from "../../../src/transports/connection/compression.ts";
import { systemClock } from "../../../src/internal/clock.ts";
import { assert, assertEquals, assertStatus } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { gunzip, gzip, noise, withoutGzip } from "../../support/gzip.ts";
import { bytesOf } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const MIB = 1024 * 1024;
const LIMITS = createLimits();

/** Compression that is agreed on. */
function create(minBytes = 21, limits = LIMITS): Compression {
  const compression = new Compression(minBytes, { limits, clock: systemClock });
  compression.setPeer(["gzip"]);
  return compression;
}

test("Compression.setPeer() agrees on gzip, however it is spelt and whatever else is there", () => {
  const cases: [string[], boolean][] = [
    [["gzip"], true],
    [["br", "GZIP"], true],
    [["Gzip", "identity"], true],
    [["Identity"], false],
    [["x-gzip", "gzip2", ""], false],
    [[], false],
  ];
  for (const [names, isAgreed] of cases) {
    const compression = new Compression(21, { limits: LIMITS, clock: systemClock });
    assertEquals(compression.isAgreed, false);
    compression.setPeer(names);
    assertEquals(
      [compression.isAgreed, compression.wants(noise(21))],
      [isAgreed, isAgreed],
      `${names}`,
    );
  }
});

test("Compression.wants() only what is long enough", () => {
  const compression = create(100);
  assertEquals([99, 100].map((length) => compression.wants(noise(length))), [false, true]);
});

test("Compression.deflate() gives what is smaller, and nothing otherwise", async () => {
  const compression = create();
  const repetitive = bytesOf("a".repeat(32));
  const smaller = await compression.deflate(repetitive).promise;
  assert(smaller !== undefined && smaller.length < 32, `${smaller?.length} bytes`);
  assertEquals(gunzip(smaller), repetitive);
  for (const length of [32, 1000, 100_000]) {
    assertEquals(await compression.deflate(noise(length)).promise, undefined, `${length}`);
  }
  await settle();
  assertEquals(compression.running, 0);
});

test("Compression.deflate() works on four messages at once", async () => {
  const compression = create();
  const works = Array.from({ length: 9 }, () => compression.deflate(new Uint8Array(4096)));
  assertEquals(compression.running, 9);
  for (const work of works.slice(0, 8)) work.drop();
  const results = await Promise.all(works.map(({ promise }) => promise));
  assertEquals(results.map((bytes) => bytes === undefined), [...Array(8).fill(true), false]);
  await settle();
  assertEquals(compression.running, 0);
});

test("Compression.deflate() gives nothing when the platform fails", async () => {
  const compression = create();
  await withoutGzip(async () => {
    assertEquals(await compression.deflate(new Uint8Array(4096)).promise, undefined);
  });
});

test("Compression.receive() inflates when it is asked, and charges what came", async () => {
  const compression = create();
  const compressed = gzip(new Uint8Array(5000));
  const message = compression.receive(compressed);
  assertEquals([message.wireBytes, compression.running], [compressed.length, 0]);
  const inflated = message.inflate();
  assertEquals(compression.running, 1);
  assertEquals(await inflated, new Uint8Array(5000));
  await settle();
  assertEquals(compression.running, 0);
  await assertStatus(message.inflate(), RpcStatus.CANCELLED, "already");
});

test("Compression.receive() keeps no batch for a small message", async () => {
  const batch = new Uint8Array(100_000);
  const compressed = gzip("hello");
  batch.set(compressed, 50_000);
  const message = create().receive(batch.subarray(50_000, 50_000 + compressed.length));
  batch.fill(0);
  assertEquals(await message.inflate(), bytesOf("hello"));
});

test("Compression.receive() takes messages up to the limit, and names it beyond", async () => {
  const compression = create(21, createLimits({ maxMessageBytes: 1000 }));
  const atLimit = compression.receive(gzip(new Uint8Array(1000)));
  assertEquals((await atLimit.inflate()).length, 1000);
  for (const bytes of [1001, 64 * MIB]) {
    const above = compression.receive(gzip(new Uint8Array(bytes)));
    await assertStatus(above.inflate(), RpcStatus.RESOURCE_EXHAUSTED, "more than 1000 bytes");
  }
});

test("Compression.receive() fails on anything but one piece of gzip", async () => {
  const compression = create();
  const whole = gzip("some text, some text, some text, some text");
  const wrong = [
    new Uint8Array(),
    new Uint8Array(3),
    noise(100),
    whole.subarray(0, -1),
    new Uint8Array([...whole, 0]),
    new Uint8Array([...whole, ...whole]),
    new Uint8Array([...whole, ...gzip("")]),
  ];
  for (const [index, bytes] of wrong.entries()) {
    const message = compression.receive(bytes);
    const error = await assertStatus(message.inflate(), RpcStatus.INTERNAL, "Cannot inflate");
    assertEquals(
      error.rawMessage,
      "Cannot inflate message: it is not one piece of gzip",
      `${index}`,
    );
  }
  await settle();
  assertEquals(compression.running, 0);
});

test("Compression.receive() lets go of a message that is dropped, before and while it is inflated", async () => {
  const compression = create();
  const compressed = gzip(new Uint8Array(8 * MIB));
  const before = compression.receive(compressed);
  before.drop();
  await assertStatus(before.inflate(), RpcStatus.CANCELLED);
  const messages = Array.from({ length: 9 }, () => compression.receive(compressed));
  const inflated = messages.map((message) => message.inflate());
  assertEquals(compression.running, 9);
  for (const message of messages) message.drop();
  for (const promise of inflated) await assertStatus(promise, RpcStatus.CANCELLED);
  await settle();
  assertEquals(compression.running, 0);
});
