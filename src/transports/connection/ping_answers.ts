import type { RpcClock } from "../../internal/clock.ts";
import { TokenBucket } from "../../internal/token_bucket.ts";
import { CLOSE_TOO_MANY } from "../../protocol/close_code.ts";
import { framingError } from "../../protocol/frame_error.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { BatchWriter } from "./batch_writer.ts";

/** What {@linkcode PingAnswers} work with. */
export interface PingAnswersOptions {
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  readonly writer: BatchWriter;
}

/** Answers the peer's pings, as long as they are not too many. */
export class PingAnswers {
  readonly #options: PingAnswersOptions;
  readonly #pings: TokenBucket;

  constructor(options: PingAnswersOptions) {
    const { limits, clock } = options;
    this.#options = options;
    const { pingsPerSecond, pingBurst } = limits;
    this.#pings = new TokenBucket(clock, { perSecond: pingsPerSecond, burst: pingBurst });
  }

  /**
   * Answers a ping.
   *
   * @throws {FrameError} When there are more than this side bears
   */
  answer(token: number): void {
    const { limits, writer } = this.#options;
    if (this.#pings.take()) return writer.write({ kind: "pong", token });
    const text = `Too many pings (max: ${limits.pingsPerSecond} a second)`;
    throw framingError(text, CLOSE_TOO_MANY);
  }
}
