import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";

/** Text of every deadline that passed, whoever noticed. */
export const DEADLINE_TEXT = "Deadline exceeded";

/** Text of every call that ended because its endpoint was closed. */
export const ENDPOINT_CLOSED_TEXT = "Endpoint closed";

/** Text of what ended because its call had. */
export const CALL_ENDED_TEXT = "Call has ended";

/**
 * The error of a call that its own side gave up.
 *
 * @param reason What the `AbortSignal` carries
 * @returns The reason itself when it is an `RpcError`; `DEADLINE_EXCEEDED` for a time-out, as
 *   `AbortSignal.timeout` gives; otherwise `CANCELLED`, with the reason as cause
 */
export function errorFromAbort(reason: unknown): RpcError {
  if (reason instanceof RpcError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") return deadlineError(reason);
  const text = typeof reason === "string" && reason !== "" ? reason : "Call was cancelled";
  return new RpcError(RpcStatus.CANCELLED, text, { cause: reason });
}

/** The error of a call whose deadline passed. */
export function deadlineError(cause?: unknown): RpcError {
  return new RpcError(RpcStatus.DEADLINE_EXCEEDED, DEADLINE_TEXT, { cause });
}
