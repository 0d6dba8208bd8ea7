import { concatBytes } from "../../internal/bytes.ts";
import type { RpcClock, RpcTimer } from "../../internal/clock.ts";

/** After so many bytes in and out everything else has a turn: the platform does it all in ours. */
const PAUSE_BYTES = 512 * 1024;
/** No more than this is written at once. */
const MAX_SLICE_BYTES = 64 * 1024;
/** When inflating: what these may become is the most that comes out at once. */
const MAX_INFLATED_SLICE_BYTES = 4096;
const MIN_INFLATED_SLICE_BYTES = 512;
/** No byte of deflated data stands for more than this. */
const MAX_RATIO = 1032;

/** What a {@linkcode GzipRun} does. */
export interface GzipRunOptions {
  readonly direction: "deflate" | "inflate";
  /** It stops when more comes out. */
  readonly maxBytes: number;
  readonly clock: RpcClock;
}

/** Whether the platform can do it; asked anew each time, as it costs nothing. */
export function hasGzip(): boolean {
  return typeof CompressionStream === "function" && typeof DecompressionStream === "function";
}

/**
 * Runs bytes through gzip, once.
 *
 * Platforms inflate all that they are given in one go, before anybody can look at it. So it goes in
 * by slices, which are small enough that none comes out far above the limit.
 */
export class GzipRun {
  readonly #options: GzipRunOptions;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #timer: RpcTimer | undefined;
  #bytesIn = 0;
  #bytesOut = 0;
  #isStopped = false;

  constructor(options: GzipRunOptions) {
    this.#options = options;
  }

  /**
   * Runs.
   *
   * @returns What came out; undefined when it was more than the limit, or the run was stopped
   * @throws {unknown} What the platform throws when the bytes are not gzip
   */
  async run(input: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#isStopped) return undefined;
    const stream = this.#options.direction === "deflate"
      ? new CompressionStream("gzip")
      : new DecompressionStream("gzip");
    // The platform's types leave open what comes out; it is bytes.
    const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    this.#reader = reader;
    const writer = stream.writable.getWriter();
    const written = this.#write(writer, input);
    written.catch(() => {
      // The reader gets the same error.
    });
    const parts: Uint8Array[] = [];
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      this.#bytesOut += step.value.length;
      if (this.#bytesOut > this.#options.maxBytes) this.stop();
      else parts.push(step.value);
    }
    if (this.#isStopped) return undefined;
    await written;
    return concatBytes(parts, this.#bytesOut);
  }

  /** Stops it at once, also before it has begun. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer);
    this.#reader?.cancel().catch(() => {
      // It failed already: there is nothing to stop.
    });
  }

  async #write(
    writer: WritableStreamDefaultWriter<BufferSource>,
    input: Uint8Array,
  ): Promise<void> {
    let paused = 0;
    while (this.#bytesIn < input.length) {
      const end = this.#bytesIn + this.#sliceBytes();
      // Messages are never in shared memory, which is all that the cast leaves out.
      const slice = input.subarray(this.#bytesIn, end) as Uint8Array<ArrayBuffer>;
      await writer.write(slice);
      this.#bytesIn += slice.length;
      if (this.#bytesIn + this.#bytesOut - paused < PAUSE_BYTES) continue;
      paused = this.#bytesIn + this.#bytesOut;
      await this.#pause();
    }
    await writer.close();
  }

  #sliceBytes(): number {
    const { direction, maxBytes } = this.#options;
    if (direction === "deflate") return MAX_SLICE_BYTES;
    const fitting = Math.floor((maxBytes - this.#bytesOut) / MAX_RATIO);
    return Math.min(Math.max(fitting, MIN_INFLATED_SLICE_BYTES), MAX_INFLATED_SLICE_BYTES);
  }

  /** Lets everything else run; for good when the run is stopped meanwhile. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) return;
      this.#timer = this.#options.clock.setTimer(() => {
        this.#timer = undefined;
        resolve();
      }, 0);
    });
  }
}
