import type { CallEnvironment } from "../calls/call_environment.ts";
import type { RpcHandlerContext } from "../calls/handler_context.ts";
import type { ServedCallEnvironment, ServedMethod } from "../calls/served_call.ts";
import { endWithError, givesMany } from "../calls/served_messages.ts";
import { ServedResponseStream } from "../calls/served_response_stream.ts";
import { ServedSingleResponse } from "../calls/served_single_response.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import { checkContracts } from "../contracts/check_contracts.ts";
import type { RpcSource } from "../contracts/source.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import { compose, type RpcResponderCall, type RpcResponderInterceptor } from "./interceptor.ts";
import { answerPing } from "./ping_call.ts";
import { RpcEndpointPingProtocol } from "./ping_protocol.ts";
import { SourceIterator } from "./source_iterator.ts";
import type { RpcResponderContract } from "./responder_contract.ts";

/** What a {@linkcode ResponderCore} needs beside the environment of its calls. */
export interface ResponderCoreOptions {
  readonly interceptors: readonly RpcResponderInterceptor[];
  /** Takes what a handler threw that is not an `RpcError`. */
  readonly onHandlerError: ((error: unknown, context: RpcHandlerContext) => void) | undefined;
}

/** Serves calls: the part that responder and peer endpoints share. */
export class ResponderCore {
  readonly #environment: ServedCallEnvironment;
  readonly #services: Map<string, RpcResponderContract> = new Map();
  readonly #methods: Map<string, ServedMethod> = new Map();
  #interceptors: readonly RpcResponderInterceptor[];
  #runningHandlers = 0;
  #isDraining = false;
  #openCalls = 0;
  #whenIdle: Deferred<void> | undefined;

  constructor(environment: CallEnvironment, options: ResponderCoreOptions) {
    this.#interceptors = [...options.interceptors];
    const { onHandlerError } = options;
    this.#environment = {
      ...environment,
      onCallEnd: () => this.#callEnded(),
      admitHandler: () => this.#admitHandler(),
      onHandlerEnd: () => this.#runningHandlers--,
      onHandlerError: (error, context) => {
        environment.logger.error("Handler failed", { path: context.path, name: nameOf(error) });
        try {
          onHandlerError?.(error, context);
        } catch (fault) {
          // The hook's own fault is not the call's.
          environment.logger.error("Hook for errors of handlers threw", { name: nameOf(fault) });
        }
      },
    };
  }

  /** Handlers that have not ended. */
  get runningHandlers(): number {
    return this.#runningHandlers;
  }

  /** Names of the services that are served. */
  get services(): string[] {
    return [...this.#services.keys()];
  }

  /** Adds an interceptor inside those that are there; calls under way keep theirs. */
  addInterceptor(interceptor: RpcResponderInterceptor): void {
    this.#interceptors = [...this.#interceptors, interceptor];
  }

  /**
   * Registers contracts, all of them or none.
   *
   * @throws {TypeError} When a service is there already, or a method has no handler
   */
  register(contracts: readonly RpcResponderContract[]): void {
    checkContracts(contracts.map(({ contract }) => contract), this.#services);
    const methods = contracts.flatMap((contract) => contract.getServedMethods());
    for (const contract of contracts) this.#services.set(contract.contract.name, contract);
    for (const served of methods) this.#methods.set(served.method.path, served);
  }

  /** Takes a call that the peer opened. */
  accept(opening: OpenFrame<unknown>): void {
    const { transport } = this.#environment;
    const { streamId, path } = opening;
    if (path === RpcEndpointPingProtocol.path) {
      return answerPing(transport, streamId);
    }
    const served = this.#methods.get(path);
    if (served === undefined) {
      const name = path.slice(1).replace("/", ".");
      const text = `Method ${name} is not registered`;
      return this.#refuse(streamId, new RpcError(RpcStatus.UNIMPLEMENTED, text));
    }
    if (this.#isDraining) {
      return this.#refuse(streamId, new RpcError(RpcStatus.UNAVAILABLE, "Server is shutting down"));
    }
    this.#openCalls++;
    const Call = givesMany(served.method.shape) ? ServedResponseStream : ServedSingleResponse;
    new Call(this.#environment, this.#intercept(served), opening).start(opening);
  }

  /**
   * Refuses new calls from now on; those that run go on.
   *
   * @returns Settles when none runs any more
   */
  drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#openCalls === 0) return Promise.resolve();
    this.#whenIdle ??= createDeferred();
    return this.#whenIdle.promise;
  }

  #intercept(served: ServedMethod): ServedMethod {
    const { method, handler } = served;
    // Calls of a shape that no interceptor wraps pay nothing for interceptors.
    if (this.#interceptors.every(({ [method.shape]: hook }) => hook === undefined)) return served;
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
    endWithError(this.#environment, streamId, {
      error,
      headers: undefined,
      trailers: RpcMetadata.empty,
      maybeExecuted: false,
    });
  }

  #admitHandler(): RpcError | undefined {
    const { maxHandlers } = this.#environment.transport.limits;
    if (this.#runningHandlers >= maxHandlers) {
      const text = `Too many concurrent handlers (max: ${maxHandlers})`;
      return new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text, {
        details: [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }],
      });
    }
    this.#runningHandlers++;
    return undefined;
  }

  #callEnded(): void {
    this.#openCalls--;
    if (this.#openCalls === 0) this.#whenIdle?.resolve();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
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
  return new SourceIterator(handler(request, context) as RpcSource<unknown>);
}
