import { wordsOf } from "../internal/thrown.ts";
import type { RpcErrorDetail } from "./error_detail.ts";
import { RpcMetadata } from "./metadata.ts";
import { formatStatus, RpcStatus, type RpcStatusCode } from "./status.ts";

/** What an {@linkcode RpcError} carries beside its code and message. */
export interface RpcErrorOptions {
  /** Structured details for programs; none unless given. */
  readonly details?: readonly RpcErrorDetail[];
  /** Trailers that came, or go, with the status; none unless given. */
  readonly trailers?: RpcMetadata;
  /**
   * Whether the request may have reached a handler. `false` only when it provably did not, so that
   * trying again is safe. Defaults to `true`.
   */
  readonly maybeExecuted?: boolean;
  /** What led to this error; kept on this side, never sent. */
  readonly cause?: unknown;
}

/**
 * A failure that a peer, a handler or the network caused: a status code, a message for people and
 * optional details for programs.
 *
 * Thrown by a handler it reaches the caller as it is. Any other error that a handler throws reaches
 * the caller as `INTERNAL` with one fixed text, so that nothing private leaks.
 *
 * @example Refuse a request
 * ```ts
 * import { RpcError, RpcStatus } from "@rpc-ts/websocket";
 *
 * const error = new RpcError(RpcStatus.NOT_FOUND, "No such room");
 * if (error.message !== "[NOT_FOUND] No such room") throw new Error("unexpected message");
 * ```
 */
export class RpcError extends Error {
  /** The status code. */
  readonly code: RpcStatusCode;
  /** The message as the peer gave it, without the code that `message` begins with. */
  readonly rawMessage: string;
  /** Structured details, in the order given. */
  readonly details: readonly RpcErrorDetail[];
  /** Trailers that came with the status. */
  readonly trailers: RpcMetadata;
  /** False only when the request provably never reached a handler. */
  readonly maybeExecuted: boolean;

  /**
   * Makes an error.
   *
   * @param code The status code; `OK` is not an error
   * @param message What happened, for people
   * @param options Details, trailers, cause
   * @throws {RangeError} When `code` is `OK`
   */
  constructor(code: RpcStatusCode, message: string, options: RpcErrorOptions = {}) {
    super(
      `[${formatStatus(code)}] ${message}`,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    if (code === RpcStatus.OK) {
      throw new RangeError("Cannot create RpcError: code is OK, expected a failure code");
    }
    this.name = "RpcError";
    this.code = code;
    this.rawMessage = message;
    this.details = options.details ?? [];
    this.trailers = options.trailers ?? RpcMetadata.empty;
    this.maybeExecuted = options.maybeExecuted ?? true;
  }

  /**
   * Makes an `RpcError` of anything thrown; the only door for foreign errors.
   *
   * @param value Any thrown value. An `RpcError` comes back as it is; an `AbortError` becomes
   *   `CANCELLED`, a `TimeoutError` `DEADLINE_EXCEEDED`
   * @param code The code for everything else; `UNKNOWN` unless given
   * @returns The error, with `value` as its cause
   *
   * @example Wrap a foreign error
   * ```ts
   * import { RpcError, RpcStatus } from "@rpc-ts/websocket";
   *
   * const error = RpcError.from(new DOMException("gone", "AbortError"));
   * if (error.code !== RpcStatus.CANCELLED) throw new Error("unexpected code");
   * ```
   */
  static from(value: unknown, code: RpcStatusCode = RpcStatus.UNKNOWN): RpcError {
    const { name, message } = wordsOf(value);
    // The name first: not everything bears to be asked what it is an instance of.
    if (name !== undefined && value instanceof RpcError) return value;
    if (name === "AbortError") return new RpcError(RpcStatus.CANCELLED, message, { cause: value });
    if (name === "TimeoutError") {
      return new RpcError(RpcStatus.DEADLINE_EXCEEDED, message, { cause: value });
    }
    return new RpcError(code, message, { cause: value });
  }
}
