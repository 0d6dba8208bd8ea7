import { BatchKeeper } from "../calls/batch_keeper.ts";
import type { StreamCall } from "../calls/call_environment.ts";
import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcClock } from "../internal/clock.ts";
import { IdMap } from "../internal/id_map.ts";
import { textOf } from "../internal/thrown.ts";
import type { RpcLogger } from "../logger.ts";
import type { OpenFrame } from "../protocol/frame.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import { wireBytesOf } from "../transports/compressed_message.ts";
import type { RpcMessageReceiver, RpcTransportMessage } from "../transports/message.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import type { CallerEnvironment, WrappedCall } from "./wrapped_call.ts";

/** Takes the calls that the peer opens. */
export interface CallTaker {
  /** Takes one call, or answers it. */
  accept(opening: OpenFrame<unknown>): void;
}

/**
 * The one listener on a transport: hands each message to the call of its stream. It is what the calls of
 * an endpoint share.
 */
export class MessageRouter implements CallerEnvironment, RpcMessageReceiver {
  /** Calls by stream, in both directions. */
  readonly calls: IdMap<StreamCall> = new IdMap();
  readonly transport: IRpcTransport;
  readonly clock: RpcClock;
  readonly logger: RpcLogger;
  readonly codec: RpcCodec | undefined;
  #keeper: BatchKeeper | undefined;
  #wrappedCalls: Set<WrappedCall> | undefined;
  #taker: CallTaker | undefined;

  constructor(options: Omit<CallerEnvironment, "calls" | "keeper" | "wrappedCalls">) {
    this.transport = options.transport;
    this.clock = options.clock;
    this.logger = options.logger;
    this.codec = options.codec;
  }

  /** Made for the first message that waits. */
  get keeper(): BatchKeeper {
    return this.#keeper ??= new BatchKeeper();
  }

  /** Made for the first call with interceptors. */
  get wrappedCalls(): Set<WrappedCall> {
    return this.#wrappedCalls ??= new Set();
  }

  /** Begins to listen; what came before is handed over at once. */
  start(taker: CallTaker): void {
    this.#taker = taker;
    this.transport.incomingMessages.listen(this);
  }

  /** Ends all calls because the endpoint closes. */
  closeAll(): void {
    for (const call of this.calls.values()) call.close();
    if (this.#wrappedCalls === undefined) return;
    for (const call of this.#wrappedCalls) call.close();
  }

  /** Hands a message to the call of its stream. */
  receive(message: RpcTransportMessage): void {
    const call = this.calls.get(message.streamId);
    try {
      if (message.kind === "open") this.#taker?.accept(message);
      else if (call !== undefined) call.receive(message);
      else if (message.kind === "message") this.#release(message.streamId, message.message);
    } catch (error) {
      // A fault here is ours; it must cost one call and not the connection.
      this.logger.error("Call failed in the library", { error: textOf(error) });
      const failure = new RpcError(RpcStatus.INTERNAL, "Internal error", { cause: error });
      this.calls.get(message.streamId)?.abort(failure);
    }
  }

  /** Pays for a message whose call has ended. */
  #release(streamId: number, message: unknown): void {
    this.transport.releaseMessage(streamId, wireBytesOf(message));
  }
}
