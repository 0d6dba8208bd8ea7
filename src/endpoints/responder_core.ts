import type { CallEnvironment } from "../calls/call_environment.ts";
import type { RpcHandlerContext } from "../calls/handler_context.ts";
import type { ServedCallEnvironment, ServedMethod } from "../calls/served_call.ts";
import { endWithError, givesMany } from "../calls/served_messages.ts";
import { ServedResponseStream } from "../calls/served_response_stream.ts";
import { ServedSingleResponse } from "../calls/served_single_response.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import { checkContracts } from "../contracts/check_contracts.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, type RpcStatusName } from "../protocol/status.ts";
import { compose, type RpcResponderCall, type RpcResponderInterceptor } from "./interceptor.ts";
import { RpcEndpointPingProtocol } from "./ping_protocol.ts";
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
      onHandlerStart: () => this.#runningHandlers++,
      onHandlerEnd: () => this.#runningHandlers--,
      onHandlerError: (error, context) => {
        const name = error instanceof Error ? error.name : typeof error;
        environment.logger.error("Handler failed", { path: context.path, name });
        onHandlerError?.(error, context);
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
      return RpcEndpointPingProtocol.answer(transport, streamId);
    }
    const served = this.#methods.get(path);
    if (served === undefined) {
      const name = path.slice(1).replace("/", ".");
      return this.#refuse(streamId, "UNIMPLEMENTED", `Method ${name} is not registered`);
    }
    if (this.#isDraining) {
      return this.#refuse(streamId, "UNAVAILABLE", "Server is shutting down");
    }
    const { maxHandlers } = transport.limits;
    if (this.#runningHandlers >= maxHandlers) {
      const text = `Too many concurrent handlers (max: ${maxHandlers})`;
      return this.#refuse(streamId, "RESOURCE_EXHAUSTED", text);
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
    if (this.#interceptors.length === 0) return served;
    const { method, handler } = served;
    const isAsync = !givesMany(method.shape);
    const step = compose<RpcResponderCall>(
      this.#interceptors,
      method.shape,
      // Interceptors wait for a promise, where a handler may answer at once.
      (request, call) =>
        isAsync ? answerLater(handler, request, call.context) : handler(request, call.context),
    );
    return { method, handler: (request, context) => step(request, { method, context }) };
  }

  #refuse(streamId: number, code: Exclude<RpcStatusName, "OK">, text: string): void {
    const error = new RpcError(RpcStatus[code], text, {
      maybeExecuted: false,
      ...(code === "RESOURCE_EXHAUSTED"
        ? { details: [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }] }
        : {}),
    });
    const trailers = RpcMetadata.empty;
    endWithError(this.#environment, streamId, { error, headers: undefined, trailers });
  }

  #callEnded(): void {
    this.#openCalls--;
    if (this.#openCalls === 0) this.#whenIdle?.resolve();
  }
}

async function answerLater(
  handler: ServedMethod["handler"],
  request: unknown,
  context: RpcHandlerContext,
): Promise<unknown> {
  return await handler(request, context);
}
