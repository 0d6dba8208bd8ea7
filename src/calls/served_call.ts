import type { RpcContractMethod } from "../contracts/contract.ts";
import { INTERNAL_ERROR_TEXT, validateRequest } from "../contracts/validation.ts";
import type { RpcTimer } from "../internal/clock.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import type { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, toStatusCode } from "../protocol/status.ts";
import type { RpcTransportMessage } from "../transports/message.ts";
import { deadlineError, ENDPOINT_CLOSED_TEXT } from "./abort.ts";
import type { CallEnvironment, StreamCall } from "./call_environment.ts";
import { RpcHandlerContext } from "./handler_context.ts";
import { InboundQueue } from "./inbound_queue.ts";
import {
  decodeRequest,
  encodeResponse,
  endWithError,
  joinMetadata,
  takesMany,
} from "./served_messages.ts";

/** A method with the function that serves it, interceptors included. */
export interface ServedMethod {
  readonly method: RpcContractMethod;
  /** Takes the request, or an async iterable of requests; returns a response, or a source of them. */
  readonly handler: (request: unknown, context: RpcHandlerContext) => unknown;
}

/** What a served call needs of its endpoint. */
export interface ServedCallEnvironment extends CallEnvironment {
  /** Called when a call has ended, whether or not its handler has. */
  readonly onCallEnd: () => void;
  /** Asked before a handler is run, which then counts; answers why it may not. */
  readonly admitHandler: () => RpcError | undefined;
  /** Called when a handler that was admitted has ended, however late, or did not come to run. */
  readonly onHandlerEnd: () => void;
  /** Takes what a handler threw that is not an `RpcError`. */
  readonly onHandlerError: (error: unknown, context: RpcHandlerContext) => void;
}

type ServedState =
  /** The request has not come. */
  | { readonly kind: "waiting"; readonly timer: RpcTimer }
  | { readonly kind: "running" }
  | { readonly kind: "ended" };

/**
 * The serving half of a call, whatever its shape: it runs the handler once, and ends exactly once. A
 * handler that ignores its signal cannot be stopped, but nobody waits for it: its call ends without
 * it. Subclasses say how the answer is sent.
 */
export abstract class ServedCall implements StreamCall {
  protected readonly environment: ServedCallEnvironment;
  protected readonly served: ServedMethod;
  protected readonly streamId: number;
  protected readonly context: RpcHandlerContext;
  #state: ServedState = { kind: "running" };
  #deadline: RpcTimer | undefined;
  #requests: InboundQueue<unknown> | undefined;
  /** Whether the handler has been called; the caller is told, so that it knows what to try again. */
  #hasRun = false;

  constructor(
    environment: ServedCallEnvironment,
    served: ServedMethod,
    opening: OpenFrame<unknown>,
  ) {
    const { clock, logger, transport } = environment;
    const { timeoutMs, headers, streamId } = opening;
    this.environment = environment;
    this.served = served;
    this.streamId = streamId;
    this.context = new RpcHandlerContext({
      path: served.method.path,
      metadata: headers,
      peer: transport.peer,
      clock,
      logger,
      deadline: timeoutMs === undefined ? undefined : clock.now() + timeoutMs,
      tightenDeadline: (deadline) => this.#armDeadline(Math.max(0, deadline - clock.now())),
      sendHeaders: () => this.#sendHeaders(),
    });
    if (timeoutMs !== undefined) this.#armDeadline(timeoutMs);
  }

  /** Runs the handler and sends what it answers; what it throws is caught where it is called. */
  protected abstract answer(request: unknown): void;

  /** Lets go of what a subclass holds. */
  protected onRelease(): void {}

  /** Whether the call has ended, with or without its handler. */
  protected get isEnded(): boolean {
    return this.#state.kind === "ended";
  }

  /** Begins: runs the handler, or waits for the request that it needs. */
  start(opening: OpenFrame<unknown>): void {
    this.environment.calls.set(this.streamId, this);
    if (takesMany(this.served.method.shape)) return this.#startMany(opening);
    if (opening.message !== undefined) return this.#startOne(opening.message);
    if (opening.end) return this.#endWithoutRequest();
    const { clock, transport } = this.environment;
    const { halfOpenTimeoutMs } = transport.limits;
    const timer = clock.setTimer(() => {
      const text = `Stream was half-open for ${halfOpenTimeoutMs} ms without a request message`;
      this.fail(new RpcError(RpcStatus.DEADLINE_EXCEEDED, text));
    }, halfOpenTimeoutMs);
    this.#state = { kind: "waiting", timer };
  }

  receive(message: RpcTransportMessage): void {
    switch (message.kind) {
      case "message":
        return this.#takeMessage(message.message);
      case "halfClose":
        if (this.#state.kind === "waiting") return this.#endWithoutRequest();
        return this.#requests?.end();
      case "cancel": {
        if (this.isEnded) return;
        const code = toStatusCode(message.code);
        const given = code === RpcStatus.OK ? RpcStatus.CANCELLED : code;
        this.#leave();
        return this.#release(new RpcError(given, message.reason));
      }
    }
  }

  abort(error: RpcError): void {
    this.fail(error);
  }

  close(): void {
    this.fail(new RpcError(RpcStatus.UNAVAILABLE, ENDPOINT_CLOSED_TEXT));
  }

  /** Sends the response headers before the first response, if there are any. */
  protected sendFirstHeaders(): void {
    const headers = this.#takeHeaders();
    if (headers !== undefined) this.environment.transport.sendHeaders(this.streamId, headers);
  }

  /** Encodes a response. */
  protected encode(value: unknown): unknown {
    return encodeResponse(this.environment, this.served.method, value);
  }

  /** Ends the call well, with the last message if there is one. */
  protected finish(message: unknown): void {
    if (this.isEnded) return;
    this.environment.transport.endStream(this.streamId, {
      code: RpcStatus.OK,
      text: "",
      details: [],
      maybeExecuted: true,
      headers: this.#takeHeaders(),
      trailers: this.context.trailers,
      message,
    });
    this.#leave();
    this.#release(undefined);
  }

  /** Ends the call with a failure, once. */
  protected fail(error: RpcError): void {
    if (this.isEnded) return;
    const headers = this.#takeHeaders();
    const trailers = joinMetadata(this.context.trailers, error.trailers);
    // An error that a handler hands on from another call knows nothing of this one.
    const maybeExecuted = this.#hasRun;
    this.#leave();
    endWithError(this.environment, this.streamId, { error, headers, trailers, maybeExecuted });
    // Last, as it runs code of the user, which may close the transport.
    this.#release(error);
  }

  /** Ends the call with what the handler threw, which only an `RpcError` may say itself. */
  protected readonly failWith = (error: unknown): void => {
    if (this.isEnded) return this.reportLate(error);
    if (error instanceof RpcError) {
      // What went wrong on this side is told in full here, and only in general there.
      const isOurs = error.code === RpcStatus.INTERNAL && error.cause !== undefined;
      if (isOurs) this.environment.onHandlerError(error, this.context);
      return this.fail(error);
    }
    this.environment.onHandlerError(error, this.context);
    this.fail(new RpcError(RpcStatus.INTERNAL, INTERNAL_ERROR_TEXT, { cause: error }));
  };

  /** Reports what failed after the end of the call, unless it only hands on that it has ended. */
  protected readonly reportLate = (error: unknown): void => {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (error instanceof RpcError || isAbort) return;
    this.environment.onHandlerError(error, this.context);
  };

  #takeMessage(message: unknown): void {
    if (this.#requests !== undefined) return this.#requests.push(message);
    this.#releaseMessage(message instanceof Uint8Array ? message.length : 0);
    if (this.#state.kind === "waiting") return this.#startOne(message);
    const text = "More than one request on a call that carries one";
    this.fail(new RpcError(RpcStatus.INTERNAL, text));
  }

  #startMany(opening: OpenFrame<unknown>): void {
    const requests = new InboundQueue<unknown>({
      decode: (message) => this.#toRequest(message),
      release: (bytes) => this.#releaseMessage(bytes),
      onDecodeError: (error) => this.#failRequest(error),
      // A handler may read no more and still answer.
      onReturn: () => {},
    });
    this.#requests = requests;
    if (opening.message !== undefined) requests.pushUncharged(opening.message);
    if (opening.end) requests.end();
    if (this.#admit()) this.#run(requests);
  }

  #startOne(message: unknown): void {
    if (this.#state.kind === "waiting") this.environment.clock.clearTimer(this.#state.timer);
    this.#state = { kind: "running" };
    if (!this.#admit()) return;
    try {
      const request = this.#toRequest(message);
      if (request instanceof Promise) request.then(this.#run, this.#refuseRequest);
      else this.#run(request);
    } catch (error) {
      this.#refuseRequest(error);
    }
  }

  /** Takes a place among the running handlers; without one the call has ended. */
  #admit(): boolean {
    const refusal = this.environment.admitHandler();
    if (refusal !== undefined) this.fail(refusal);
    return refusal === undefined;
  }

  #toRequest(message: unknown): unknown {
    const { method } = this.served;
    return validateRequest(method, decodeRequest(this.environment, method, message));
  }

  readonly #run = (request: unknown): void => {
    // It may have ended while its request was checked.
    if (this.isEnded) return this.environment.onHandlerEnd();
    this.#hasRun = true;
    this.answer(request);
  };

  readonly #refuseRequest = (error: unknown): void => {
    this.environment.onHandlerEnd();
    this.#failRequest(error);
  };

  #failRequest(error: unknown): RpcError {
    const failure = error instanceof RpcError
      ? error
      : new RpcError(RpcStatus.INTERNAL, INTERNAL_ERROR_TEXT, { cause: error });
    this.fail(failure);
    return failure;
  }

  #endWithoutRequest(): void {
    const text = `Request stream closed without payload for ${this.served.method.path}`;
    this.fail(new RpcError(RpcStatus.INVALID_ARGUMENT, text));
  }

  /** Takes the call out of its endpoint: nothing comes in any more, no timer is left. */
  #leave(): void {
    const before = this.#state;
    this.#state = { kind: "ended" };
    const { calls, clock } = this.environment;
    calls.delete(this.streamId);
    if (before.kind === "waiting") clock.clearTimer(before.timer);
    if (this.#deadline !== undefined) clock.clearTimer(this.#deadline);
  }

  /** Tells the handler that its call has ended, with a reason unless it ended well. */
  #release(reason: RpcError | undefined): void {
    if (reason !== undefined) this.context.abort(reason);
    this.#requests?.abort(reason);
    this.onRelease();
    this.environment.onCallEnd();
  }

  #armDeadline(timeoutMs: number): void {
    if (this.isEnded) return;
    const { clock } = this.environment;
    if (this.#deadline !== undefined) clock.clearTimer(this.#deadline);
    this.#deadline = clock.setTimer(() => this.fail(deadlineError()), timeoutMs);
  }

  /** Sends the response headers unless they have been sent. */
  #sendHeaders(): void {
    if (this.isEnded) return;
    const headers = this.context.takeHeaders();
    if (headers !== undefined) this.environment.transport.sendHeaders(this.streamId, headers);
  }

  /** The response headers that are to go out; undefined when they have, or when there are none. */
  #takeHeaders(): RpcMetadata | undefined {
    const headers = this.context.takeHeaders();
    return headers === undefined || headers.size === 0 ? undefined : headers;
  }

  #releaseMessage(bytes: number): void {
    this.environment.transport.releaseMessage(this.streamId, bytes);
  }
}
