import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcClock } from "../internal/clock.ts";
import type { RpcLogger } from "../logger.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import type { RpcLimits } from "../protocol/limits.ts";
import type { RpcMetadata } from "../protocol/metadata.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import type { RpcPeerInfo } from "../transports/transport.ts";
import type { CallEnvironment } from "./call_environment.ts";
import { type HandlerContextOptions, RpcHandlerContext } from "./handler_context.ts";
import { encodeResponse } from "./served_messages.ts";

/** A method with the function that serves it, interceptors included. */
export interface ServedMethod {
  readonly method: RpcContractMethod;
  /** Takes the request, or an async iterable of requests; returns a response, or a source of them. */
  readonly handler: (request: unknown, context: RpcHandlerContext) => unknown;
}

/** What a served call needs of its endpoint. */
export interface ServedCallEnvironment extends CallEnvironment {
  /** Called when a call has ended, whether or not its handler has. */
  onCallEnd(): void;
  /** Asked before a handler is run, which then counts; answers why it may not. */
  admitHandler(): RpcError | undefined;
  /** Called when a handler that was admitted has ended, however late, or did not come to run. */
  onHandlerEnd(): void;
  /** Takes what a handler threw that is not an `RpcError`. */
  onHandlerError(error: unknown, context: RpcHandlerContext): void;
}

/**
 * The stream of a served call with the context that its handler gets: what the context asks for, it
 * asks here, when it is asked itself. Most handlers ask for nothing.
 */
export abstract class ServedStream implements HandlerContextOptions {
  protected readonly environment: ServedCallEnvironment;
  protected readonly served: ServedMethod;
  protected readonly streamId: number;
  protected readonly context: RpcHandlerContext;
  /** Request headers. */
  readonly metadata: RpcMetadata;
  /** When the call must be over, on the clock, as its caller said; undefined without a deadline. */
  readonly deadline: number | undefined;

  constructor(
    environment: ServedCallEnvironment,
    served: ServedMethod,
    opening: OpenFrame<unknown>,
  ) {
    const { timeoutMs } = opening;
    this.environment = environment;
    this.served = served;
    this.streamId = opening.streamId;
    this.metadata = opening.headers;
    this.deadline = timeoutMs === undefined ? undefined : environment.clock.now() + timeoutMs;
    this.context = new RpcHandlerContext(this);
  }

  /** Whether the call has ended, with or without its handler. */
  protected abstract get isEnded(): boolean;

  /** Ends the call at an earlier moment than its caller said. */
  abstract tightenDeadline(deadline: number): void;

  get path(): string {
    return this.served.method.path;
  }

  get peer(): RpcPeerInfo {
    return this.environment.transport.peer;
  }

  get clock(): RpcClock {
    return this.environment.clock;
  }

  get limits(): RpcLimits {
    return this.environment.transport.limits;
  }

  get logger(): RpcLogger {
    return this.environment.logger;
  }

  /** Sends the response headers unless they have been sent, also when there are none. */
  sendHeaders(): void {
    if (this.isEnded) return;
    const headers = this.context.takeHeaders();
    if (headers !== undefined) this.environment.transport.sendHeaders(this.streamId, headers);
  }

  /** Sends the response headers before the first response, if there are any. */
  protected sendFirstHeaders(): void {
    const headers = this.takeFirstHeaders();
    if (headers !== undefined) this.environment.transport.sendHeaders(this.streamId, headers);
  }

  /** The response headers that are to go out; undefined when they have, or when there are none. */
  protected takeFirstHeaders(): RpcMetadata | undefined {
    const headers = this.context.takeHeaders();
    return headers === undefined || headers.size === 0 ? undefined : headers;
  }

  /** Encodes a response. */
  protected encode(value: unknown): unknown {
    return encodeResponse(this.environment, this.served.method, value);
  }
}
