import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcResponseStream } from "../contracts/response_stream.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { RpcMetadata } from "../protocol/metadata.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { CallEnvironment, CallMethod } from "./call_environment.ts";
import { InboundQueue } from "./inbound_queue.ts";
import { OutgoingCall, type OutgoingRequest } from "./outgoing_call.ts";
import { toReadableStream } from "./to_readable_stream.ts";

type MetadataOutcome =
  | { readonly kind: "known"; readonly metadata: RpcMetadata }
  | { readonly kind: "failed"; readonly error: unknown };

/** Metadata that comes later, as a promise that is only made when somebody asks for it. */
class LateMetadata {
  #outcome: MetadataOutcome | undefined;
  #asked: Deferred<RpcMetadata> | undefined;

  get promise(): Promise<RpcMetadata> {
    if (this.#asked === undefined) {
      this.#asked = createDeferred();
      this.#asked.promise.catch(() => {
        // Reported to whoever looks at the promise itself, and to nobody else.
      });
      this.#tell();
    }
    return this.#asked.promise;
  }

  settle(outcome: MetadataOutcome): void {
    this.#outcome ??= outcome;
    this.#tell();
  }

  #tell(): void {
    if (this.#outcome?.kind === "known") this.#asked?.resolve(this.#outcome.metadata);
    if (this.#outcome?.kind === "failed") this.#asked?.reject(this.#outcome.error);
  }
}

/** A server-stream or bidirectional call, seen from its caller: its responses are iterable. */
export class ResponseStreamCall extends OutgoingCall implements RpcResponseStream<unknown> {
  readonly #queue: InboundQueue<unknown>;
  readonly #headers = new LateMetadata();
  readonly #trailers = new LateMetadata();
  #lastTrailers: RpcMetadata | undefined;

  constructor(environment: CallEnvironment, method: CallMethod, options: RpcCallOptions) {
    super(environment, method, options);
    this.#queue = new InboundQueue<unknown>({
      decode: (message) => this.decode(message),
      release: (bytes) => this.releaseMessage(bytes),
      onDecodeError: (error) => this.#failDecode(error),
      onReturn: () => this.cancel(),
      keeper: environment.keeper,
    });
  }

  get headers(): Promise<RpcMetadata> {
    return this.#headers.promise;
  }

  get trailers(): Promise<RpcMetadata> {
    return this.#trailers.promise;
  }

  cancel(reason = "Call was cancelled"): void {
    const error = new RpcError(RpcStatus.CANCELLED, reason);
    this.abort(error);
    // The peer may have ended the call while responses of it wait to be read.
    this.#queue.abort(error);
  }

  toReadableStream(): ReadableStream<unknown> {
    return toReadableStream(this.#queue);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.return();
  }

  protected override onHeaders(headers: RpcMetadata): void {
    super.onHeaders(headers);
    this.#headers.settle({ kind: "known", metadata: headers });
  }

  protected override onTrailers(trailers: RpcMetadata): void {
    super.onTrailers(trailers);
    this.#lastTrailers = trailers;
  }

  protected onMessage(message: unknown): void {
    this.#queue.push(message);
  }

  protected onComplete(message: unknown): void {
    if (message !== undefined) this.#queue.pushUncharged(message);
    if (this.#lastTrailers !== undefined) {
      this.#trailers.settle({ kind: "known", metadata: this.#lastTrailers });
    }
    this.#queue.end();
  }

  protected onFail(error: unknown, how: "remote" | "local"): void {
    this.#headers.settle({ kind: "failed", error });
    this.#trailers.settle({ kind: "failed", error });
    // A mistake of the program comes as it is.
    const end = error as RpcError;
    if (how === "remote") this.#queue.end(end);
    else this.#queue.abort(end);
  }

  #failDecode(error: unknown): RpcError {
    const failure = RpcError.from(error, RpcStatus.INTERNAL);
    this.abort(failure);
    this.#queue.abort(failure);
    return failure;
  }
}

/** Makes a call with many responses; it is under way when this returns. */
export function callForMany(
  environment: CallEnvironment,
  method: CallMethod,
  options: { readonly request: OutgoingRequest; readonly call: RpcCallOptions },
): RpcResponseStream<unknown> {
  const call = new ResponseStreamCall(environment, method, options.call);
  call.start(options.request);
  return call;
}
