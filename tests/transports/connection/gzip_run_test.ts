import {
  GzipRun,
  type GzipRunOptions,
  hasGzip,
} from "../../../src/transports/connection/gzip_run.ts";
import { type RpcTimer, systemClock } from "../../../src/internal/clock.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { gunzip, gzip, noise, withoutGzip } from "../../support/gzip.ts";
import { bytesOf } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const MIB = 1024 * 1024;

function createRun(given: Partial<GzipRunOptions> = {}): GzipRun {
  return new GzipRun({
    direction: "inflate",
    maxBytes: 64 * MIB,
    clock: systemClock,
    ...given,
  });
}

/** Counts the timers that were set. */
class CountingClock extends FakeClock {
  timers = 0;

  override setTimer(callback: () => void, delayMs: number): RpcTimer {
    this.timers++;
    return super.setTimer(callback, delayMs);
  }
}

/** What becomes of a run: bytes, nothing, or an error's name. */
function outcomeOf(promise: Promise<Uint8Array | undefined>): Promise<unknown> {
  return promise.catch((error: unknown) => error instanceof Error ? error.name : error);
}

test("GzipRun makes gzip that others read, and reads theirs", async () => {
  for (const bytes of [new Uint8Array(), bytesOf("x"), noise(200_000), new Uint8Array(MIB)]) {
    const deflated = await createRun({ direction: "deflate" }).run(bytes);
    assert(deflated !== undefined);
    assertEquals(gunzip(deflated), bytes);
    assertEquals(await createRun().run(gzip(bytes)), bytes);
  }
});

test("GzipRun gives nothing when more comes out than it may", async () => {
  const compressed = gzip(new Uint8Array(1000));
  assertEquals((await createRun({ maxBytes: 1000 }).run(compressed))?.length, 1000);
  assertEquals(await createRun({ maxBytes: 999 }).run(compressed), undefined);
  const deflation = createRun({ direction: "deflate", maxBytes: 99 });
  assertEquals(await deflation.run(noise(100)), undefined);
});

test("GzipRun stops a bomb at its limit, not at its end", async () => {
  const bomb = gzip(new Uint8Array(128 * MIB));
  const before = performance.now();
  await createRun({ maxBytes: 128 * MIB }).run(bomb);
  const wholeMs = performance.now() - before;
  const start = performance.now();
  assertEquals(await createRun({ maxBytes: MIB }).run(bomb), undefined);
  const stoppedMs = performance.now() - start;
  assert(stoppedMs < wholeMs / 4, `${stoppedMs} ms, ${wholeMs} ms for all of it`);
});

test("GzipRun never lets the platform inflate much more than its limit at once", async () => {
  const { DecompressionStream: Real } = globalThis;
  let largest = 0;
  class Watched extends Real {
    constructor(format: ConstructorParameters<typeof Real>[0]) {
      super(format);
      const writer = this.writable.getWriter.bind(this.writable);
      this.writable.getWriter = () => {
        const real = writer();
        const write = real.write.bind(real);
        real.write = (slice) => {
          if (slice instanceof Uint8Array) largest = Math.max(largest, slice.length);
          return write(slice);
        };
        return real;
      };
    }
  }
  globalThis.DecompressionStream = Watched;
  try {
    const bomb = gzip(new Uint8Array(32 * MIB));
    assertEquals(await createRun({ maxBytes: 1000 }).run(bomb), undefined);
    assertEquals(largest, 512);
    await createRun().run(bomb);
    assertEquals(largest, 4096);
  } finally {
    globalThis.DecompressionStream = Real;
  }
});

test("GzipRun fails on bytes that are no gzip, are cut off, or go on", async () => {
  const compressed = gzip("some text that is long enough to be compressed, compressed, compressed");
  for (let length = 0; length < compressed.length; length++) {
    assertEquals(await outcomeOf(createRun().run(compressed.subarray(0, length))), "TypeError");
  }
  for (const wrong of [noise(100), new Uint8Array([...compressed, 0])]) {
    assertEquals(await outcomeOf(createRun().run(wrong)), "TypeError");
  }
  const corrupt = compressed.slice();
  corrupt.set([(compressed[20] ?? 0) ^ 0xff], 20);
  assertEquals(await outcomeOf(createRun().run(corrupt)), "TypeError");
});

test("GzipRun.stop() ends it before, while and after it runs", async () => {
  const compressed = gzip(new Uint8Array(8 * MIB));
  const before = createRun();
  before.stop();
  assertEquals(await before.run(compressed), undefined);
  const meanwhile = createRun();
  const result = meanwhile.run(compressed);
  meanwhile.stop();
  assertEquals(await result, undefined);
  const after = createRun();
  assertEquals((await after.run(compressed))?.length, 8 * MIB);
  after.stop();
  after.stop();
  await settle();
});

test("GzipRun lets everything else run now and then, and leaves no timer when it is stopped", async () => {
  for (const direction of ["deflate", "inflate"] as const) {
    const clock = new CountingClock();
    const input = direction === "deflate"
      ? new Uint8Array(2 * MIB)
      : gzip(new Uint8Array(16 * MIB));
    const run = createRun({ direction, clock });
    let isDone = false;
    const result = run.run(input).then((bytes) => {
      isDone = true;
      return bytes;
    });
    await settle();
    assertEquals([clock.pending, isDone], [1, false]);
    await clock.advance(0);
    assert(clock.timers >= 3, `it paused ${clock.timers} times`);
    assert(await result !== undefined);

    const stopped = createRun({ direction, clock });
    const nothing = stopped.run(input);
    await settle();
    assertEquals(clock.pending, 1);
    stopped.stop();
    assertEquals([await nothing, clock.pending], [undefined, 0]);
  }
});

test("hasGzip() is false where the platform lacks the streams", async () => {
  assertEquals(hasGzip(), true);
  await withoutGzip(() => assertEquals(hasGzip(), false));
});
