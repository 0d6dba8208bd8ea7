import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import { type RpcClock, systemClock } from "../internal/clock.ts";
import { createDeferred } from "../internal/deferred.ts";
import { TimerQueue } from "../internal/timer_queue.ts";
import { type RpcLogger, silentLogger } from "../logger.ts";
import { createHealthStatus, type RpcHealthStatus } from "../transports/health.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import { type CallTaker, MessageRouter } from "./message_router.ts";
import { sendPing } from "./ping_call.ts";
import type { RpcEndpointPingResult } from "./ping_protocol.ts";
import type { CallerEnvironment } from "./wrapped_call.ts";

/** Settings that every endpoint takes. */
export interface RpcEndpointOptions {
  /** The connection; the endpoint owns it from now on. */
  readonly transport: IRpcTransport;
  /** Where records go; nowhere unless given. */
  readonly logger?: RpcLogger;
  /** Where time comes from; the platform's clock unless given. */
  readonly clock?: RpcClock;
  /** Codec of methods whose contract names none; MessagePack unless given. */
  readonly codec?: RpcCodec;
}

/** How an endpoint and what it depends on are doing. */
export interface RpcEndpointHealth {
  /** The endpoint itself: as well as its transport allows. */
  readonly status: RpcHealthStatus;
  /** What it depends on, by name: `transport`. */
  readonly dependencies: Readonly<Record<string, RpcHealthStatus>>;
  /** Whether all of it is healthy. */
  readonly isHealthy: boolean;
}

/**
 * What every endpoint has: a transport, health, ping, and one end.
 *
 * Every endpoint answers the ping of its peer, whatever else it serves.
 */
export abstract class RpcEndpoint implements AsyncDisposable {
  /** The connection that the endpoint is on. */
  readonly transport: IRpcTransport;
  readonly #router: MessageRouter;
  #closing: Promise<void> | undefined;

  /**
   * Builds an endpoint on a transport.
   *
   * @param options Transport, logger, clock, codec
   */
  constructor(options: RpcEndpointOptions) {
    const { transport, logger = silentLogger } = options;
    this.transport = transport;
    const clock = TimerQueue.on(options.clock ?? systemClock);
    this.#router = new MessageRouter({ transport, logger, clock, codec: options.codec });
  }

  /**
   * What the calls on this endpoint share; for the endpoints of this package.
   *
   * @ignore
   */
  protected get environment(): CallerEnvironment {
    return this.#router;
  }

  /**
   * Begins to take what comes in on the transport; for the endpoints of this package.
   *
   * @ignore
   */
  protected listen(taker: CallTaker): void {
    this.#router.start(taker);
  }

  /** Calls that are under way, in both directions. */
  get activeCalls(): number {
    return this.#router.calls.size;
  }

  /** Whether {@linkcode RpcEndpoint.close} has been called. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** How the endpoint and its transport are doing; cheap. */
  health(): RpcEndpointHealth {
    const transport = this.transport.health();
    const details = { activeCalls: this.activeCalls };
    const status = this.isClosed
      ? createHealthStatus("endpoint", "closed", { message: "Endpoint is closed", details })
      : transport.level === "healthy"
      ? createHealthStatus("endpoint", "healthy", { message: "Endpoint is active", details })
      : createHealthStatus("endpoint", "degraded", { message: transport.message, details });
    return { status, dependencies: { transport }, isHealthy: status.level === "healthy" };
  }

  /**
   * Asks the peer's program for a sign of life.
   *
   * @param options Time limit and signal; without them it waits as long as the connection lives
   * @returns When it was sent and answered, and the time between
   * @throws {RpcError} `UNAVAILABLE` when the connection is lost, `DEADLINE_EXCEEDED` when no answer
   *   came in time
   */
  ping(options: RpcCallOptions = {}): Promise<RpcEndpointPingResult> {
    return sendPing(this.environment, options);
  }

  /**
   * Replaces the connection by hand; calls in flight end with `UNAVAILABLE`.
   *
   * @returns The health afterwards; never rejects
   */
  async reconnect(): Promise<RpcEndpointHealth> {
    await this.transport.reconnect();
    return this.health();
  }

  /**
   * Ends all calls, then closes the transport. Calls that were made here end with `CANCELLED`, those
   * that are served here with `UNAVAILABLE`. Closing twice is quiet; both wait for the same end.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      const closed = createDeferred<void>();
      // What hears of the end of a call may close the endpoint as well.
      this.#closing = closed.promise;
      this.#router.closeAll();
      this.transport.close().then(closed.resolve, closed.reject);
    }
    return this.#closing;
  }

  /** The same as {@linkcode RpcEndpoint.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
