import type { BatchKeeper } from "../calls/batch_keeper.ts";
import type { CallEnvironment, StreamCall } from "../calls/call_environment.ts";
import type { RpcHandlerContext } from "../calls/handler_context.ts";
import type { ServedCallEnvironment, ServedMethod } from "../calls/served_stream.ts";
import { endWithError, givesMany } from "../calls/served_messages.ts";
import { ServedResponseStream } from "../calls/served_response_stream.ts";
import { ServedSingleResponse } from "../calls/served_single_response.ts";
import { callHook } from "../internal/call_hook.ts";
import type { IdMap } from "../internal/id_map.ts";
import type { RpcClock } from "../internal/clock.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcShape } from "../contracts/method.ts";
import type { RpcSource } from "../sources/source.ts";
import { nameOf } from "../internal/thrown.ts";
import type { RpcLogger } from "../logger.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import {
  compose,
  findWrappedShapes,
  keepInterceptors,
  NO_INTERCEPTORS,
  type RpcResponderCall,
  type RpcResponderInterceptor,
} from "./interceptor.ts";
import { PING_PATH } from "./ping_protocol.ts";
import type { RpcResponderContract } from "./responder_contract.ts";
import { ServiceTable } from "./service_table.ts";
import { SourceIterator } from "../sources/source_iterator.ts";
import { answerUnserved } from "./unserved_call.ts";

/** What a {@linkcode ResponderCore} needs beside the environment of its calls. */
export interface ResponderCoreOptions {
  readonly contracts?: readonly RpcResponderContract[];
  readonly interceptors?: readonly RpcResponderInterceptor[];
  /** Takes what a handler threw that is not an `RpcError`. */
  readonly onHandlerError?: ((error: unknown, context: RpcHandlerContext) => void) | undefined;
}

/**
 * Serves calls: the part that responder and peer endpoints share. It is what its calls need of their
 * endpoint.
 */
export class ResponderCore implements ServedCallEnvironment {
  readonly #environment: CallEnvironment;
  readonly #hook: ResponderCoreOptions["onHandlerError"];
  #services: ServiceTable;
  #interceptors: readonly RpcResponderInterceptor[];
  /** Shapes that an interceptor wraps; calls of others pay nothing for interceptors. */
  #wrapped: ReadonlySet<RpcShape>;
  #runningHandlers = 0;
  #openCalls = 0;
  /** Made when new calls are refused; settles when none is open. */
  #drained: Deferred<void> | undefined;

  constructor(environment: CallEnvironment, options: ResponderCoreOptions) {
    this.#environment = environment;
    this.#hook = options.onHandlerError;
    this.#services = ServiceTable.of(options.contracts ?? []);
    this.#interceptors = keepInterceptors(options.interceptors ?? NO_INTERCEPTORS);
    this.#wrapped = findWrappedShapes(this.#interceptors);
  }

  get transport(): IRpcTransport {
    return this.#environment.transport;
  }

  get clock(): RpcClock {
    return this.#environment.clock;
  }

  get logger(): RpcLogger {
    return this.#environment.logger;
  }

  get calls(): IdMap<StreamCall> {
    return this.#environment.calls;
  }

  get codec(): RpcCodec | undefined {
    return this.#environment.codec;
  }

  get keeper(): BatchKeeper {
    return this.#environment.keeper;
  }

  /** Handlers that have not ended. */
  get runningHandlers(): number {
    return this.#runningHandlers;
  }

  /** Names of the services that are served. */
  get services(): string[] {
    return this.#services.services;
  }

  /** Adds an interceptor inside those that are there; calls under way keep theirs. */
  addInterceptor(interceptor: RpcResponderInterceptor): void {
    this.#interceptors = [...this.#interceptors, interceptor];
    this.#wrapped = findWrappedShapes(this.#interceptors);
  }

  /**
   * Registers contracts, all of them or none.
   *
   * @throws {TypeError} When a service is there already, or a method has no handler
   */
  register(contracts: readonly RpcResponderContract[]): void {
    this.#services = this.#services.with(contracts);
  }

  /** Takes a call that the peer opened. */
  accept(opening: OpenFrame<unknown>): void {
    const { streamId, path } = opening;
    const served = path === PING_PATH ? undefined : this.#services.find(path);
    if (served === undefined) return answerUnserved(this.transport, opening);
    if (this.#drained !== undefined) {
      return this.#refuse(streamId, new RpcError(RpcStatus.UNAVAILABLE, "Server is shutting down"));
    }
    this.#openCalls++;
    const Call = givesMany(served.method.shape) ? ServedResponseStream : ServedSingleResponse;
    new Call(this, this.#intercept(served), opening).start(opening);
  }

  /**
   * Refuses new calls from now on; those that run go on.
   *
   * @returns Settles when none runs any more
   */
  drain(): Promise<void> {
    this.#drained ??= createDeferred();
    if (this.#openCalls === 0) this.#drained.resolve();
    return this.#drained.promise;
  }

  #intercept(served: ServedMethod): ServedMethod {
    const { method, handler } = served;
    if (!this.#wrapped.has(method.shape)) return served;
    // Interceptors get a promise or an async iterable, where a handler may answer otherwise.
    const answer = givesMany(method.shape) ? answerMany : answerLater;
    const step = compose<RpcResponderCall>(
      this.#interceptors,
      method.shape,
      (request, call) => answer(handler, request, call.context),
    );
    return { method, handler: (request, context) => step(request, { method, context }) };
  }

  /** Refuses a call that no handler has seen. */
  #refuse(streamId: number, error: RpcError): void {
    endWithError(this, streamId, {
      error,
      headers: undefined,
      trailers: RpcMetadata.empty,
      maybeExecuted: false,
    });
  }

  admitHandler(): RpcError | undefined {
    const { maxHandlers } = this.transport.limits;
    if (this.#runningHandlers >= maxHandlers) {
      const text = `Too many concurrent handlers (max: ${maxHandlers})`;
      return new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text, {
        details: [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }],
      });
    }
    this.#runningHandlers++;
    return undefined;
  }

  onHandlerEnd(): void {
    this.#runningHandlers--;
  }

  onHandlerError(error: unknown, context: RpcHandlerContext): void {
    this.logger.error("Handler failed", { path: context.path, name: nameOf(error) });
    // The hook's own fault is not the call's.
    callHook(() => this.#hook?.(error, context), (fault) => {
      this.logger.error("Hook for errors of handlers threw", { name: nameOf(fault) });
    });
  }

  onCallEnd(): void {
    this.#openCalls--;
    if (this.#openCalls === 0) this.#drained?.resolve();
  }
}

async function answerLater(
  handler: ServedMethod["handler"],
  request: unknown,
  context: RpcHandlerContext,
): Promise<unknown> {
  return await handler(request, context);
}

function answerMany(
  handler: ServedMethod["handler"],
  request: unknown,
  context: RpcHandlerContext,
): AsyncIterable<unknown> {
  // The type of the handler says so; what is no source is refused where it is read.
  const source = new SourceIterator(handler(request, context) as RpcSource<unknown>);
  // An interceptor that waits for the source cannot be stopped before its read has ended.
  const { signal } = context;
  const leave = (): void => void source.leave(signal.reason);
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return source;
}
