import type { StatusFrame } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import type { RpcMessageListener } from "../message.ts";
import type { BatchWriter } from "./batch_writer.ts";
import { type ConnectionLoss, errorFromLoss } from "./loss.ts";
import type { PeerSettings } from "./peer_settings.ts";
import type { ReceiveLedger } from "./receive_ledger.ts";
import { type EndReason, type SendScheduler, streamEndedError } from "./send_scheduler.ts";
import { StreamState } from "./stream_state.ts";
import type { StreamTable } from "./stream_table.ts";

/** What a {@linkcode StreamLifecycle} works on. */
export interface StreamLifecycleOptions {
  readonly limits: RpcLimits;
  readonly table: StreamTable;
  readonly writer: BatchWriter;
  readonly scheduler: SendScheduler;
  readonly ledger: ReceiveLedger;
  /** Takes what is meant for the layers above. */
  readonly deliver: RpcMessageListener;
}

/** How streams begin and end; the one place that forgets them. */
export class StreamLifecycle {
  readonly #options: StreamLifecycleOptions;
  readonly #initial: PeerSettings;
  /** What the peer accepts; what it says in its hello takes the place of the initial settings. */
  peer: PeerSettings;

  constructor(options: StreamLifecycleOptions, initial: PeerSettings) {
    this.#options = options;
    this.#initial = initial;
    this.peer = initial;
  }

  /** Adds a stream that has been opened. */
  add(id: number, isLocal: boolean): StreamState {
    const { limits, table } = this.#options;
    const stream = new StreamState(id, {
      isLocal,
      sendBytes: this.peer.streamWindowBytes,
      sendMessages: this.peer.streamWindowMessages,
      // The peer may send by the initial windows until it has read our hello.
      windowBytes: Math.max(limits.streamWindowBytes, this.#initial.streamWindowBytes),
      windowMessages: Math.max(limits.streamWindowMessages, this.#initial.streamWindowMessages),
    });
    table.add(stream);
    return stream;
  }

  /** Takes over what the peer accepts, for the streams that are open as well. */
  setPeer(peer: PeerSettings): void {
    const { table, scheduler } = this.#options;
    const before = this.peer;
    this.peer = peer;
    const bytes = peer.streamWindowBytes - before.streamWindowBytes;
    const messages = peer.streamWindowMessages - before.streamWindowMessages;
    for (const stream of table) scheduler.grantStream(stream, bytes, messages);
    scheduler.grantConnection(peer.connectionWindowBytes - before.connectionWindowBytes);
  }

  /** Forgets a stream; those who wait to send on it are told a reason, made only if there are any. */
  remove(stream: StreamState, createReason: EndReason = streamEndedError): void {
    const { table, scheduler, ledger } = this.#options;
    if (!table.remove(stream)) return;
    stream.isReceiveEnded = true;
    ledger.dropPartial(stream);
    scheduler.drop(stream, createReason);
  }

  /** Answers an opening that is not accepted. */
  refuse(streamId: number, error: RpcError): void {
    this.#options.writer.write(statusFrame(streamId, error));
  }

  /** Ends a stream whose frames are wrong, on both sides. */
  fail(stream: StreamState, error: RpcError): void {
    const { id: streamId, isLocal } = stream;
    const { code, rawMessage: reason } = error;
    this.remove(stream);
    if (isLocal) this.#options.writer.write({ kind: "cancel", streamId, code, reason });
    else this.refuse(streamId, error);
    this.#tellEnd(stream, error);
  }

  /**
   * Ends the streams that a peer which goes away will not serve.
   *
   * @returns The highest id of those that go on; 0 without any
   */
  failAbove(lastStreamId: number, error: RpcError): number {
    let highest = 0;
    for (const stream of [...this.#options.table]) {
      if (!stream.isLocal) continue;
      if (stream.id <= lastStreamId) highest = stream.id;
      else {
        this.remove(stream);
        this.#tellEnd(stream, error);
      }
    }
    return highest;
  }

  /** Ends all streams because their connection ended; `batches` of it had left. */
  failAll(loss: ConnectionLoss, batches: number): void {
    for (const stream of this.#options.table.clear()) {
      const error = errorFromLoss(loss, !stream.isLocal || stream.openedInBatch < batches);
      this.#options.scheduler.drop(stream, () => error);
      this.#tellEnd(stream, error);
    }
  }

  /** Tells the layers above that a stream ended without the peer's word. */
  #tellEnd(stream: StreamState, error: RpcError): void {
    const { id: streamId } = stream;
    const { code, rawMessage: reason } = error;
    this.#options.deliver(
      stream.isLocal ? statusFrame(streamId, error) : { kind: "cancel", streamId, code, reason },
    );
  }
}

/** The status frame that tells an error. */
export function statusFrame(streamId: number, error: RpcError): StatusFrame {
  return {
    kind: "status",
    streamId,
    code: error.code,
    text: error.rawMessage,
    details: error.details,
    maybeExecuted: error.maybeExecuted,
    headers: undefined,
    trailers: error.trailers,
    message: undefined,
    compressed: false,
    messages: 0,
    fault: undefined,
  };
}
