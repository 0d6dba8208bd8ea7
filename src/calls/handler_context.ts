import type { RpcParentCall } from "../contracts/call_options.ts";
import type { RpcContextKey } from "../contracts/context_key.ts";
import type { RpcClock } from "../internal/clock.ts";
import type { RpcLogger } from "../logger.ts";
import { RpcMetadata, type RpcMetadataValue } from "../protocol/metadata.ts";
import { type RpcMetadataLimits, validateMetadata } from "../protocol/metadata_rules.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { RpcPeerInfo } from "../transports/transport.ts";

/** What a {@linkcode RpcHandlerContext} is made of. */
export interface HandlerContextOptions {
  readonly path: string;
  readonly metadata: RpcMetadata;
  readonly peer: RpcPeerInfo;
  readonly clock: RpcClock;
  readonly logger: RpcLogger;
  /** What headers and trailers are held to; the defaults unless given. */
  readonly limits?: RpcMetadataLimits;
  /** When the call must be over, on the clock; undefined without a deadline. */
  readonly deadline: number | undefined;
  /** Moves the deadline to an earlier moment. */
  readonly tightenDeadline: (deadline: number) => void;
  /** Sends the response headers now. */
  readonly sendHeaders: () => void;
}

/**
 * What a handler knows of its call, and how it answers beside its responses.
 *
 * Give it as `parent` to calls made inside the handler: they are given up when its signal aborts, and
 * inherit its deadline. A call that the handler leaves behind when it has answered goes on.
 */
export class RpcHandlerContext implements RpcParentCall {
  readonly #options: HandlerContextOptions;
  #deadline: number | undefined;
  #controller: AbortController | undefined;
  #abortReason: RpcError | undefined;
  #headers: RpcMetadata = RpcMetadata.empty;
  #trailers: RpcMetadata = RpcMetadata.empty;
  #hasSentHeaders = false;
  #values: Map<RpcContextKey<unknown>, unknown> | undefined;

  /** Made by the endpoint for every call. */
  constructor(options: HandlerContextOptions) {
    this.#options = options;
    this.#deadline = options.deadline;
  }

  /** Path of the method, for example `/Chat/send`. */
  get path(): string {
    return this.#options.path;
  }

  /** Request headers. */
  get metadata(): RpcMetadata {
    return this.#options.metadata;
  }

  /** The other end: its address, sub-protocol, and what the upgrade's `authorize` answered. */
  get peer(): RpcPeerInfo {
    return this.#options.peer;
  }

  /** Says what the handler wants said, under the server's scope. */
  get logger(): RpcLogger {
    return this.#options.logger;
  }

  /**
   * Aborts when nobody waits for the answer any more: the caller gave up, the deadline passed, the
   * server stopped and the time of its drain is over, the connection was lost. Its reason is an
   * `RpcError`.
   */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Whether `signal` has aborted; cheaper to ask. */
  get isAborted(): boolean {
    return this.#abortReason !== undefined;
  }

  /** When the call must be over; undefined without a deadline. */
  get deadline(): Date | undefined {
    const left = this.timeoutMs;
    return left === undefined ? undefined : new Date(Date.now() + left);
  }

  /** Time left, in milliseconds, 0 at least; undefined without a deadline. */
  get timeoutMs(): number | undefined {
    if (this.#deadline === undefined) return undefined;
    return Math.max(0, this.#deadline - this.#options.clock.now());
  }

  /**
   * Ends the call in `timeoutMs` milliseconds unless it ends before. A later moment than the
   * caller's own deadline changes nothing.
   *
   * @throws {RangeError} When the time is not a number of at least 0
   */
  tightenTimeout(timeoutMs: number): void {
    if (!(timeoutMs >= 0)) {
      throw new RangeError(`Cannot tighten time: timeoutMs is ${timeoutMs}, expected 0 or more`);
    }
    const deadline = this.#options.clock.now() + timeoutMs;
    if (this.#deadline !== undefined && this.#deadline <= deadline) return;
    this.#deadline = deadline;
    this.#options.tightenDeadline(deadline);
  }

  /**
   * Sets a response header, in place of any of that name. Does nothing when `signal` has aborted:
   * nobody waits for it any more.
   *
   * @param name Lower-case name; `-bin` at its end for bytes
   * @param value Text, bytes, or several of them
   * @throws {TypeError} When the header may not be sent, or the headers have been sent
   * @throws {RpcError} `RESOURCE_EXHAUSTED` when the headers are above a limit
   */
  setHeader(name: string, value: RpcMetadataValue | readonly RpcMetadataValue[]): void {
    if (this.isAborted) return;
    if (this.#hasSentHeaders) {
      throw new TypeError(`Cannot set header "${name}": the response headers have been sent`);
    }
    this.#headers = this.#replace(this.#headers, name, value);
  }

  /**
   * Sets a trailer, in place of any of that name.
   *
   * @param name Lower-case name; `-bin` at its end for bytes
   * @param value Text, bytes, or several of them
   * @throws {TypeError} When the trailer may not be sent
   * @throws {RpcError} `RESOURCE_EXHAUSTED` when the trailers are above a limit
   */
  setTrailer(name: string, value: RpcMetadataValue | readonly RpcMetadataValue[]): void {
    this.#trailers = this.#replace(this.#trailers, name, value);
  }

  /**
   * Sends the response headers now instead of with the first response, also when there are none: the
   * caller then knows that the call was taken. Does nothing when they have been sent.
   */
  sendHeaders(): void {
    this.#options.sendHeaders();
  }

  /** The value that an interceptor put in under this key. */
  get<T>(key: RpcContextKey<T>): T | undefined {
    // A key's value was put in with its type.
    return this.#values?.get(key) as T | undefined;
  }

  /** Puts a value in, for interceptors further in and for the handler. */
  set<T>(key: RpcContextKey<T>, value: T): void {
    (this.#values ??= new Map()).set(key, value);
  }

  /** Aborts the signal; the first reason stays. For the endpoint. */
  abort(reason: RpcError): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** The response headers, once: undefined when they were taken before. For the endpoint. */
  takeHeaders(): RpcMetadata | undefined {
    if (this.#hasSentHeaders) return undefined;
    this.#hasSentHeaders = true;
    return this.#headers;
  }

  /** Takes back that the headers were taken: they could not be sent. For the endpoint. */
  giveBackHeaders(): void {
    this.#hasSentHeaders = false;
  }

  /** The trailers. For the endpoint. */
  get trailers(): RpcMetadata {
    return this.#trailers;
  }

  #replace(
    metadata: RpcMetadata,
    name: string,
    value: RpcMetadataValue | readonly RpcMetadataValue[],
  ): RpcMetadata {
    let replaced = metadata.without(name);
    const values = typeof value === "string" || value instanceof Uint8Array ? [value] : value;
    for (const one of values) replaced = replaced.with(name, one);
    try {
      validateMetadata(replaced, this.#options.limits);
    } catch (cause) {
      if (cause instanceof RpcError && cause.code === RpcStatus.RESOURCE_EXHAUSTED) throw cause;
      // A handler that breaks the rules has a mistake in it, which is not the caller's.
      throw new TypeError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return replaced;
  }
}
