import type { RpcCodec } from "../codecs/codec.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, type RpcStatusCode } from "../protocol/status.ts";
import { DirectMessage } from "../transports/direct_message.ts";

/** What {@linkcode createCodecError} says when a codec fails. */
export interface CodecErrorOptions {
  /** What the message is, for example `request of "/Chat/send"`. */
  readonly what: string;
  /** Status of the failure. */
  readonly code: RpcStatusCode;
  /** False when no handler can have run yet. */
  readonly maybeExecuted: boolean;
}

/**
 * Encodes a value, or boxes it where there is no codec because the transport is zero-copy.
 *
 * @throws {unknown} What the codec throws
 */
export function encodeMessage(codec: RpcCodec | undefined, value: unknown): unknown {
  return codec === undefined ? new DirectMessage(value) : codec.encode(value);
}

/**
 * Decodes a message, or takes it out of its box.
 *
 * @throws {unknown} What the codec throws
 */
export function decodeMessage(codec: RpcCodec | undefined, message: unknown): unknown {
  if (message instanceof Uint8Array && codec !== undefined) return codec.decode(message);
  if (message instanceof DirectMessage) return message.value;
  throw new TypeError("Cannot decode message: it is of another kind than the transport's");
}

/** What a call fails with when its codec threw `cause`. */
export function createCodecError(
  verb: "encode" | "decode",
  cause: unknown,
  options: CodecErrorOptions,
): RpcError {
  // The codec's words may quote the value, which is nobody else's business: they stay in the cause.
  return new RpcError(options.code, `Cannot ${verb} ${options.what}`, {
    cause,
    maybeExecuted: options.maybeExecuted,
  });
}

/** A message that could not be decoded, by the rules of gRPC. */
export const UNDECODABLE: RpcStatusCode = RpcStatus.INTERNAL;
