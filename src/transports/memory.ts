import { type RpcClock, systemClock } from "../internal/clock.ts";
import { type RpcLogger, silentLogger } from "../logger.ts";
import { createLimits, type RpcLimits } from "../protocol/limits.ts";
import { MemoryLine } from "./memory/line.ts";
import { MemoryTransport, type MemoryTransportOptions } from "./memory/transport.ts";
import type { RpcTransportMessage } from "./message.ts";
import type { IRpcTransport } from "./transport.ts";

/** Settings of {@linkcode createMemoryTransportPair}; both ends share them. */
export interface RpcMemoryTransportOptions {
  /**
   * Limits to change; all others take their default. Values have no size, so limits of bytes do not
   * apply to messages.
   */
  readonly limits?: Partial<RpcLimits>;
  /** How long a message takes each way, in milliseconds; 0 unless given. Order is kept. */
  readonly latencyMs?: number;
  /**
   * Which messages get lost: a share between 0 and 1, or a function that is asked for each. None
   * unless given. The call of a lost message ends with `DATA_LOSS`, as the counts at its end differ.
   */
  readonly loss?:
    | number
    | ((message: RpcTransportMessage, direction: "toCaller" | "toResponder") => boolean);
  /** Where chance comes from, for a `loss` that is a share; `Math.random` unless given. */
  readonly random?: () => number;
  /** Where time comes from, for `latencyMs`; the platform's clock unless given. */
  readonly clock?: RpcClock;
  /** Where records go; nowhere unless given. */
  readonly logger?: RpcLogger;
}

/** One end of a pair of transports in one process. */
export interface RpcMemoryTransport extends IRpcTransport {
  /** Tells the other end that no new streams are accepted; those open go on. */
  goAway(reason: string): void;
  /**
   * Loses the connection as a broken network does: what is under way is gone, and the calls of both
   * ends end with `UNAVAILABLE`. Either end can `reconnect`.
   */
  disconnect(): void;
}

/**
 * Makes two transports in one process that are connected to each other, for tests and for programs
 * that call themselves.
 *
 * They keep the rules of a connection over the network: nothing arrives within the call that sent it,
 * order, one end for each stream, limits of streams, and credit for messages. Values are handed over
 * as they are, without a codec: both sides hold the same object, and what one changes the other sees.
 *
 * When one end closes, the other loses its connection for good.
 *
 * @param options Limits, latency, loss, clock, logger
 * @returns The caller's end and the responder's
 * @throws {RangeError} When a limit, the latency or the loss is out of its range
 *
 * @example Call over a slow line
 * ```ts
 * import {
 *   createMemoryTransportPair,
 *   defineContract,
 *   implement,
 *   RpcCallerEndpoint,
 *   RpcResponderEndpoint,
 *   unary,
 * } from "@rpc-ts/websocket";
 *
 * const Clock = defineContract("Clock", { zone: unary<null, string>() });
 * const contract = implement(Clock, { zone: () => "UTC" });
 *
 * const [near, far] = createMemoryTransportPair({ latencyMs: 1 });
 * await using responder = new RpcResponderEndpoint({ transport: far, contracts: [contract] });
 * responder.start();
 * await using caller = new RpcCallerEndpoint({ transport: near });
 * if (await caller.client(Clock).zone(null) !== "UTC") throw new Error("unexpected zone");
 * ```
 */
export function createMemoryTransportPair(
  options: RpcMemoryTransportOptions = {},
): [RpcMemoryTransport, RpcMemoryTransport] {
  const { latencyMs = 0 } = options;
  if (!Number.isFinite(latencyMs) || latencyMs < 0) {
    throw new RangeError(
      `Cannot make transports: latencyMs is ${latencyMs}, expected 0 or more`,
    );
  }
  const shared: MemoryTransportOptions = {
    limits: createLimits(options.limits),
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
    latencyMs,
    isLost: createLoss(options),
  };
  const line = new MemoryLine();
  return [
    new MemoryTransport("caller", line, shared),
    new MemoryTransport("responder", line, shared),
  ];
}

function createLoss(options: RpcMemoryTransportOptions): MemoryTransportOptions["isLost"] {
  const { loss = 0, random = Math.random } = options;
  if (typeof loss === "function") {
    return (frame, from) => loss(frame, from === "caller" ? "toResponder" : "toCaller");
  }
  if (!(loss >= 0 && loss <= 1)) {
    throw new RangeError(`Cannot make transports: loss is ${loss}, expected 0 to 1`);
  }
  return () => loss > 0 && random() < loss;
}
