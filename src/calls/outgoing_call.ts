import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcSource } from "../sources/source.ts";
import { callHook } from "../internal/call_hook.ts";
import { nameOf } from "../internal/thrown.ts";
import { withExecuted } from "../protocol/executed.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, toStatusCode } from "../protocol/status.ts";
import type { StatusFrame } from "../protocol/frame.ts";
import type { RpcTransportMessage } from "../transports/message.ts";
import { decodeMessage, encodeMessage } from "../sources/message_codec.ts";
import {
  type CallEnvironment,
  type CallMethod,
  requestCodecOf,
  responseCodecOf,
  type StreamCall,
} from "./call_environment.ts";
import { ENDPOINT_CLOSED_TEXT } from "./abort.ts";
import { CallGuard, findAbort, timeoutOf } from "./call_guard.ts";
import { type RequestCall, sourcesOf } from "../sources/request_sources.ts";
import type { SourcePump } from "../sources/source_pump.ts";

/** What a call asks for: nothing, one request, or a source of them. */
export type OutgoingRequest =
  | { readonly kind: "none" }
  | { readonly kind: "one"; readonly value: unknown }
  | { readonly kind: "many"; readonly source: RpcSource<unknown> };

/**
 * The calling half of a call, whatever its shape: it opens the stream, sends what is to be sent, and
 * ends exactly once. Subclasses say what becomes of the responses.
 */
export abstract class OutgoingCall implements StreamCall, RequestCall {
  readonly environment: CallEnvironment;
  protected readonly method: CallMethod;
  protected readonly options: RpcCallOptions;
  #state: "idle" | "open" | "ended" = "idle";
  /** Set when it opens, and kept: what waits to be read is paid for after the end as well. */
  streamId = 0;
  #guard: CallGuard | undefined;
  #pump: SourcePump | undefined;
  #hasHeaders = false;

  constructor(environment: CallEnvironment, method: CallMethod, options: RpcCallOptions) {
    this.environment = environment;
    this.method = method;
    this.options = options;
  }

  /** Whether the call has been opened and has not ended. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Takes a response message. */
  protected abstract onMessage(message: unknown): void;
  /** Takes the end of a call that went well, with the last message if it came along. */
  protected abstract onComplete(message: unknown): void;
  /** Takes the end of a call that failed; nothing comes after. */
  protected abstract onFail(error: unknown, how: "remote" | "local"): void;

  /** Takes response headers, also when there were none. */
  protected onHeaders(headers: RpcMetadata): void {
    this.#tell(this.options.onHeaders, headers);
  }

  /** Takes trailers. */
  protected onTrailers(trailers: RpcMetadata): void {
    this.#tell(this.options.onTrailers, trailers);
  }

  /** Opens the call. Never throws: what goes wrong becomes the end of the call. */
  start(request: OutgoingRequest): void {
    try {
      const timeoutMs = timeoutOf(this.options);
      const aborted = findAbort(this.options, timeoutMs);
      if (aborted !== undefined) throw withExecuted(aborted, false);
      this.#open(request, timeoutMs);
    } catch (error) {
      this.#state = "ended";
      if (request.kind === "many") this.#letGo(request.source);
      this.onTrailers(RpcMetadata.empty);
      this.onFail(error, "local");
    }
  }

  receive(message: RpcTransportMessage): void {
    if (this.#state !== "open") return;
    switch (message.kind) {
      case "headers":
        return this.#takeHeaders(message.headers);
      case "message":
        this.#takeHeaders(RpcMetadata.empty);
        return this.onMessage(message.message);
      case "status":
        return this.#finish(message);
    }
  }

  abort(reason: RpcError): void {
    if (this.#state !== "open") return;
    const error = mayHaveRun(reason);
    this.#release();
    this.environment.transport.cancelStream(this.streamId, error.code, error.rawMessage);
    // There will be none; who waits for the end of the call is told all the same.
    this.onTrailers(RpcMetadata.empty);
    this.onFail(error, "local");
  }

  close(): void {
    this.abort(new RpcError(RpcStatus.CANCELLED, ENDPOINT_CLOSED_TEXT));
  }

  /** Pays for a response that was read or dropped. */
  protected releaseMessage(bytes: number): void {
    if (this.#state !== "idle") this.environment.transport.releaseMessage(this.streamId, bytes);
  }

  /** Decodes a response. */
  protected decode(message: unknown): unknown {
    const codec = responseCodecOf(this.environment, this.method);
    try {
      return decodeMessage(codec, message);
    } catch (cause) {
      // By the rules of gRPC. The codec's words may quote the value, and stay in the cause.
      throw new RpcError(RpcStatus.INTERNAL, `Cannot decode response of "${this.method.path}"`, {
        cause,
      });
    }
  }

  /** Hands something to a callback of the user, whose faults are not the call's. */
  #tell(callback: ((metadata: RpcMetadata) => void) | undefined, metadata: RpcMetadata): void {
    if (callback !== undefined) this.#callBack(callback, metadata);
  }

  #callBack(callback: (metadata: RpcMetadata) => void, metadata: RpcMetadata): void {
    callHook(() => callback(metadata), (error) => {
      this.environment.logger.warn("Callback of a call threw", {
        path: this.method.path,
        name: nameOf(error),
      });
    });
  }

  #open(request: OutgoingRequest, timeoutMs: number | undefined): void {
    const { transport, calls } = this.environment;
    const codec = requestCodecOf(this.environment, this.method);
    if (request.kind === "many") this.#pump = this.#createPump(request.source);
    this.streamId = transport.openStream({
      path: this.method.path,
      headers: RpcMetadata.from(this.options.metadata),
      timeoutMs,
      message: request.kind === "one" ? this.#encode(codec, request.value) : undefined,
      end: request.kind !== "many",
    });
    this.#state = "open";
    calls.set(this.streamId, this);
    const { signal, parent } = this.options;
    if (timeoutMs !== undefined || signal !== undefined || parent !== undefined) {
      this.#watch(timeoutMs);
    }
    // The pump tells its end through its options and never rejects.
    void this.#pump?.run();
  }

  #watch(timeoutMs: number | undefined): void {
    this.#guard = new CallGuard(this.environment.clock, (error) => this.abort(error));
    this.#guard.start(this.options, timeoutMs);
  }

  #createPump(source: RpcSource<unknown>): SourcePump {
    const codec = requestCodecOf(this.environment, this.method);
    return sourcesOf(this.method).createPump(source, codec, this);
  }

  #encode(codec: RpcCodec | undefined, value: unknown): unknown {
    try {
      return encodeMessage(codec, value, this.environment.transport);
    } catch (cause) {
      throw this.createEncodeError(cause, false);
    }
  }

  /** What the call fails with when its codec threw `cause`. */
  createEncodeError(cause: unknown, maybeExecuted: boolean): RpcError {
    const text = `Cannot encode request of "${this.method.path}"`;
    return new RpcError(RpcStatus.INVALID_ARGUMENT, text, { cause, maybeExecuted });
  }

  /** Lets go of a source that will never be read. */
  #letGo(source: RpcSource<unknown>): void {
    try {
      (this.#pump ?? this.#createPump(source)).stop();
    } catch (error) {
      this.onSourceFault(error);
    }
  }

  /** Takes the fault of a source of requests that nobody waits for. */
  onSourceFault(error: unknown): void {
    this.environment.logger.debug("Source failed after its call", {
      path: this.method.path,
      name: nameOf(error),
    });
  }

  #takeHeaders(headers: RpcMetadata): void {
    if (this.#hasHeaders) return;
    this.#hasHeaders = true;
    this.onHeaders(headers);
  }

  #finish(frame: StatusFrame<unknown>): void {
    this.#release();
    if (frame.code === RpcStatus.OK || frame.headers !== undefined) {
      this.#takeHeaders(frame.headers ?? RpcMetadata.empty);
    }
    this.onTrailers(frame.trailers);
    if (frame.code === RpcStatus.OK) return this.onComplete(frame.message);
    this.onFail(
      new RpcError(toStatusCode(frame.code), frame.text === "" ? "Unknown error" : frame.text, {
        details: frame.details,
        trailers: frame.trailers,
        maybeExecuted: frame.maybeExecuted,
      }),
      "remote",
    );
  }

  #release(): void {
    this.environment.calls.delete(this.streamId);
    this.#state = "ended";
    this.#guard?.stop();
    this.#pump?.stop();
  }
}

/** The same error for a call that was sent: a reason from elsewhere knows nothing of this one. */
function mayHaveRun(reason: RpcError): RpcError {
  if (reason.maybeExecuted) return reason;
  const { code, rawMessage, details } = reason;
  return new RpcError(code, rawMessage, { details, cause: reason });
}
