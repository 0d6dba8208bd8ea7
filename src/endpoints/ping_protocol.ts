import type { CallEnvironment, CallMethod } from "../calls/call_environment.ts";
import { OutgoingCall } from "../calls/outgoing_call.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import { createDeferred } from "../internal/deferred.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { IRpcTransport } from "../transports/transport.ts";

/** What a ping found out. */
export interface RpcEndpointPingResult {
  /** When the ping was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /** When the answer came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Time between the two, in milliseconds, by a clock that does not jump. */
  readonly roundTripMs: number;
}

const PING: CallMethod = {
  path: "/_rpc.System/Ping",
  requestCodec: undefined,
  responseCodec: undefined,
};

class PingCall extends OutgoingCall {
  readonly answer = createDeferred<void>();

  protected onMessage(message: unknown): void {
    // A ping has no response; what comes all the same is paid for.
    this.releaseMessage(message instanceof Uint8Array ? message.length : 0);
  }

  protected onComplete(): void {
    this.answer.resolve();
  }

  protected onFail(error: unknown): void {
    this.answer.reject(error);
  }
}

/**
 * The ping that every endpoint answers, with no contract registered: a call of `/_rpc.System/Ping`
 * without a message. It goes the way of every call, so it tells that the peer's program answers, and
 * not only its socket.
 */
export const RpcEndpointPingProtocol = {
  /** Path of the built-in method. */
  path: PING.path,

  /** Pings the other end; see `RpcEndpoint.ping`. */
  async ping(
    environment: CallEnvironment,
    options: RpcCallOptions,
  ): Promise<RpcEndpointPingResult> {
    const { clock } = environment;
    const sentAt = Date.now();
    const start = clock.now();
    const call = new PingCall(environment, PING, options);
    call.start({ kind: "none" });
    await call.answer.promise;
    const roundTripMs = clock.now() - start;
    return { sentAt, receivedAt: Date.now(), roundTripMs };
  },

  /** Answers a ping. */
  answer(transport: IRpcTransport, streamId: number): void {
    transport.endStream(streamId, {
      code: RpcStatus.OK,
      text: "",
      details: [],
      maybeExecuted: true,
      headers: undefined,
      trailers: RpcMetadata.empty,
      message: undefined,
    });
  },
} as const;
