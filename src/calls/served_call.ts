import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcShape } from "../contracts/method.ts";
import type { RpcSource } from "../contracts/source.ts";
import { INTERNAL_ERROR_TEXT, validateRequest, validateResponse } from "../contracts/validation.ts";
import type { RpcTimer } from "../internal/clock.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, toStatusCode } from "../protocol/status.ts";
import type { RpcTransportMessage } from "../transports/message.ts";
import { deadlineError } from "./abort.ts";
import { decodeMessage, encodeMessage, UNDECODABLE } from "./call_codec.ts";
import { type CallEnvironment, codecFor, type StreamCall } from "./call_environment.ts";
import { RpcHandlerContext } from "./handler_context.ts";
import { InboundQueue } from "./inbound_queue.ts";
import { SourcePump } from "./source_pump.ts";

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
  /** Called when a handler begins to run. */
  readonly onHandlerStart: () => void;
  /** Called when a handler has ended, however late. */
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
 * The serving half of a call, whatever its shape: it runs the handler once, sends what it answers,
 * and ends exactly once. A handler that ignores its signal cannot be stopped, but nobody waits for
 * it: its call ends without it.
 */
export class ServedCall implements StreamCall {
  readonly #environment: ServedCallEnvironment;
  readonly #served: ServedMethod;
  readonly #streamId: number;
  readonly #context: RpcHandlerContext;
  readonly #takesMany: boolean;
  readonly #givesMany: boolean;
  #state: ServedState = { kind: "running" };
  #deadline: RpcTimer | undefined;
  #requests: InboundQueue<unknown> | undefined;
  #pump: SourcePump | undefined;

  constructor(
    environment: ServedCallEnvironment,
    served: ServedMethod,
    opening: OpenFrame<unknown>,
  ) {
    const { shape, path } = served.method;
    const { clock, logger, transport } = environment;
    this.#environment = environment;
    this.#served = served;
    this.#streamId = opening.streamId;
    this.#takesMany = takesMany(shape);
    this.#givesMany = shape === "serverStream" || shape === "bidirectional";
    const { timeoutMs } = opening;
    this.#context = new RpcHandlerContext({
      path,
      metadata: opening.headers,
      peer: transport.peer,
      clock,
      logger,
      deadline: timeoutMs === undefined ? undefined : clock.now() + timeoutMs,
      tightenDeadline: (deadline) => this.#armDeadline(deadline - clock.now()),
      sendHeaders: () => this.#sendHeaders(),
    });
    if (timeoutMs !== undefined) this.#armDeadline(timeoutMs);
  }

  /** Begins: runs the handler, or waits for the request that it needs. */
  start(opening: OpenFrame<unknown>): void {
    this.#environment.calls.set(this.#streamId, this);
    if (this.#takesMany) return this.#startMany(opening);
    if (opening.message !== undefined) return this.#startOne(opening.message);
    if (opening.end) return this.#endWithoutRequest();
    const { clock, transport } = this.#environment;
    const { halfOpenTimeoutMs } = transport.limits;
    const timer = clock.setTimer(() => {
      const text = `Stream was half-open for ${halfOpenTimeoutMs} ms without a request message`;
      this.#fail(new RpcError(RpcStatus.DEADLINE_EXCEEDED, text, { maybeExecuted: false }));
    }, halfOpenTimeoutMs);
    this.#state = { kind: "waiting", timer };
  }

  receive(message: RpcTransportMessage): void {
    switch (message.kind) {
      case "message":
        if (this.#requests !== undefined) return this.#requests.push(message.message);
        this.#releaseMessage(message.message instanceof Uint8Array ? message.message.length : 0);
        if (this.#state.kind === "waiting") return this.#startOne(message.message);
        return this.#fail(
          new RpcError(RpcStatus.INTERNAL, "More than one request on a call that carries one"),
        );
      case "halfClose":
        if (this.#state.kind === "waiting") return this.#endWithoutRequest();
        return this.#requests?.end();
      case "cancel":
        return this.#release(new RpcError(toStatusCode(message.code || 1), message.reason));
    }
  }

  abort(error: RpcError): void {
    this.#fail(error);
  }

  #startMany(opening: OpenFrame<unknown>): void {
    const requests = new InboundQueue<unknown>({
      decode: (message) => validateRequest(this.#served.method, this.#decode(message)),
      release: (bytes) => this.#releaseMessage(bytes),
      onDecodeError: (error) => this.#failRequest(error),
      // A handler may read no more and still answer.
      onReturn: () => {},
    });
    this.#requests = requests;
    if (opening.message !== undefined) requests.pushUncharged(opening.message);
    if (opening.end) requests.end();
    this.#run(requests);
  }

  #startOne(message: unknown): void {
    if (this.#state.kind === "waiting") this.#environment.clock.clearTimer(this.#state.timer);
    this.#state = { kind: "running" };
    try {
      const request = validateRequest(this.#served.method, this.#decode(message));
      if (!(request instanceof Promise)) return this.#run(request);
      request.then(
        (value) => this.#state.kind === "running" ? this.#run(value) : undefined,
        (error: unknown) => this.#failRequest(error),
      );
    } catch (error) {
      this.#failRequest(error);
    }
  }

  #run(request: unknown): void {
    this.#environment.onHandlerStart();
    try {
      const answer = this.#served.handler(request, this.#context);
      if (this.#givesMany) return this.#sendMany(answer);
      if (isPromise(answer)) answer.then(this.#onAnswer, this.#onHandlerFailed);
      else this.#onAnswer(answer);
    } catch (error) {
      this.#onHandlerFailed(error);
    }
  }

  readonly #onAnswer = (answer: unknown): void => {
    this.#environment.onHandlerEnd();
    if (this.#state.kind === "ended") return;
    try {
      const response = validateResponse(this.#served.method, answer);
      if (response instanceof Promise) response.then(this.#sendOne, this.#onFailure);
      else this.#sendOne(response);
    } catch (error) {
      this.#onFailure(error);
    }
  };

  readonly #sendOne = (response: unknown): void => {
    if (this.#state.kind === "ended") return;
    try {
      this.#finish(this.#encode(response));
    } catch (error) {
      this.#onFailure(error);
    }
  };

  #sendMany(answer: unknown): void {
    // The type of the handler says what it returns; a source that is not one throws in the pump.
    this.#pump = new SourcePump(answer as RpcSource<unknown>, {
      send: (value) => this.#sendNext(value),
      onEnd: () => this.#finish(undefined),
      onError: this.#onFailure,
      onStopError: (error) => {
        if (!this.#isOwnAbort(error)) this.#environment.onHandlerError(error, this.#context);
      },
    });
    // A call that ended while its handler was being called needs no answer.
    if (this.#state.kind === "ended") this.#pump.stop();
    void this.#pump.run().then(this.#environment.onHandlerEnd);
  }

  #sendNext(value: unknown): Promise<void> | undefined {
    const response = validateResponse(this.#served.method, value);
    return response instanceof Promise
      ? response.then((valid) => this.#sendMessage(valid))
      : this.#sendMessage(response);
  }

  #sendMessage(value: unknown): Promise<void> | undefined {
    if (this.#state.kind === "ended") return undefined;
    this.#sendHeaders();
    return this.#environment.transport.sendMessage(this.#streamId, this.#encode(value));
  }

  #sendHeaders(): void {
    const headers = this.#context.takeHeaders();
    if (headers === undefined || this.#state.kind === "ended") return;
    this.#environment.transport.sendHeaders(this.#streamId, headers);
  }

  /** The handler itself failed, before it answered. */
  readonly #onHandlerFailed = (error: unknown): void => {
    this.#environment.onHandlerEnd();
    this.#onFailure(error);
  };

  readonly #onFailure = (error: unknown): void => {
    if (this.#state.kind === "ended") {
      if (!this.#isOwnAbort(error)) this.#environment.onHandlerError(error, this.#context);
      return;
    }
    this.#fail(this.#toRpcError(error));
  };

  #toRpcError(error: unknown): RpcError {
    if (error instanceof RpcError) {
      if (error.cause !== undefined && error.code === RpcStatus.INTERNAL) {
        this.#environment.onHandlerError(error, this.#context);
      }
      return error;
    }
    this.#environment.onHandlerError(error, this.#context);
    return new RpcError(RpcStatus.INTERNAL, INTERNAL_ERROR_TEXT, { cause: error });
  }

  /** Whether a handler only hands on that its own call was ended. */
  #isOwnAbort(error: unknown): boolean {
    return error instanceof RpcError || (error instanceof Error && error.name === "AbortError");
  }

  #failRequest(error: unknown): RpcError {
    const failure = error instanceof RpcError
      ? error
      : new RpcError(RpcStatus.INTERNAL, INTERNAL_ERROR_TEXT, { cause: error });
    this.#fail(failure);
    return failure;
  }

  #endWithoutRequest(): void {
    const text = `Request stream closed without payload for ${this.#served.method.path}`;
    this.#fail(new RpcError(RpcStatus.INVALID_ARGUMENT, text, { maybeExecuted: false }));
  }

  #finish(message: unknown): void {
    if (this.#state.kind === "ended") return;
    this.#environment.transport.endStream(this.#streamId, {
      code: RpcStatus.OK,
      text: "",
      details: [],
      maybeExecuted: true,
      headers: this.#context.takeHeaders(),
      trailers: this.#context.trailers,
      message,
    });
    this.#release(undefined);
  }

  /** Ends the call with a failure, once. */
  #fail(error: RpcError): void {
    if (this.#state.kind === "ended") return;
    const headers = this.#context.takeHeaders();
    this.#release(error);
    const trailers = error.trailers.size > 0 ? error.trailers : this.#context.trailers;
    endWithError(this.#environment, this.#streamId, { error, headers, trailers });
  }

  /** Lets go of everything that the call holds. */
  #release(reason: RpcError | undefined): void {
    const before = this.#state;
    if (before.kind === "ended") return;
    this.#state = { kind: "ended" };
    const { calls, clock } = this.#environment;
    calls.delete(this.#streamId);
    if (before.kind === "waiting") clock.clearTimer(before.timer);
    if (this.#deadline !== undefined) clock.clearTimer(this.#deadline);
    if (reason !== undefined) this.#context.abort(reason);
    this.#requests?.abort(reason);
    this.#pump?.stop();
    this.#environment.onCallEnd();
  }

  #armDeadline(timeoutMs: number): void {
    const { clock } = this.#environment;
    if (this.#deadline !== undefined) clock.clearTimer(this.#deadline);
    this.#deadline = clock.setTimer(() => this.#fail(deadlineError()), timeoutMs);
  }

  #releaseMessage(bytes: number): void {
    this.#environment.transport.releaseMessage(this.#streamId, bytes);
  }

  #decode(message: unknown): unknown {
    const { method } = this.#served;
    return decodeMessage(codecFor(this.#environment, method.requestCodec), message, {
      what: `request of "${method.path}"`,
      code: UNDECODABLE,
      maybeExecuted: this.#takesMany,
    });
  }

  #encode(value: unknown): unknown {
    const { method } = this.#served;
    return encodeMessage(codecFor(this.#environment, method.responseCodec), value, {
      what: `response of "${method.path}"`,
      code: RpcStatus.INTERNAL,
      maybeExecuted: true,
    });
  }
}

/** Ends a stream with an error; when that cannot be sent as it is, with its code and text alone. */
export function endWithError(
  environment: CallEnvironment,
  streamId: number,
  end: { error: RpcError; headers: RpcMetadata | undefined; trailers: RpcMetadata },
): void {
  const { error, headers, trailers } = end;
  const { code, rawMessage: text, details, maybeExecuted } = error;
  const { transport, logger } = environment;
  const plain = { code, text, maybeExecuted, message: undefined };
  try {
    transport.endStream(streamId, { ...plain, details, headers, trailers });
  } catch (cause) {
    logger.warn("Sent a failure without its details", { code, cause: String(cause) });
    transport.endStream(streamId, {
      ...plain,
      details: [],
      headers: undefined,
      trailers: RpcMetadata.empty,
    });
  }
}

function takesMany(shape: RpcShape): boolean {
  return shape === "clientStream" || shape === "bidirectional";
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
