import type { RpcClock } from "../../internal/clock.ts";
import { TokenBucket } from "../../internal/token_bucket.ts";
import { CLOSE_TOO_MANY } from "../../protocol/close_code.ts";
import { FrameError } from "../../protocol/frame_error.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { BatchWriter } from "./batch_writer.ts";

/** Answers the peer's pings, as long as they are not too many. */
export class PingAnswers {
  readonly #writer: BatchWriter;
  readonly #limits: RpcLimits;
  readonly #pings: TokenBucket;

  constructor(writer: BatchWriter, options: { limits: RpcLimits; clock: RpcClock }) {
    const { limits, clock } = options;
    this.#writer = writer;
    this.#limits = limits;
    const { pingsPerSecond, pingBurst } = limits;
    this.#pings = new TokenBucket(clock, { perSecond: pingsPerSecond, burst: pingBurst });
  }

  /**
   * Answers a ping.
   *
   * @throws {FrameError} When there are more than this side bears
   */
  answer(token: number): void {
    if (this.#pings.take()) return this.#writer.write({ kind: "pong", token });
    const text = `Too many pings (max: ${this.#limits.pingsPerSecond} a second)`;
    throw new FrameError(text, RpcStatus.INTERNAL, CLOSE_TOO_MANY);
  }
}
