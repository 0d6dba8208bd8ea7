import type { RpcContractMethod } from "../contracts/contract.ts";
import type { RpcShape } from "../contracts/method.ts";
import { nameOf } from "../internal/thrown.ts";
import type { RpcErrorDetail } from "../protocol/error_detail.ts";
import { encodeErrorDetail } from "../protocol/error_detail_codec.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import { decodeMessage, encodeMessage } from "../sources/message_codec.ts";
import {
  type CallEnvironment,
  type CallMethod,
  requestCodecOf,
  responseCodecOf,
} from "./call_environment.ts";

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
  const codec = requestCodecOf(environment, method);
  try {
    return decodeMessage(codec, message);
  } catch (cause) {
    // By the rules of gRPC. The codec's words may quote the value, and stay in the cause.
    throw new RpcError(RpcStatus.INTERNAL, `Cannot decode request of "${method.path}"`, {
      cause,
      maybeExecuted: takesMany(method.shape),
    });
  }
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
  const codec = responseCodecOf(environment, method);
  try {
    return encodeMessage(codec, value, environment.transport);
  } catch (cause) {
    throw responseEncodeError(method, cause);
  }
}

/** What a call fails with whose handler answered what cannot be sent. */
export function responseEncodeError({ path }: CallMethod, cause: unknown): RpcError {
  return new RpcError(RpcStatus.INTERNAL, `Cannot encode response of "${path}"`, { cause });
}

/** Whether a detail can be encoded; a program without types may give anything. */
function isDetail(detail: RpcErrorDetail): boolean {
  try {
    return typeof detail.type === "string" && encodeErrorDetail(detail) instanceof Uint8Array;
  } catch {
    // An error must reach its caller whatever its details are.
    return false;
  }
}

/** How a served call ends badly. */
export interface FailedEnd {
  readonly error: RpcError;
  /** Response headers that have not been sent. */
  readonly headers: RpcMetadata | undefined;
  readonly trailers: RpcMetadata;
  /** False when no handler saw the request. */
  readonly maybeExecuted: boolean;
}

/** Metadata of two makers; of a name that both have, the second's values. */
export function joinMetadata(first: RpcMetadata, second: RpcMetadata): RpcMetadata {
  if (first.size === 0 || second.size === 0) return first.size === 0 ? second : first;
  const own = [...first].filter(([name]) => !second.has(name));
  return RpcMetadata.from([...own, ...second]);
}

/** Ends a stream with an error; when that cannot be sent as it is, with its code and text alone. */
export function endWithError(environment: CallEnvironment, streamId: number, end: FailedEnd): void {
  const { code } = end.error;
  const text = String(end.error.rawMessage);
  const details = end.error.details.filter(isDetail);
  const { headers, trailers, maybeExecuted } = end;
  const { transport, logger } = environment;
  const plain = { code, text, maybeExecuted, message: undefined };
  try {
    transport.endStream(streamId, { ...plain, details, headers, trailers });
  } catch (cause) {
    logger.warn("Sent a failure without its details", { code, name: nameOf(cause) });
    const none = { details: [], headers: undefined, trailers: RpcMetadata.empty };
    try {
      transport.endStream(streamId, { ...plain, ...none });
    } catch {
      // The stream has gone with its connection: nobody is left to tell.
    }
  }
}
