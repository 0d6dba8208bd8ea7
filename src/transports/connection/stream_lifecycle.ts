import type { RpcClock } from "../../internal/clock.ts";
import { LastEqual } from "../../internal/last_equal.ts";
import type { FrameEncoder, HelloFrame, RpcWire, StatusFrame } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import type { RpcConnectionCompression } from "../compression.ts";
import type { MessageSink } from "./connection_options.ts";
import type { BatchWriter } from "./batch_writer.ts";
import { IdleStreams } from "./idle_streams.ts";
import { type ConnectionLoss, errorFromLoss } from "./loss.ts";
import type { PeerSettings } from "./peer_settings.ts";
import type { ReceiveLedger } from "./receive_ledger.ts";
import { type EndReason, streamEndedError } from "./end_reason.ts";
import type { SendScheduler } from "./send_scheduler.ts";
import { StreamState, type StreamWindows } from "./stream_state.ts";
import type { StreamTable } from "./stream_table.ts";

/** Most connections of a program have the same. */
const WINDOWS: LastEqual<StreamWindows> = /* @__PURE__ */ new LastEqual();

/** What a {@linkcode StreamLifecycle} works on. */
export interface StreamLifecycleOptions {
  readonly limits: RpcLimits;
  readonly wire: RpcWire;
  /** Takes over what the peer announces. */
  readonly encoder: FrameEncoder;
  /** Takes over what the peer announces; undefined when compression is off. */
  readonly compression: RpcConnectionCompression | undefined;
  readonly table: StreamTable;
  readonly writer: BatchWriter;
  readonly scheduler: SendScheduler;
  readonly ledger: ReceiveLedger;
  readonly clock: RpcClock;
  /** Takes what is meant for the layers above. */
  readonly incoming: MessageSink;
}

/** How streams begin and end; the one place that forgets them. */
export class StreamLifecycle {
  readonly #options: StreamLifecycleOptions;
  /** Undefined where streams may be idle for ever. */
  readonly #idle: IdleStreams<StreamState> | undefined;
  /** What the peer accepts; what it says in its hello takes the place of the initial settings. */
  peer: PeerSettings;
  /** What headers and paths that are sent are held to: limits of this side, and of the peer. */
  sendLimits: RpcLimits;
  /** What the next stream begins with; made for the first one. */
  #windows: StreamWindows | undefined;

  constructor(options: StreamLifecycleOptions, initial: PeerSettings) {
    this.#options = options;
    this.peer = initial;
    this.sendLimits = options.limits;
    this.#idle = this.#watchIdle();
  }

  /** Adds a stream that has been opened. */
  add(id: number, isLocal: boolean): StreamState {
    const windows = this.#windows ??= this.#createWindows();
    const stream = new StreamState(id, isLocal, windows);
    this.#options.table.add(stream);
    return stream;
  }

  /** Takes over what the peer accepts, for the streams that are open as well. */
  setPeer(hello: HelloFrame): void {
    const { table, scheduler, limits, encoder } = this.#options;
    const before = this.peer;
    this.peer = hello;
    this.#windows = undefined;
    const { maxMetadataBytes, compressions } = hello;
    if (maxMetadataBytes !== limits.maxMetadataBytes) {
      this.sendLimits = { ...limits, maxMetadataBytes };
      encoder.limits = this.sendLimits;
    }
    this.#options.compression?.setPeer(compressions);
    const bytes = hello.streamWindowBytes - before.streamWindowBytes;
    const messages = hello.streamWindowMessages - before.streamWindowMessages;
    for (const stream of table) scheduler.grantStream(stream, bytes, messages);
    scheduler.grantConnection(hello.connectionWindowBytes - before.connectionWindowBytes);
  }

  /** Forgets a stream; those who wait to send on it are told a reason, made only if there are any. */
  remove(stream: StreamState, createReason: EndReason = streamEndedError): void {
    const { table, scheduler } = this.#options;
    if (!table.remove(stream)) return;
    stream.isReceiveEnded = true;
    if (stream.partial !== undefined) this.#options.ledger.dropPartial(stream);
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

  /** Ends the newest stream that holds a message in part which has no place to become whole. */
  failUnplaced(error: RpcError): void {
    let newest: StreamState | undefined;
    for (const stream of this.#options.table) {
      if (stream.partial?.hasPlace === false && stream.partial.creditedBytes > 0) newest = stream;
    }
    if (newest !== undefined) this.fail(newest, error);
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
    this.#idle?.stop();
    for (const stream of this.#options.table.clear()) {
      stream.isReceiveEnded = true;
      const error = errorFromLoss(loss, !stream.isLocal || stream.openedInBatch < batches);
      this.#options.scheduler.drop(stream, () => error);
      this.#tellEnd(stream, error);
    }
  }

  /** What the next streams begin with. */
  #createWindows(): StreamWindows {
    const { limits, wire: { initialHello } } = this.#options;
    return WINDOWS.share({
      sendBytes: this.peer.streamWindowBytes,
      sendMessages: this.peer.streamWindowMessages,
      // The peer may send by the initial windows until it has read our hello.
      windowBytes: Math.max(limits.streamWindowBytes, initialHello.streamWindowBytes),
      windowMessages: Math.max(limits.streamWindowMessages, initialHello.streamWindowMessages),
    });
  }

  #watchIdle(): IdleStreams<StreamState> | undefined {
    const { clock, limits: { streamIdleTimeoutMs: timeoutMs }, table: streams } = this.#options;
    if (timeoutMs === Infinity) return undefined;
    return new IdleStreams({
      clock,
      timeoutMs,
      streams,
      measure: measureProgress,
      onIdle: (stream, error) => this.fail(stream, error),
    });
  }

  /** Tells the layers above that a stream ended without the peer's word. */
  #tellEnd(stream: StreamState, error: RpcError): void {
    const { id: streamId } = stream;
    const { code, rawMessage: reason } = error;
    this.#options.incoming.push(
      stream.isLocal ? statusFrame(streamId, error) : { kind: "cancel", streamId, code, reason },
    );
  }
}

/** What changes when anything moves on a stream, fragments of a message among it. */
function measureProgress(stream: StreamState): readonly number[] {
  const { receivedMessages, partial, unreadMessages, sentMessages, waitingBytes, waiting } = stream;
  const partialBytes = partial?.bytes ?? 0;
  return [receivedMessages, partialBytes, unreadMessages, sentMessages, waitingBytes, waiting];
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
