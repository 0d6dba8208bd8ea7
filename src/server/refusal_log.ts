import { type RpcClock, systemClock } from "../internal/clock.ts";
import { TokenBucket } from "../internal/token_bucket.ts";
import type { RpcLogger } from "../logger.ts";

type Fields = Readonly<Record<string, unknown>>;

/** So many refusals are told at once after a pause, */
const BURST = 10;
/** and one in ten seconds in the long run. */
const PER_SECOND = 0.1;

/**
 * Says why requests are refused, but not each time: whoever can send requests could fill the log
 * otherwise. The next record tells how many were left out.
 */
export class RefusalLog {
  readonly #logger: RpcLogger;
  readonly #records: TokenBucket;
  #leftOut = 0;

  constructor(logger: RpcLogger, clock: RpcClock = systemClock) {
    this.#logger = logger;
    this.#records = new TokenBucket(clock, { perSecond: PER_SECOND, burst: BURST });
  }

  /** Logs a refusal that was the request's fault. */
  warn(message: string, fields: Fields = {}): void {
    const more = this.#take();
    if (more !== undefined) this.#logger.warn(message, { ...fields, ...more });
  }

  /** Logs a refusal that was this side's fault. */
  error(message: string, fields: Fields = {}): void {
    const more = this.#take();
    if (more !== undefined) this.#logger.error(message, { ...fields, ...more });
  }

  /** What is to be said of the records that were left out; undefined when this one is as well. */
  #take(): Fields | undefined {
    if (!this.#records.take()) {
      this.#leftOut++;
      return undefined;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut === 0 ? {} : { leftOut };
  }
}
