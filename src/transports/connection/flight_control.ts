import type { RpcClock } from "../../internal/clock.ts";
import { Fifo } from "../../internal/fifo.ts";
import type { RpcFrame } from "../../protocol/frame.ts";

/** So much may be on its way until the path has been measured. */
export const INITIAL_FLIGHT_BYTES = 256 * 1024;
/** So much may always be on its way: a whole batch. */
export const MIN_FLIGHT_BYTES = 64 * 1024;
/** The same with calls on other connections, which wait while this one has its turn. */
export const MIN_SHARED_FLIGHT_BYTES = 128 * 1024;
/** The same where no call would wait: both sides then have more to do in one go. */
export const MIN_BULK_FLIGHT_BYTES = 384 * 1024;
/**
 * A path shorter than this holds no more than the least, and what it seems to hold is what waits in
 * the programs at its ends. Calls would wait behind that.
 */
const SHORT_MS = 1;
/** After so long without a call there is none that would wait. */
const CALLS_MS = 100;
/** With less than this on its way the path is not about to be full: no batch is worth a measurement. */
const SAMPLED_BYTES = 64 * 1024;
/** Never more than this, however long and fast the path is. */
const MAX_FLIGHT_BYTES = 64 * 1024 * 1024;
/** How many times what the path holds may be on its way, so that it never runs empty. */
const GAIN = 2;
/**
 * A rate is measured over so long at least: two busy programs take turns, and within one of them
 * everything seems to arrive at once.
 */
const RATED_MS = 5;
/** What a measurement found fades by this much a measurement. */
const RATE_FADE = 0.9;
/** So often the path is probed while it is full, */
const MIN_PROBE_MS = 100;
/** or so many round trips apart where they are long: each probe costs about one. */
const PROBE_ROUND_TRIPS = 40;
/** A path that a probe finds so many times longer than it was may have become so. */
const DOUBTFUL = 1.5;
/** A round trip of so much hardly grows by what a program does before it looks for the answer. */
const LONG_MS = 10;

/** A call is small whose messages have no more. It need not wait for what is on its way. */
export const SMALL_CALL_BYTES = 4096;

/** Small calls so far on all connections of this program, which wait for its turns with each of them. */
let smallCalls = 0;

function isSmallCall(frame: RpcFrame): boolean {
  if (frame.kind === "open") {
    return frame.end && !frame.more && (frame.message?.length ?? 0) <= SMALL_CALL_BYTES;
  }
  // One without a message ends a stream.
  return frame.kind === "status" && (frame.message?.length ?? Infinity) <= SMALL_CALL_BYTES;
}

/** A batch whose round trip may be measured: what it takes, and how much arrives meanwhile. */
interface Sample {
  readonly batch: number;
  /** When it was sent. */
  readonly at: number;
  /** What had been acknowledged then. */
  readonly ackedBytes: number;
}

/** Whether the path is being probed. */
type Probe =
  | { readonly kind: "none"; readonly since: number }
  /** Nothing may follow until all batches up to this one have been acknowledged. */
  | { readonly kind: "draining"; readonly batch: number }
  /** The next batch finds the path empty: it is the probe. */
  | { readonly kind: "drained" }
  | { readonly kind: "sent"; readonly sample: Sample };

const NO_PROBE: Probe = /* @__PURE__ */ Object.freeze({ kind: "none", since: 0 });

/** What is known of a path, and what is being measured of it. */
class Path {
  /** When the clock was last read for a batch. */
  lookedAt = 0;
  /** Bytes that arrive in a millisecond; 0 until it has been measured. */
  rate = 0;
  /** The shortest round trip since the last probe, that one among them, and the same before it. */
  leastMs = Infinity;
  leastBeforeMs = Infinity;
  /** When there was a small call at a look, */
  calledAt = -Infinity;
  /** or one on any connection. */
  calledSomewhereAt = -Infinity;
  /** What `smallCalls` was at the last look. */
  seenCalls = smallCalls;
  /** The last batch that was sent since the last measurement, where it may be the next one. */
  last: Sample | undefined;
  /** A batch that was sent with nothing before it: its round trip may be the path's own. */
  alone: Sample | undefined;
  /** What is being measured: the batch that made the path full, so that a whole limit is before it. */
  sample: Sample | undefined;
  probe: Probe = NO_PROBE;
  limitBytes = INITIAL_FLIGHT_BYTES;
}

/** Of which nothing is known, as of most: they never have much on their way. It stays as it is. */
const UNKNOWN: Path = /* @__PURE__ */ new Path();

/** Whose batches a {@linkcode FlightControl} counts. */
export interface FlightControlOwner {
  /** Called to ask the peer, in a batch of its own that follows, to acknowledge what it has. */
  onProbe(): void;
}

/**
 * Bounds how many bytes are on their way to the peer: sent, and not yet acknowledged.
 *
 * What is on its way stands in line, in both programs and in the network, before everything that is
 * sent later. So there may be about twice what the path itself holds, the product of its bandwidth
 * and its round-trip time: enough to keep it full, and little for a small call to wait behind. Both
 * are measured with the acknowledgements.
 *
 * A round trip through a full path is no measure of its length, as most of it is spent in line. So a
 * path that stays full is let run empty now and then, and the next batch is the probe: its round trip
 * is the path's own. The shorter of two counts, as a program may have paused during one; an older one
 * does not, as the path may have become longer.
 */
export class FlightControl {
  readonly #clock: RpcClock;
  readonly #owner: FlightControlOwner;
  /** Sizes of the batches that are on their way. */
  readonly #sizes: Fifo<number> = new Fifo();
  #ackedBytes = 0;
  #path = UNKNOWN;
  /** Whether there was a small call since the last look. */
  #hasCalls = false;
  /** Batches that were sent and are acknowledged by their number. */
  sentBatches = 0;
  /** Bytes that are on their way. */
  bytes = 0;

  constructor(clock: RpcClock, owner: FlightControlOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Bytes that may be on their way. */
  get limitBytes(): number {
    return this.#path.limitBytes;
  }

  /** Whether so many more bytes may not follow now. */
  isFull(unsentBytes: number): boolean {
    const path = this.#path;
    const { kind } = path.probe;
    if (kind === "draining" || kind === "sent" && this.#isShort) return true;
    if (this.bytes + unsentBytes < path.limitBytes) return false;
    path.sample ??= path.last;
    return true;
  }

  /** Takes note of a frame that is sent: somebody may wait for one that is all of a small call. */
  onFrame(frame: RpcFrame): void {
    if (!isSmallCall(frame)) return;
    this.#hasCalls = true;
    smallCalls++;
  }

  /** Counts a batch that was sent. */
  onSent(bytes: number): void {
    const isAlone = this.bytes === 0;
    this.sentBatches++;
    this.#sizes.push(bytes);
    this.bytes += bytes;
    const isProbe = this.#path.probe.kind === "drained";
    if (this.#path.sample !== undefined && !isProbe) return;
    // A look at the clock can cost as much as the rest of a small batch, which draws no answer either.
    if (!isProbe && this.bytes < SAMPLED_BYTES) {
      this.#path.last = undefined;
      return;
    }
    if (this.#path === UNKNOWN) this.#path = new Path();
    const path = this.#path;
    const at = this.#clock.now();
    const sample = { batch: this.sentBatches, at, ackedBytes: this.#ackedBytes };
    path.lookedAt = at;
    path.last = sample;
    if (isProbe) {
      path.probe = { kind: "sent", sample };
      this.#owner.onProbe();
    } else if (isAlone) path.alone = sample;
  }

  /** Takes an acknowledgement of all batches up to a number; false when so many were never sent. */
  onAck(batches: number): boolean {
    if (batches > this.sentBatches) return false;
    const isBusy = this.bytes >= SAMPLED_BYTES;
    for (let left = this.sentBatches - this.#sizes.length; left < batches; left++) {
      const bytes = this.#sizes.shift() ?? 0;
      this.bytes -= bytes;
      this.#ackedBytes += bytes;
    }
    const path = this.#path;
    if (path.alone !== undefined && batches >= path.alone.batch) {
      this.#noteRoundTrip(this.#clock.now(), path.alone);
      path.alone = undefined;
    }
    this.#onProbeAck(batches);
    if (path.sample !== undefined && batches >= path.sample.batch) this.#measure(path.sample);
    if (isBusy) this.#probeWhenDue();
    return true;
  }

  /** Whether what a program does in one turn is not little against a round trip. */
  get #isShort(): boolean {
    const { leastMs, leastBeforeMs } = this.#path;
    return Math.min(leastMs, leastBeforeMs) < LONG_MS;
  }

  /** How far probes are apart; one that finds the path longer is followed by another soon. */
  get #probeGapMs(): number {
    const { leastMs, leastBeforeMs } = this.#path;
    if (leastMs > DOUBTFUL * leastBeforeMs) return MIN_PROBE_MS;
    return Math.max(MIN_PROBE_MS, PROBE_ROUND_TRIPS * leastMs);
  }

  /** Lets the path run empty for a probe, in a time in which much is on its way. */
  #probeWhenDue(): void {
    const path = this.#path;
    if (path.probe.kind !== "none") return;
    if (path.lookedAt - path.probe.since < this.#probeGapMs) return;
    path.probe = { kind: "draining", batch: this.sentBatches };
    path.sample = undefined;
    this.#owner.onProbe();
  }

  #onProbeAck(batches: number): void {
    const path = this.#path;
    const { probe } = path;
    if (probe.kind === "draining" && batches >= probe.batch) {
      path.probe = { kind: "drained" };
    } else if (probe.kind === "sent" && batches >= probe.sample.batch) {
      const now = this.#clock.now();
      path.probe = { kind: "none", since: now };
      path.leastBeforeMs = path.leastMs;
      path.leastMs = Infinity;
      this.#noteRoundTrip(now, probe.sample);
      this.#setLimit(now);
    }
  }

  #measure(sample: Sample): void {
    const now = this.#clock.now();
    const path = this.#path;
    path.lookedAt = now;
    const passedMs = this.#noteRoundTrip(now, sample);
    if (passedMs < RATED_MS) return;
    path.sample = undefined;
    path.last = undefined;
    const rate = (this.#ackedBytes - sample.ackedBytes) / passedMs;
    path.rate = Math.max(rate, path.rate * RATE_FADE);
    this.#setLimit(now);
  }

  #setLimit(now: number): void {
    const path = this.#path;
    // The limit may never have held anything up, so that the rate is not known.
    if (path.rate === 0) return;
    if (this.#hasCalls) path.calledAt = now;
    this.#hasCalls = false;
    if (path.seenCalls !== smallCalls) path.calledSomewhereAt = now;
    path.seenCalls = smallCalls;
    const least = now - path.calledAt < CALLS_MS
      ? MIN_FLIGHT_BYTES
      : now - path.calledSomewhereAt < CALLS_MS
      ? MIN_SHARED_FLIGHT_BYTES
      : MIN_BULK_FLIGHT_BYTES;
    const pathMs = Math.min(path.leastMs, path.leastBeforeMs);
    const isShort = least < MIN_BULK_FLIGHT_BYTES && pathMs < SHORT_MS;
    const held = isShort ? 0 : GAIN * path.rate * pathMs;
    path.limitBytes = Math.min(Math.max(held, least), MAX_FLIGHT_BYTES);
  }

  /** Keeps the shortest round trip; answers this one. */
  #noteRoundTrip(now: number, { at }: Sample): number {
    const roundTripMs = Math.max(now - at, Number.EPSILON);
    const path = this.#path;
    path.leastMs = Math.min(path.leastMs, roundTripMs);
    return roundTripMs;
  }
}
