import type { RpcCodec } from "../codecs/codec.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus, type RpcStatusCode } from "../protocol/status.ts";
import { DirectMessage } from "../transports/direct_message.ts";

/** What {@linkcode encodeMessage} and {@linkcode decodeMessage} say when a codec fails. */
export interface CallCodecOptions {
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
 * @throws {RpcError} With the codec's error as cause
 */
export function encodeMessage(
  codec: RpcCodec | undefined,
  value: unknown,
  options: CallCodecOptions,
): unknown {
  if (codec === undefined) return new DirectMessage(value);
  try {
    return codec.encode(value);
  } catch (cause) {
    throw codecError("encode", cause, options);
  }
}

/**
 * Decodes a message, or takes it out of its box.
 *
 * @throws {RpcError} With the codec's error as cause
 */
export function decodeMessage(
  codec: RpcCodec | undefined,
  message: unknown,
  options: CallCodecOptions,
): unknown {
  if (message instanceof DirectMessage) return message.value;
  try {
    if (codec === undefined || !(message instanceof Uint8Array)) {
      throw new TypeError("Cannot decode message: it is of another kind than the transport's");
    }
    return codec.decode(message);
  } catch (cause) {
    throw codecError("decode", cause, options);
  }
}

function codecError(
  verb: "encode" | "decode",
  cause: unknown,
  options: CallCodecOptions,
): RpcError {
  // The codec's words may quote the value, which is nobody else's business: they stay in the cause.
  return new RpcError(options.code, `Cannot ${verb} ${options.what}`, {
    cause,
    maybeExecuted: options.maybeExecuted,
  });
}

/** A message that could not be decoded, by the rules of gRPC. */
export const UNDECODABLE: RpcStatusCode = RpcStatus.INTERNAL;
