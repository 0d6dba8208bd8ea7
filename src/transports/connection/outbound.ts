import type { RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcMetadata } from "../../protocol/metadata.ts";
import { validateMetadata } from "../../protocol/metadata_rules.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { RpcStreamEnd, RpcStreamOpening } from "../transport.ts";
import type { BatchWriter } from "./batch_writer.ts";
import { notExecuted } from "./inbound.ts";
import { type SendScheduler, streamEndedError } from "./send_scheduler.ts";
import type { StreamLifecycle } from "./stream_lifecycle.ts";
import type { StreamState } from "./stream_state.ts";
import type { StreamTable } from "./stream_table.ts";

/** What the outbound half of a connection needs of the rest of it. */
export interface OutboundOptions {
  readonly limits: RpcLimits;
  readonly wire: RpcWire;
  readonly table: StreamTable;
  readonly writer: BatchWriter;
  readonly scheduler: SendScheduler;
  readonly lifecycle: StreamLifecycle;
}

/** Turns messages of the layers above into frames: checks, cuts, and keeps their order. */
export class Outbound {
  readonly #options: OutboundOptions;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  /** Bytes that wait to be sent, in all places. */
  get queuedBytes(): number {
    return this.#options.writer.queuedBytes + this.#options.scheduler.waitingBytes;
  }

  /** Opens a stream; see `IRpcTransport.openStream`. */
  openStream(opening: RpcStreamOpening): number {
    const { wire, writer, limits } = this.#options;
    // A transport that is not zero-copy is only ever given bytes.
    const message = opening.message as Uint8Array | undefined;
    if (message !== undefined) this.#checkSize(message);
    this.#checkRoom(message);
    validateMetadata(opening.headers, limits);
    const streamId = this.#nextId();
    const fits = message === undefined || message.length <= wire.maxFragmentBytes;
    const openedInBatch = writer.batchesBefore;
    writer.write({
      kind: "open",
      streamId,
      path: opening.path,
      timeoutMs: opening.timeoutMs,
      headers: opening.headers,
      message: fits ? message : message.subarray(0, wire.maxFragmentBytes),
      more: !fits,
      compressed: false,
      end: opening.end,
      fault: undefined,
    });
    const stream = this.#options.lifecycle.add(streamId, true);
    stream.openedInBatch = openedInBatch;
    stream.isSendEnded = opening.end;
    if (message !== undefined) stream.sentMessages = 1;
    if (!fits) this.#enqueue(stream, message, wire.maxFragmentBytes);
    return streamId;
  }

  /** Sends a message; see `IRpcTransport.sendMessage`. */
  sendMessage(streamId: number, message: Uint8Array): Promise<void> | undefined {
    const stream = this.#sendable(streamId);
    this.#checkMessage(message);
    return this.#options.scheduler.sendMessage(stream, message);
  }

  /** Sends response headers; see `IRpcTransport.sendHeaders`. */
  sendHeaders(streamId: number, headers: RpcMetadata): void {
    const stream = this.#sendable(streamId);
    validateMetadata(headers, this.#options.limits);
    this.#options.scheduler.enqueue(stream, {
      kind: "headers",
      streamId,
      headers,
      fault: undefined,
    });
  }

  /** Half-closes; see `IRpcTransport.finishSending`. */
  finishSending(streamId: number): void {
    const stream = this.#sendable(streamId);
    stream.isSendEnded = true;
    this.#options.scheduler.enqueue(stream, {
      kind: "halfClose",
      streamId,
      messages: stream.sentMessages,
    });
  }

  /** Ends a stream that the peer opened; see `IRpcTransport.endStream`. */
  endStream(streamId: number, end: RpcStreamEnd): void {
    const { limits, wire, scheduler } = this.#options;
    const stream = this.#sendable(streamId);
    validateMetadata(end.trailers, limits);
    if (end.headers !== undefined) validateMetadata(end.headers, limits);
    // As above: bytes.
    const message = end.message as Uint8Array | undefined;
    if (message !== undefined) this.#checkMessage(message);
    if (end.code !== RpcStatus.OK) scheduler.drop(stream, streamEndedError);
    const fits = message === undefined || message.length <= wire.maxFragmentBytes;
    if (!fits && end.headers !== undefined) this.sendHeaders(streamId, end.headers);
    if (message !== undefined) stream.sentMessages++;
    if (!fits) this.#enqueue(stream, message, 0);
    stream.isSendEnded = true;
    scheduler.enqueue(stream, {
      kind: "status",
      streamId,
      code: end.code,
      text: end.text,
      details: end.details,
      maybeExecuted: end.maybeExecuted,
      headers: fits ? end.headers : undefined,
      trailers: end.trailers,
      message: fits ? message : undefined,
      compressed: false,
      messages: stream.sentMessages,
      fault: undefined,
    });
  }

  /** Gives up a stream; see `IRpcTransport.cancelStream`. */
  cancelStream(streamId: number, code: number, reason: string): void {
    const stream = this.#options.table.get(streamId);
    if (stream === undefined || !stream.isLocal) return;
    this.#options.lifecycle.remove(stream);
    this.#options.writer.write({ kind: "cancel", streamId, code, reason });
  }

  #checkRoom(message: Uint8Array | undefined): void {
    const { limits, table, lifecycle, writer, wire } = this.#options;
    const most = Math.min(lifecycle.peer.maxStreams, limits.maxStreams);
    if (table.localStreams >= most) {
      throw notExecuted("RESOURCE_EXHAUSTED", `Too many concurrent streams (max: ${most})`);
    }
    // An opening goes past all messages that wait for their turn, unless it adds to them.
    const waits = message !== undefined && message.length > wire.maxFragmentBytes;
    const queued = waits ? this.queuedBytes : writer.queuedBytes;
    if (queued < limits.maxQueuedBytes) return;
    throw notExecuted(
      "RESOURCE_EXHAUSTED",
      `Cannot open stream: ${queued} bytes wait to be sent, limit is ${limits.maxQueuedBytes}`,
    );
  }

  #checkMessage(message: Uint8Array): void {
    this.#checkSize(message);
    const { limits: { maxWaitingBytes }, scheduler: { waitingBytes } } = this.#options;
    if (waitingBytes < maxWaitingBytes) return;
    throw new RpcError(
      RpcStatus.RESOURCE_EXHAUSTED,
      `Cannot send message: ${waitingBytes} bytes wait to be sent, limit is ${maxWaitingBytes}`,
    );
  }

  #checkSize(message: Uint8Array): void {
    const { maxMessageBytes } = this.#options.lifecycle.peer;
    if (message.length <= maxMessageBytes) return;
    throw new RpcError(
      RpcStatus.RESOURCE_EXHAUSTED,
      `Cannot send message: it has ${message.length} bytes, the peer accepts ${maxMessageBytes}`,
      { maybeExecuted: false },
    );
  }

  #sendable(streamId: number): StreamState {
    const stream = this.#options.table.get(streamId);
    if (stream === undefined || stream.isSendEnded) throw streamEndedError(streamId);
    return stream;
  }

  #enqueue(stream: StreamState, message: Uint8Array, offset: number): void {
    const outbound = { kind: "outbound", message, offset, done: undefined } as const;
    this.#options.scheduler.enqueue(stream, outbound);
  }

  #nextId(): number {
    const { table, wire } = this.#options;
    const id = table.nextLocalId;
    if (id <= wire.capabilities.maxStreamId) return id;
    throw notExecuted("RESOURCE_EXHAUSTED", "Cannot open stream: all stream ids are used");
  }
}
