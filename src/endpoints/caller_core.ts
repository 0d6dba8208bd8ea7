import { CALL_ENDED_TEXT } from "../calls/abort.ts";
import type { OutgoingRequest } from "../calls/outgoing_call.ts";
import { callForMany } from "../calls/response_stream_call.ts";
import { callForOne } from "../calls/single_response_call.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcShape } from "../contracts/method.ts";
import type { RpcResponseStream } from "../contracts/response_stream.ts";
import type { RpcSource } from "../sources/source.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import { InterceptedStream } from "./intercepted_stream.ts";
import {
  compose,
  findWrappedShapes,
  keepInterceptors,
  type RpcCallerCall,
  type RpcCallerInterceptor,
} from "./interceptor.ts";
import { shareTime } from "./share_time.ts";
import type { SourceIterator } from "../sources/source_iterator.ts";
import { sourcesOf } from "../sources/request_sources.ts";
import { type CallerEnvironment, WrappedCall } from "./wrapped_call.ts";

const NO_OPTIONS: RpcCallOptions = /* @__PURE__ */ Object.freeze({});

/** Makes calls: the part that caller and peer endpoints share. */
export class CallerCore {
  readonly environment: CallerEnvironment;
  #interceptors: readonly RpcCallerInterceptor[];
  /** Shapes that an interceptor wraps; calls of others pay nothing for interceptors. */
  #wrapped: ReadonlySet<RpcShape>;

  constructor(environment: CallerEnvironment, interceptors: readonly RpcCallerInterceptor[]) {
    this.environment = environment;
    this.#interceptors = keepInterceptors(interceptors);
    this.#wrapped = findWrappedShapes(this.#interceptors);
  }

  /** Adds an interceptor inside those that are there; calls under way keep theirs. */
  addInterceptor(interceptor: RpcCallerInterceptor): void {
    this.#interceptors = [...this.#interceptors, interceptor];
    this.#wrapped = findWrappedShapes(this.#interceptors);
  }

  /** Makes a call with one response. */
  callOne(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions = NO_OPTIONS,
  ): Promise<unknown> {
    if (this.#wrapped.has(method.shape)) return this.#interceptOne(method, request, options);
    return callForOne(this.environment, method, {
      request: toRequest(request, method.shape === "clientStream"),
      call: options,
    });
  }

  /** Makes a call with many responses. */
  callMany(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions = NO_OPTIONS,
  ): RpcResponseStream<unknown> {
    if (this.#wrapped.has(method.shape)) return this.#interceptMany(method, request, options);
    return callForMany(this.environment, method, {
      request: toRequest(request, method.shape === "bidirectional"),
      call: options,
    });
  }

  #interceptOne(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions,
  ): Promise<unknown> {
    const isMany = method.shape === "clientStream";
    const withinTime = shareTime(options, this.environment.clock);
    const wrapped = new WrappedCall(this.environment);
    const step = compose<RpcCallerCall>(this.#interceptors, method.shape, (inner, call) => {
      wrapped.noteCall();
      return callForOne(this.environment, call.method, {
        request: toRequest(inner, isMany),
        call: withinTime(call.options),
      });
    });
    if (!isMany) return wrapped.settle(options, () => step(request, { method, options }));
    return withSource(
      method,
      request,
      (requests) => wrapped.settle(options, () => step(requests, { method, options })),
    );
  }

  #interceptMany(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions,
  ): RpcResponseStream<unknown> {
    const isMany = method.shape === "bidirectional";
    const withinTime = shareTime(options, this.environment.clock);
    const wrapped = new WrappedCall(this.environment);
    let requests: SourceIterator | undefined;
    const stream: InterceptedStream = new InterceptedStream({
      wrap: (onCall) => {
        wrapped.start(options, (error) => stream.abort(error));
        if (isMany) requests = sourcesOf(method).createIterator(toSource(request));
        const step = compose<RpcCallerCall>(this.#interceptors, method.shape, (inner, call) => {
          wrapped.noteCall();
          const made = callForMany(this.environment, call.method, {
            request: toRequest(inner, isMany),
            call: withinTime(call.options),
          });
          onCall(made);
          return made;
        });
        // The hooks of a shape with many responses return them as an async iterable.
        return step(requests ?? request, { method, options }) as AsyncIterable<unknown>;
      },
      onEnd: () => {
        wrapped.stop();
        requests?.abort(callEnded());
      },
    });
    return stream;
  }
}

function toRequest(request: unknown, isMany: boolean): OutgoingRequest {
  return isMany ? { kind: "many", source: toSource(request) } : { kind: "one", value: request };
}

function toSource(request: unknown): RpcSource<unknown> {
  // The type of the client says so; what is not a source fails the call where it is read.
  return request as RpcSource<unknown>;
}

/** Gives interceptors the requests, which are let go of when they have answered. */
async function withSource(
  method: RpcContractMethod,
  request: unknown,
  step: (requests: SourceIterator) => unknown,
): Promise<unknown> {
  const requests = sourcesOf(method).createIterator(toSource(request));
  try {
    return await step(requests);
  } finally {
    requests.abort(callEnded());
  }
}

/** What an interceptor that still reads requests gets. */
function callEnded(): RpcError {
  return new RpcError(RpcStatus.CANCELLED, CALL_ENDED_TEXT);
}
