import type { RpcCodec } from "../codecs/codec.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import { MessageSender } from "./message_sender.ts";
import type { RpcSource } from "./source.ts";
import { SourceIterator } from "./source_iterator.ts";
import { SourcePump } from "./source_pump.ts";

/** A call whose requests come from a source, as what sends them sees it. */
export interface RequestCall {
  readonly environment: { readonly transport: IRpcTransport };
  /** Its stream, once it is open. */
  readonly streamId: number;
  readonly isOpen: boolean;
  /** Ends the call from this side. */
  abort(reason: RpcError): void;
  /** What the call fails with when its codec threw `cause`. */
  createEncodeError(cause: unknown, maybeExecuted: boolean): RpcError;
  /** Takes the fault of a source that nobody waits for. */
  onSourceFault(error: unknown): void;
}

/** What is done with sources of requests. */
export interface RequestSources {
  /**
   * Makes what sends the requests of a call.
   *
   * @throws {TypeError} When `source` is not iterable
   */
  createPump(
    source: RpcSource<unknown>,
    codec: RpcCodec | undefined,
    call: RequestCall,
  ): SourcePump;
  /**
   * Makes of a source what interceptors are given.
   *
   * @throws {TypeError} When `source` is not iterable
   */
  createIterator(source: RpcSource<unknown>): SourceIterator;
}

/**
 * Where a method has its {@linkcode RequestSources}: those with one request have none, and a page that
 * makes no others does not download what sends them. Another copy of the package finds it as well.
 */
export const SOURCES: unique symbol = /* @__PURE__ */ Symbol.for("@rpc-ts/websocket/sources");

/** What a method with a source of requests has under {@linkcode SOURCES}. */
export const requestSources: RequestSources = {
  createPump: (source, codec, call) => {
    const { transport } = call.environment;
    const sender = new MessageSender({
      transport,
      codec,
      isEnded: () => !call.isOpen,
      createError: (cause) => call.createEncodeError(cause, true),
    });
    return new SourcePump(source, {
      send: (value) => sender.send(call.streamId, value),
      onEnd: () => {
        if (call.isOpen) transport.finishSending(call.streamId);
      },
      onError: (error) => call.abort(sourceError(error)),
      onStopError: (error) => call.onSourceFault(error),
    });
  },
  createIterator: (source) => new SourceIterator(source),
};

/**
 * What is done with the requests of a method.
 *
 * @throws {TypeError} When it has one request, or was put together by hand
 */
export function sourcesOf(
  method: { readonly path: string; readonly [SOURCES]?: RequestSources },
): RequestSources {
  const sources = method[SOURCES];
  if (sources !== undefined) return sources;
  throw new TypeError(
    `Cannot call "${method.path}": expected a method of clientStream() or bidirectional()`,
  );
}

/** What a call ends with when its source of requests fails. */
function sourceError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  return new RpcError(RpcStatus.CANCELLED, "Source of requests failed", { cause: error });
}
