import type { RpcHandlerContext } from "../calls/handler_context.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcContractMethod } from "../contracts/contract.ts";
import { SHAPES } from "../contracts/create_method.ts";
import type { RpcShape } from "../contracts/method.ts";

/** A call as the interceptors of its caller see it. */
export interface RpcCallerCall {
  /** The method that is called. */
  readonly method: RpcContractMethod;
  /**
   * Settings of the call; hand changed ones to `next`. The time that the caller gave is for all tries
   * together: one that is made later has what is left of it, or less where the settings say so. When
   * it is over, or the caller's signal aborts, the call ends, also while an interceptor waits.
   */
  readonly options: RpcCallOptions;
}

/** A call as the interceptors of its responder see it. */
export interface RpcResponderCall {
  /** The method that is called. */
  readonly method: RpcContractMethod;
  /** The context that the handler gets. */
  readonly context: RpcHandlerContext;
}

/**
 * Wraps calls, for logging, authentication, retries, measuring. Each hook may be left out; calls of
 * that shape then pass. What `next` is given goes on to the interceptor added after, and at last to
 * the wire or the handler; leaving `next` out answers the call without them.
 *
 * @typeParam Call {@linkcode RpcCallerCall} or {@linkcode RpcResponderCall}
 *
 * @example Add a header to every call
 * ```ts
 * import type { RpcCallerInterceptor } from "@rpc-ts/websocket/endpoints";
 *
 * const tenant: RpcCallerInterceptor = {
 *   unary: (call, request, next) =>
 *     next(request, { ...call, options: { ...call.options, metadata: { "x-tenant": "acme" } } }),
 * };
 * if (tenant.serverStream !== undefined) throw new Error("unexpected hook");
 * ```
 */
export interface RpcInterceptor<Call> {
  /** Wraps a call with one request and one response. */
  unary?(
    call: Call,
    request: unknown,
    next: (request: unknown, call?: Call) => Promise<unknown>,
  ): Promise<unknown>;
  /** Wraps a call with one request and many responses. */
  serverStream?(
    call: Call,
    request: unknown,
    next: (request: unknown, call?: Call) => AsyncIterable<unknown>,
  ): AsyncIterable<unknown>;
  /** Wraps a call with many requests and one response. */
  clientStream?(
    call: Call,
    requests: AsyncIterable<unknown>,
    next: (requests: AsyncIterable<unknown>, call?: Call) => Promise<unknown>,
  ): Promise<unknown>;
  /** Wraps a call with many requests and many responses. */
  bidirectional?(
    call: Call,
    requests: AsyncIterable<unknown>,
    next: (requests: AsyncIterable<unknown>, call?: Call) => AsyncIterable<unknown>,
  ): AsyncIterable<unknown>;
}

/** Wraps calls on the side that makes them. */
export type RpcCallerInterceptor = RpcInterceptor<RpcCallerCall>;

/** Wraps calls on the side that serves them. */
export type RpcResponderInterceptor = RpcInterceptor<RpcResponderCall>;

/** The call that the innermost interceptor reaches. */
export type CallStep<Call> = (request: unknown, call: Call) => unknown;

/** One hook, whatever its shape. */
type Hook<Call> = (
  call: Call,
  request: unknown,
  next: (request: unknown, call?: Call) => unknown,
) => unknown;

const NO_SHAPES: ReadonlySet<RpcShape> = /* @__PURE__ */ new Set();

/** What those have who are given no interceptors. */
export const NO_INTERCEPTORS: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/** The list as it is now, whatever becomes of it. */
export function keepInterceptors<Interceptor>(
  interceptors: readonly Interceptor[],
): readonly Interceptor[] {
  return Object.isFrozen(interceptors) ? interceptors : [...interceptors];
}

/** The shapes of calls that one of the interceptors wraps. */
export function findWrappedShapes<Call>(
  interceptors: readonly RpcInterceptor<Call>[],
): ReadonlySet<RpcShape> {
  if (interceptors.length === 0) return NO_SHAPES;
  return new Set(SHAPES.filter((shape) => interceptors.some((one) => one[shape] !== undefined)));
}

/**
 * Puts interceptors around a call, the first outermost.
 *
 * @returns `base` itself when no interceptor wraps calls of this shape
 */
export function compose<Call>(
  interceptors: readonly RpcInterceptor<Call>[],
  shape: RpcShape,
  base: CallStep<Call>,
): CallStep<Call> {
  return interceptors.reduceRight<CallStep<Call>>((inner, interceptor) => {
    // The four hooks differ in what they take and return only, which fits the shape.
    const hook = interceptor[shape] as Hook<Call> | undefined;
    if (hook === undefined) return inner;
    return (request, call) =>
      hook.call(interceptor, call, request, (changed, other = call) => inner(changed, other));
  }, base);
}
