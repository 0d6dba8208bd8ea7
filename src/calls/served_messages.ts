import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcShape } from "../contracts/method.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import { decodeMessage, encodeMessage, UNDECODABLE } from "./call_codec.ts";
import { type CallEnvironment, codecFor } from "./call_environment.ts";

/** Whether calls of this shape carry any number of requests. */
export function takesMany(shape: RpcShape): boolean {
  return shape === "clientStream" || shape === "bidirectional";
}

/** Whether calls of this shape carry any number of responses. */
export function givesMany(shape: RpcShape): boolean {
  return shape === "serverStream" || shape === "bidirectional";
}

/**
 * Decodes a request on the side that serves it.
 *
 * @throws {RpcError} `INTERNAL`, as gRPC has it
 */
export function decodeRequest(
  environment: CallEnvironment,
  method: RpcContractMethod,
  message: unknown,
): unknown {
  return decodeMessage(codecFor(environment, method.requestCodec), message, {
    what: `request of "${method.path}"`,
    code: UNDECODABLE,
    maybeExecuted: takesMany(method.shape),
  });
}

/**
 * Encodes a response on the side that serves it.
 *
 * @throws {RpcError} `INTERNAL`: the handler answered what cannot be sent
 */
export function encodeResponse(
  environment: CallEnvironment,
  method: RpcContractMethod,
  value: unknown,
): unknown {
  return encodeMessage(codecFor(environment, method.responseCodec), value, {
    what: `response of "${method.path}"`,
    code: RpcStatus.INTERNAL,
    maybeExecuted: true,
  });
}

/** How a served call ends badly. */
export interface FailedEnd {
  readonly error: RpcError;
  /** Response headers that have not been sent. */
  readonly headers: RpcMetadata | undefined;
  readonly trailers: RpcMetadata;
}

/** Ends a stream with an error; when that cannot be sent as it is, with its code and text alone. */
export function endWithError(environment: CallEnvironment, streamId: number, end: FailedEnd): void {
  const { code, rawMessage: text, details, maybeExecuted } = end.error;
  const { headers, trailers } = end;
  const { transport, logger } = environment;
  const plain = { code, text, maybeExecuted, message: undefined };
  try {
    transport.endStream(streamId, { ...plain, details, headers, trailers });
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : typeof cause;
    logger.warn("Sent a failure without its details", { code, name });
    const none = { details: [], headers: undefined, trailers: RpcMetadata.empty };
    transport.endStream(streamId, { ...plain, ...none });
  }
}
