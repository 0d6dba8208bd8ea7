import { CALL_ENDED_TEXT } from "../calls/abort.ts";
import type { CallEnvironment } from "../calls/call_environment.ts";
import type { OutgoingRequest } from "../calls/outgoing_call.ts";
import { callForMany } from "../calls/response_stream_call.ts";
import { callForOne } from "../calls/single_response_call.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcShape } from "../contracts/method.ts";
import type { RpcResponseStream } from "../contracts/response_stream.ts";
import type { RpcSource } from "../contracts/source.ts";
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
import { SourceIterator } from "./source_iterator.ts";

const NO_OPTIONS: RpcCallOptions = /* @__PURE__ */ Object.freeze({});

/** Makes calls: the part that caller and peer endpoints share. */
export class CallerCore {
  readonly environment: CallEnvironment;
  #interceptors: readonly RpcCallerInterceptor[];
  /** Shapes that an interceptor wraps; calls of others pay nothing for interceptors. */
  #wrapped: ReadonlySet<RpcShape>;

  constructor(environment: CallEnvironment, interceptors: readonly RpcCallerInterceptor[]) {
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
    const isMany = method.shape === "clientStream";
    if (!this.#wrapped.has(method.shape)) {
      return callForOne(this.environment, method, {
        request: toRequest(request, isMany),
        call: options,
      });
    }
    const withinTime = shareTime(options, this.environment.clock);
    const step = compose<RpcCallerCall>(
      this.#interceptors,
      method.shape,
      (inner, call) =>
        callForOne(this.environment, call.method, {
          request: toRequest(inner, isMany),
          call: withinTime(call.options),
        }),
    );
    if (!isMany) return settle(() => step(request, { method, options }));
    return withSource(request, (requests) => step(requests, { method, options }));
  }

  /** Makes a call with many responses. */
  callMany(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions = NO_OPTIONS,
  ): RpcResponseStream<unknown> {
    const isMany = method.shape === "bidirectional";
    if (!this.#wrapped.has(method.shape)) {
      return callForMany(this.environment, method, {
        request: toRequest(request, isMany),
        call: options,
      });
    }
    const withinTime = shareTime(options, this.environment.clock);
    let requests: SourceIterator | undefined;
    return new InterceptedStream({
      wrap: (onCall) => {
        if (isMany) requests = new SourceIterator(toSource(request));
        const step = compose<RpcCallerCall>(this.#interceptors, method.shape, (inner, call) => {
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
      onEnd: () => requests?.abort(callEnded()),
    });
  }
}

function toRequest(request: unknown, isMany: boolean): OutgoingRequest {
  return isMany ? { kind: "many", source: toSource(request) } : { kind: "one", value: request };
}

function toSource(request: unknown): RpcSource<unknown> {
  // The type of the client says so; what is not a source fails the call where it is read.
  return request as RpcSource<unknown>;
}

/** An interceptor that throws fails the call, not the one who makes it. */
async function settle(step: () => unknown): Promise<unknown> {
  return await step();
}

/** Gives interceptors the requests, which are let go of when they have answered. */
async function withSource(
  request: unknown,
  step: (requests: SourceIterator) => unknown,
): Promise<unknown> {
  const requests = new SourceIterator(toSource(request));
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
