import type { CallEnvironment, CallMethod } from "../calls/call_environment.ts";
import { OutgoingCall } from "../calls/outgoing_call.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import { createDeferred } from "../internal/deferred.ts";
import { wireBytesOf } from "../transports/compressed_message.ts";
import { PING_PATH, type RpcEndpointPingResult } from "./ping_protocol.ts";

const PING: CallMethod = {
  path: PING_PATH,
  requestCodec: undefined,
  responseCodec: undefined,
  // It has no messages.
  defaultCodec: undefined,
};

class PingCall extends OutgoingCall {
  readonly answer = createDeferred<void>();

  protected onMessage(message: unknown): void {
    // A ping has no response; what comes all the same is paid for.
    this.releaseMessage(wireBytesOf(message));
  }

  protected onComplete(): void {
    this.answer.resolve();
  }

  protected onFail(error: unknown): void {
    this.answer.reject(error);
  }
}

/** Pings the other end; see `RpcEndpoint.ping`. */
export async function sendPing(
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
}
