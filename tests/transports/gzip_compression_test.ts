import { systemClock } from "../../src/internal/clock.ts";
import { createLimits } from "../../src/protocol/limits.ts";
import { gzipCompression, type RpcGzipOptions } from "../../src/transports/gzip_compression.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { withoutGzip } from "../support/gzip.ts";
import { test } from "../support/test.ts";

const PARTS = { limits: createLimits(), clock: systemClock };

/** The shortest message that is compressed. */
function findLeast(options?: RpcGzipOptions): number {
  const compression = gzipCompression(options).begin(PARTS);
  compression?.setPeer(["gzip"]);
  let length = 0;
  while (compression?.wants(new Uint8Array(length)) === false) length++;
  return length;
}

test("gzipCompression() compresses from 1024 bytes on, unless told otherwise", () => {
  assertEquals([findLeast(), findLeast({}), findLeast({ minBytes: 5000 })], [1024, 1024, 5000]);
});

test("gzipCompression() never tries what cannot become smaller", () => {
  const found = [0, 20, 21, 22].map((minBytes) => findLeast({ minBytes }));
  assertEquals(found, [21, 21, 21, 22]);
});

test("gzipCompression() refuses what is no length", () => {
  for (const minBytes of [-1, 1.5, NaN, Infinity]) {
    const words = `minBytes is ${minBytes}, expected a whole number from 0`;
    assertThrows(() => gzipCompression({ minBytes }), RangeError, words);
  }
});

test("gzipCompression() begins where the platform has the streams, on each connection anew", async () => {
  const compression = gzipCompression();
  const [first, second] = [compression.begin(PARTS), compression.begin(PARTS)];
  first?.setPeer(["gzip"]);
  assertEquals([first?.names, first?.isAgreed, second?.isAgreed], [["gzip"], true, false]);
  await withoutGzip(() => assertEquals(compression.begin(PARTS), undefined));
  assertEquals(compression.begin(PARTS)?.names, ["gzip"]);
});
