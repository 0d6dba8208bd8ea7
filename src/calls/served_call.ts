import { INTERNAL_ERROR_TEXT, validateRequest } from "../contracts/validation.ts";
import type { RpcTimer } from "../internal/clock.ts";
import type { RpcErrorDetail } from "../protocol/error_detail.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, toStatusCode } from "../protocol/status.ts";
import { RpcCompressedMessage, wireBytesOf } from "../transports/compressed_message.ts";
import type { RpcTransportMessage } from "../transports/message.ts";
import { deadlineError, ENDPOINT_CLOSED_TEXT } from "./abort.ts";
import type { StreamCall } from "./call_environment.ts";
import { InboundQueue } from "./inbound_queue.ts";
import { decodeRequest, endWithError, joinMetadata, takesMany } from "./served_messages.ts";
import { type ServedCallEnvironment, type ServedMethod, ServedStream } from "./served_stream.ts";

const NO_DETAILS: readonly RpcErrorDetail[] = [];

/**
 * The serving half of a call, whatever its shape: it runs the handler once, and ends exactly once. A
 * handler that ignores its signal cannot be stopped, but nobody waits for it: its call ends without
 * it. Subclasses say how the answer is sent.
 */
export abstract class ServedCall extends ServedStream implements StreamCall {
  /** What it waits for is its request. */
  #state: "waiting" | "running" | "ended" = "running";
  /** Ends the wait for a request. */
  #halfOpenTimer: RpcTimer | undefined;
  #deadlineTimer: RpcTimer | undefined;
  #requests: InboundQueue<unknown> | undefined;
  /** The one request, where it came compressed. */
  #inflating: RpcCompressedMessage | undefined;
  /** Whether the handler has been called; the caller is told, so that it knows what to try again. */
  #hasRun = false;

  constructor(
    environment: ServedCallEnvironment,
    served: ServedMethod,
    opening: OpenFrame<unknown>,
  ) {
    super(environment, served, opening);
    if (opening.timeoutMs !== undefined) this.#armDeadline(opening.timeoutMs);
  }

  /** Runs the handler and sends what it answers; what it throws is caught where it is called. */
  protected abstract answer(request: unknown): void;

  /** Lets go of what a subclass holds. */
  protected onRelease(): void {}

  protected override get isEnded(): boolean {
    return this.#state === "ended";
  }

  /** Begins: runs the handler, or waits for the request that it needs. */
  start(opening: OpenFrame<unknown>): void {
    this.environment.calls.set(this.streamId, this);
    if (takesMany(this.served.method.shape)) return this.#startMany(opening);
    if (opening.message !== undefined) return this.#startOne(opening.message);
    if (opening.end) return this.#endWithoutRequest();
    this.#wait();
  }

  #wait(): void {
    const { clock, transport } = this.environment;
    const { halfOpenTimeoutMs } = transport.limits;
    this.#state = "waiting";
    this.#halfOpenTimer = clock.setTimer(() => {
      const text = `Stream was half-open for ${halfOpenTimeoutMs} ms without a request message`;
      this.fail(new RpcError(RpcStatus.DEADLINE_EXCEEDED, text));
    }, halfOpenTimeoutMs);
  }

  receive(message: RpcTransportMessage): void {
    switch (message.kind) {
      case "message":
        return this.#takeMessage(message.message);
      case "halfClose":
        if (this.#state === "waiting") return this.#endWithoutRequest();
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

  /** Ends the call well, with the last message if there is one. */
  protected finish(message: unknown): void {
    if (this.isEnded) return;
    const headers = this.takeFirstHeaders();
    try {
      this.environment.transport.endStream(this.streamId, {
        code: RpcStatus.OK,
        text: "",
        details: NO_DETAILS,
        maybeExecuted: true,
        headers,
        trailers: this.context.trailers,
        message,
      });
    } catch (error) {
      // They go with the failure instead.
      if (headers !== undefined) this.context.giveBackHeaders();
      throw error;
    }
    // A socket that refuses the answer ends its connection, and that its calls.
    if (this.isEnded) return;
    this.#leave();
    this.#release(undefined);
  }

  /** Ends the call with a failure, once. */
  protected fail(error: RpcError): void {
    if (this.isEnded) return;
    const headers = this.takeFirstHeaders();
    const trailers = joinMetadata(this.context.trailers, error.trailers);
    // An error that a handler hands on from another call knows nothing of this one.
    const maybeExecuted = this.#hasRun;
    this.#leave();
    endWithError(this.environment, this.streamId, { error, headers, trailers, maybeExecuted });
    // Last, as it runs code of the user, which may close the transport.
    this.#release(error);
  }

  /** Ends the call with what the handler threw, which only an `RpcError` may say itself. */
  protected failWith(error: unknown): void {
    if (this.isEnded) return this.reportLate(error);
    if (error instanceof RpcError) {
      this.#reportOurs(error);
      return this.fail(error);
    }
    this.environment.onHandlerError(error, this.context);
    this.fail(new RpcError(RpcStatus.INTERNAL, INTERNAL_ERROR_TEXT, { cause: error }));
  }

  /** Reports what failed after the end of the call, unless it only hands on that it has ended. */
  protected reportLate(error: unknown): void {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (error instanceof RpcError || isAbort) return;
    this.environment.onHandlerError(error, this.context);
  }

  override tightenDeadline(deadline: number): void {
    this.#armDeadline(Math.max(0, deadline - this.clock.now()));
  }

  #takeMessage(message: unknown): void {
    if (this.#requests !== undefined) return this.#requests.push(message);
    this.#releaseMessage(wireBytesOf(message));
    if (this.#state === "waiting") return this.#startOne(message);
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
      keeper: this.environment.keeper,
    });
    this.#requests = requests;
    if (opening.message !== undefined) requests.pushUncharged(opening.message);
    if (opening.end) requests.end();
    if (this.#admit()) this.#run(requests);
  }

  #startOne(message: unknown): void {
    this.#stopWaiting();
    this.#state = "running";
    if (!this.#admit()) return;
    try {
      const request = this.#toRequest(message);
      if (request instanceof Promise) this.#runLater(request);
      else this.#run(request);
    } catch (error) {
      this.#refuseRequest(error);
    }
  }

  #runLater(request: Promise<unknown>): void {
    request.then((ready) => this.#run(ready), (error: unknown) => this.#refuseRequest(error));
  }

  /** Takes a place among the running handlers; without one the call has ended. */
  #admit(): boolean {
    const refusal = this.environment.admitHandler();
    if (refusal !== undefined) this.fail(refusal);
    return refusal === undefined;
  }

  #toRequest(message: unknown): unknown {
    if (message instanceof RpcCompressedMessage) return this.#toRequestLater(message);
    return this.#validate(decodeRequest(this.environment, this.served.method, message));
  }

  async #toRequestLater(message: RpcCompressedMessage): Promise<unknown> {
    this.#inflating = message;
    return await this.#toRequest(await message.inflate());
  }

  #validate(request: unknown): unknown {
    try {
      const valid = validateRequest(this.served.method, request);
      return valid instanceof Promise ? this.#validateLater(valid) : valid;
    } catch (error) {
      this.#reportOurs(error);
      throw error;
    }
  }

  async #validateLater(valid: Promise<unknown>): Promise<unknown> {
    try {
      return await valid;
    } catch (error) {
      this.#reportOurs(error);
      throw error;
    }
  }

  /** What went wrong on this side is told in full here, and only in general there. */
  #reportOurs(error: unknown): void {
    if (!(error instanceof RpcError) || error.code !== RpcStatus.INTERNAL) return;
    if (error.cause !== undefined) this.environment.onHandlerError(error, this.context);
  }

  #run(request: unknown): void {
    // It may have ended while its request was checked.
    if (this.isEnded) return this.environment.onHandlerEnd();
    this.#hasRun = true;
    this.answer(request);
  }

  #refuseRequest(error: unknown): void {
    this.environment.onHandlerEnd();
    this.#failRequest(error);
  }

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
    this.#state = "ended";
    const { calls, clock } = this.environment;
    calls.delete(this.streamId);
    this.#stopWaiting();
    if (this.#deadlineTimer !== undefined) clock.clearTimer(this.#deadlineTimer);
    this.#inflating?.drop();
  }

  #stopWaiting(): void {
    if (this.#halfOpenTimer === undefined) return;
    this.environment.clock.clearTimer(this.#halfOpenTimer);
    this.#halfOpenTimer = undefined;
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
    if (this.#deadlineTimer !== undefined) clock.clearTimer(this.#deadlineTimer);
    this.#deadlineTimer = clock.setTimer(() => this.fail(deadlineError()), timeoutMs);
  }

  #releaseMessage(bytes: number): void {
    this.environment.transport.releaseMessage(this.streamId, bytes);
  }
}
