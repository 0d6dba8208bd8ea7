import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcClock } from "../internal/clock.ts";
import type { IdMap } from "../internal/id_map.ts";
import type { RpcLogger } from "../logger.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import type { RpcTransportMessage } from "../transports/message.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import type { RequestSources, SOURCES } from "../sources/request_sources.ts";
import type { BatchKeeper } from "./batch_keeper.ts";

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
  readonly calls: IdMap<StreamCall>;
  /** Lets messages of all calls wait as views of their batch. */
  readonly keeper: BatchKeeper;
  /** Codec of methods that name none, instead of their default. */
  readonly codec: RpcCodec | undefined;
}

/** What a call needs to know of its method. */
export interface CallMethod {
  /** Path on the wire. */
  readonly path: string;
  readonly requestCodec: RpcCodec | undefined;
  readonly responseCodec: RpcCodec | undefined;
  readonly defaultCodec: RpcCodec | undefined;
  /** How its requests are sent, where they come from a source. */
  readonly [SOURCES]?: RequestSources;
}

/** The codec of requests; undefined where messages go as they are. */
export function requestCodecOf(
  { transport, codec }: CallEnvironment,
  method: CallMethod,
): RpcCodec | undefined {
  if (transport.supportsZeroCopy) return undefined;
  return method.requestCodec ?? codec ?? method.defaultCodec;
}

/** The codec of responses; undefined where messages go as they are. */
export function responseCodecOf(
  { transport, codec }: CallEnvironment,
  method: CallMethod,
): RpcCodec | undefined {
  if (transport.supportsZeroCopy) return undefined;
  return method.responseCodec ?? codec ?? method.defaultCodec;
}
