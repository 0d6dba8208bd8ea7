import type { CallEnvironment } from "../calls/call_environment.ts";
import type { OutgoingRequest } from "../calls/outgoing_call.ts";
import { callForMany } from "../calls/response_stream_call.ts";
import { callForOne } from "../calls/single_response_call.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcResponseStream } from "../contracts/response_stream.ts";
import type { RpcSource } from "../contracts/source.ts";
import { InterceptedStream, iterateSource } from "./intercepted_stream.ts";
import { compose, type RpcCallerCall, type RpcCallerInterceptor } from "./interceptor.ts";

const NO_OPTIONS: RpcCallOptions = Object.freeze({});

/** Makes calls: the part that caller and peer endpoints share. */
export class CallerCore {
  readonly environment: CallEnvironment;
  #interceptors: readonly RpcCallerInterceptor[];

  constructor(environment: CallEnvironment, interceptors: readonly RpcCallerInterceptor[]) {
    this.environment = environment;
    this.#interceptors = [...interceptors];
  }

  /** Adds an interceptor inside those that are there; calls under way keep theirs. */
  addInterceptor(interceptor: RpcCallerInterceptor): void {
    this.#interceptors = [...this.#interceptors, interceptor];
  }

  /** Makes a call with one response. */
  callOne(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions = NO_OPTIONS,
  ): Promise<unknown> {
    const isMany = method.shape === "clientStream";
    if (this.#interceptors.length === 0) {
      return callForOne(this.environment, method, {
        request: toRequest(request, isMany),
        call: options,
      });
    }
    const step = compose<RpcCallerCall>(
      this.#interceptors,
      method.shape,
      (inner, call) =>
        callForOne(this.environment, call.method, {
          request: toRequest(inner, isMany),
          call: call.options,
        }),
    );
    const outer = isMany ? iterateSource(toSource(request)) : request;
    return settle(() => step(outer, { method, options }));
  }

  /** Makes a call with many responses. */
  callMany(
    method: RpcContractMethod,
    request: unknown,
    options: RpcCallOptions = NO_OPTIONS,
  ): RpcResponseStream<unknown> {
    const isMany = method.shape === "bidirectional";
    if (this.#interceptors.length === 0) {
      return callForMany(this.environment, method, {
        request: toRequest(request, isMany),
        call: options,
      });
    }
    const outer = isMany ? iterateSource(toSource(request)) : request;
    return new InterceptedStream((onCall) => {
      const step = compose<RpcCallerCall>(this.#interceptors, method.shape, (inner, call) => {
        const made = callForMany(this.environment, call.method, {
          request: toRequest(inner, isMany),
          call: call.options,
        });
        onCall(made);
        return made;
      });
      // The hooks of a shape with many responses return them as an async iterable.
      return step(outer, { method, options }) as AsyncIterable<unknown>;
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
