import type { RpcCallOptions } from "../contracts/call_options.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { CallEnvironment, CallMethod } from "./call_environment.ts";
import { RpcCompressedMessage, wireBytesOf } from "../transports/compressed_message.ts";
import { OutgoingCall, type OutgoingRequest } from "./outgoing_call.ts";

/** A unary or client-stream call, seen from its caller: its response is a promise. */
export class SingleResponseCall extends OutgoingCall {
  /** The response; rejects when the call fails for whatever reason. */
  readonly promise: Promise<unknown>;
  #resolve: (value: unknown) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  #response: { readonly message: unknown } | undefined;
  #hasWarned = false;

  constructor(environment: CallEnvironment, method: CallMethod, options: RpcCallOptions) {
    super(environment, method, options);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected onMessage(message: unknown): void {
    this.releaseMessage(wireBytesOf(message));
    if (this.#response === undefined) this.#response = { message };
    else this.#warn();
  }

  protected onComplete(message: unknown): void {
    const response = this.#response === undefined ? message : this.#response.message;
    if (response === undefined) {
      return this.#reject(
        new RpcError(RpcStatus.INTERNAL, "The peer completed the call with no response message"),
      );
    }
    if (response instanceof RpcCompressedMessage) return this.#completeInflated(response);
    try {
      this.#resolve(this.decode(response));
    } catch (error) {
      this.#reject(error);
    }
  }

  #completeInflated(response: RpcCompressedMessage): void {
    const inflated = response.inflate().then((bytes) => this.decode(bytes));
    void inflated.then(this.#resolve, this.#reject);
  }

  protected onFail(error: unknown): void {
    this.#reject(error);
  }

  /** Says once that the peer sends too much, however often it does. */
  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { path } = this.method;
    this.environment.logger.warn("Ignored a second response of a call that has one", { path });
  }
}

/** Stands in until the promise is made. */
function ignore(): void {}

/** Makes a call with one response; it is under way when this returns. */
export function callForOne(
  environment: CallEnvironment,
  method: CallMethod,
  options: { readonly request: OutgoingRequest; readonly call: RpcCallOptions },
): Promise<unknown> {
  const call = new SingleResponseCall(environment, method, options.call);
  call.start(options.request);
  return call.promise;
}
