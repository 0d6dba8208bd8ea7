import type { RpcClock } from "../../internal/clock.ts";

/** A message of up to so many bytes leaves a socket in one piece. */
export const SMALL_BYTES = 1000;
/** A batch of up to so many bytes is worth cutting: each of its messages costs an answer. */
const CUT_BYTES = 16 * 1024;
/** A batch of so many bytes or more leaves it at once. */
const LARGE_BYTES = 65_535;
/** A socket that stalls does so for about 40 ms; this much is no accident. */
const STALL_MS = 20;
/** So many batches have to pass without a stall before it is believed that there is none, */
const PASSES = 8;
/** so far apart: for its first few messages a connection is acknowledged without delay. */
const TRIAL_GAP_MS = 1000;
/** Where there was none, one in so many batches is watched all the same. */
const WATCH_EVERY = 8;

/**
 * How a batch is kept from stalling: with a prompt inside, with one before it, or cut into pieces,
 * which are prompts themselves; or not at all.
 */
export type StallRemedy = "inside" | "ahead" | "pieces" | undefined;

/** What is known of the sockets of this platform; connections share what they find. */
export class StallKnowledge {
  verdict: "unknown" | "stalls" | "free" = "unknown";
  passes = 0;
  triedAt = -Infinity;
}

/** What this program has found out. */
const SHARED: StallKnowledge = /* @__PURE__ */ new StallKnowledge();

/** A batch whose acknowledgement is awaited. */
interface Watch {
  readonly batch: number;
  readonly at: number;
  readonly isTrial: boolean;
}

/**
 * Keeps a socket from stalling that sends a batch in two parts while its TCP waits for the
 * acknowledgement of the first before it sends the second (Nagle's algorithm): for 40 ms where
 * nothing else is on its way.
 *
 * What frees such a socket is anything that the peer's program sends at once, and PROMPT asks it to.
 * Small batches, which leave whole, have one inside, so that the next is not held up. A larger one
 * that goes alone is cut into pieces that leave whole, each of which is answered. Where others are on
 * their way, whose answers help as well, or it would be many pieces, one prompt goes before it: its
 * answer sets the large one free, which by then waits whole, and a second answer a moment later does
 * where the first was too fast.
 *
 * Whether a socket does so at all is tried with the first large batches and then remembered; where
 * it does not, nothing is done.
 */
export class StallGuard {
  readonly #clock: RpcClock;
  readonly #knowledge: StallKnowledge;
  #watch: Watch | undefined;
  #leastMs = Infinity;
  #skipped = 0;

  constructor(clock: RpcClock, knowledge: StallKnowledge = SHARED) {
    this.#clock = clock;
    this.#knowledge = knowledge;
  }

  /**
   * Says what is done about the next batch.
   *
   * @param bytes Its size
   * @param batch The number of the last batch that will have been counted with it
   * @param isAlone Whether nothing else is on its way
   */
  plan(bytes: number, batch: number, isAlone: boolean): StallRemedy {
    const { verdict } = this.#knowledge;
    if (bytes <= SMALL_BYTES) {
      if (verdict === "free") return undefined;
      this.#watchFor(batch, false);
      return "inside";
    }
    if (bytes >= LARGE_BYTES) return undefined;
    const remedy = isAlone && bytes <= CUT_BYTES ? "pieces" : "ahead";
    if (verdict === "stalls") return remedy;
    if (isAlone && this.#isTrialDue()) {
      this.#watchFor(batch, true);
      return "inside";
    }
    return verdict === "free" ? undefined : remedy;
  }

  /** Takes an acknowledgement of so many batches. */
  onAck(batches: number): void {
    const watch = this.#watch;
    if (watch === undefined || batches < watch.batch) return;
    this.#watch = undefined;
    const roundTripMs = this.#clock.now() - watch.at;
    if (!watch.isTrial) this.#leastMs = Math.min(this.#leastMs, roundTripMs);
    else this.#judge(roundTripMs);
  }

  #isTrialDue(): boolean {
    const { verdict, triedAt } = this.#knowledge;
    if (verdict === "free") return ++this.#skipped % WATCH_EVERY === 0;
    const now = this.#clock.now();
    if (now - triedAt < TRIAL_GAP_MS) return false;
    this.#knowledge.triedAt = now;
    return true;
  }

  #watchFor(batch: number, isTrial: boolean): void {
    if (this.#watch !== undefined && !isTrial) return;
    this.#watch = { batch, at: this.#clock.now(), isTrial };
  }

  #judge(roundTripMs: number): void {
    const knowledge = this.#knowledge;
    const least = this.#leastMs === Infinity ? 0 : this.#leastMs;
    if (roundTripMs - least >= STALL_MS) {
      knowledge.verdict = "stalls";
      knowledge.passes = 0;
    } else if (++knowledge.passes >= PASSES) knowledge.verdict = "free";
  }
}
