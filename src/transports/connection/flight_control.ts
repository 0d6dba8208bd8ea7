import type { RpcClock } from "../../internal/clock.ts";
import { Fifo } from "../../internal/fifo.ts";

/** So much may always be on its way: less would leave both sides waiting on the shortest path. */
export const MIN_FLIGHT_BYTES = 512 * 1024;
/** With less than this on its way the path is not about to be full: no batch is worth a measurement. */
const SAMPLED_BYTES = 64 * 1024;
/** Never more than this, however long and fast the path is. */
const MAX_FLIGHT_BYTES = 64 * 1024 * 1024;
/** How many times what the path holds may be on its way, so that it never runs empty. */
const GAIN = 2;
/** What one round trip measured fades by this much a round trip. */
const RATE_FADE = 0.9;
/**
 * So often the shortest round trip is measured anew, with little on its way: the path may have
 * changed, or what was measured have been a pause of a program.
 */
const MIN_AGE_MS = 100;
/** The same in round trips: little on its way costs a long path two of them. */
const AGE_ROUND_TRIPS = 40;

/** A batch whose round trip may be measured: what it takes, and how much arrives meanwhile. */
interface Sample {
  readonly batch: number;
  /** When it was sent. */
  readonly at: number;
  /** What had been acknowledged then. */
  readonly ackedBytes: number;
}

/**
 * Bounds how many bytes are on their way to the peer: sent, and not yet acknowledged.
 *
 * What is on its way stands in line, in both programs and in the network, before everything that is
 * sent later. So there may be about twice what the path itself holds, the product of its bandwidth
 * and its round-trip time: enough to keep it full, and little for a small call to wait behind. Both
 * are measured with the acknowledgements.
 */
export class FlightControl {
  readonly #clock: RpcClock;
  /** Sizes of the batches that are on their way. */
  readonly #sizes: Fifo<number> = new Fifo();
  #ackedBytes = 0;
  /** The last batch that was sent since the last measurement, where it may be the next one. */
  #last: Sample | undefined;
  /** A batch that was sent with nothing before it: its round trip is the path's own. */
  #alone: Sample | undefined;
  /** What is being measured: the batch that made the path full, so that a whole limit is before it. */
  #sample: Sample | undefined;
  #rate = 0;
  #leastMs = Infinity;
  #leastAt = 0;
  /** Batches that were sent and are acknowledged by their number. */
  sentBatches = 0;
  /** Bytes that are on their way. */
  bytes = 0;
  /** Bytes that may be on their way. */
  limitBytes = MIN_FLIGHT_BYTES;

  constructor(clock: RpcClock) {
    this.#clock = clock;
  }

  /** Whether so many more bytes may not follow now. */
  isFull(unsentBytes: number): boolean {
    if (this.bytes + unsentBytes < this.limitBytes) return false;
    this.#sample ??= this.#last;
    return true;
  }

  /** Counts a batch that was sent. */
  onSent(bytes: number): void {
    const isAlone = this.bytes === 0;
    this.sentBatches++;
    this.#sizes.push(bytes);
    this.bytes += bytes;
    if (this.#sample !== undefined) return;
    // A look at the clock can cost as much as the rest of a small batch.
    if (!isAlone && this.bytes < SAMPLED_BYTES) {
      this.#last = undefined;
      return;
    }
    this.#last = {
      batch: this.sentBatches,
      at: this.#clock.now(),
      ackedBytes: this.#ackedBytes,
    };
    if (isAlone) this.#alone = this.#last;
  }

  /** Takes an acknowledgement of all batches up to a number; false when so many were never sent. */
  onAck(batches: number): boolean {
    if (batches > this.sentBatches) return false;
    for (let left = this.sentBatches - this.#sizes.length; left < batches; left++) {
      const bytes = this.#sizes.shift() ?? 0;
      this.bytes -= bytes;
      this.#ackedBytes += bytes;
    }
    if (this.#alone !== undefined && batches >= this.#alone.batch) {
      this.#noteRoundTrip(this.#clock.now(), this.#alone);
      this.#alone = undefined;
    }
    if (this.#sample !== undefined && batches >= this.#sample.batch) this.#measure(this.#sample);
    return true;
  }

  #measure(sample: Sample): void {
    this.#sample = undefined;
    this.#last = undefined;
    const now = this.#clock.now();
    if (now - this.#leastAt > Math.max(MIN_AGE_MS, AGE_ROUND_TRIPS * this.#leastMs)) {
      this.#leastMs = Infinity;
      this.#leastAt = now;
      // The queue has to go before the path can be seen; the next sample sees it.
      const isLong = this.limitBytes > MIN_FLIGHT_BYTES;
      this.limitBytes = MIN_FLIGHT_BYTES;
      if (isLong) return;
    }
    const roundTripMs = this.#noteRoundTrip(now, sample);
    const rate = (this.#ackedBytes - sample.ackedBytes) / roundTripMs;
    this.#rate = Math.max(rate, this.#rate * RATE_FADE);
    const held = GAIN * this.#rate * this.#leastMs;
    this.limitBytes = Math.min(Math.max(held, MIN_FLIGHT_BYTES), MAX_FLIGHT_BYTES);
  }

  /** Keeps the shortest round trip; answers this one. */
  #noteRoundTrip(now: number, { at }: Sample): number {
    const roundTripMs = Math.max(now - at, Number.EPSILON);
    if (roundTripMs <= this.#leastMs) {
      this.#leastMs = roundTripMs;
      this.#leastAt = now;
    }
    return roundTripMs;
  }
}
