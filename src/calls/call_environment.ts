import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcClock } from "../internal/clock.ts";
import type { RpcLogger } from "../logger.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import type { RpcTransportMessage } from "../transports/message.ts";
import type { IRpcTransport } from "../transports/transport.ts";

/** A call on its stream. */
export interface StreamCall {
  /** Takes what came in on the stream. */
  receive(message: RpcTransportMessage): void;
  /** Ends the call from this side. */
  abort(error: RpcError): void;
  /** Ends the call because its endpoint closes. */
  close(): void;
}

/** What calls need of the endpoint that they run on. */
export interface CallEnvironment {
  readonly transport: IRpcTransport;
  readonly clock: RpcClock;
  readonly logger: RpcLogger;
  /** Calls by stream; a call puts itself in and takes itself out. */
  readonly calls: Map<number, StreamCall>;
  /** Codec of methods that name none. */
  readonly codec: RpcCodec;
}

/** What a call needs to know of its method. */
export interface CallMethod {
  /** Path on the wire. */
  readonly path: string;
  readonly requestCodec: RpcCodec | undefined;
  readonly responseCodec: RpcCodec | undefined;
}

/** The codec for a message; undefined where messages go as they are. */
export function codecFor(
  environment: CallEnvironment,
  codec: RpcCodec | undefined,
): RpcCodec | undefined {
  return environment.transport.supportsZeroCopy ? undefined : codec ?? environment.codec;
}
