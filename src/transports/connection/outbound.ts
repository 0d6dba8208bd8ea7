import { reuseMessage } from "../../internal/large_memory.ts";
import type { Placed, PlacedValue } from "../../internal/placed_value.ts";
import type { OpenFrame, RpcWire, StatusFrame } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcMetadata } from "../../protocol/metadata.ts";
import { validateMetadata } from "../../protocol/metadata_rules.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { RpcConnectionCompression } from "../compression.ts";
import type { RpcStreamEnd, RpcStreamOpening } from "../transport.ts";
import type { BatchWriter } from "./batch_writer.ts";
import { notExecuted } from "./inbound.ts";
import { outboundMessage } from "./outbound_message.ts";
import { streamEndedError } from "./end_reason.ts";
import type { SendScheduler } from "./send_scheduler.ts";
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
  /** Undefined when compression is off. */
  readonly compression: RpcConnectionCompression | undefined;
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
    const { wire, writer, table, lifecycle, scheduler } = this.#options;
    // A transport that is not zero-copy is only ever given bytes.
    const message = opening.message as Uint8Array | undefined;
    if (message !== undefined) this.#checkSize(message);
    this.#checkRoom(message);
    validateMetadata(opening.headers, lifecycle.sendLimits);
    const streamId = this.#nextId();
    const fits = message === undefined || message.length <= wire.maxFragmentBytes;
    const openedInBatch = writer.batchesBefore;
    const reservedBytes = message === undefined ? undefined : this.#planDeflation(message, fits);
    const isPlain = reservedBytes === undefined;
    this.#writeOpening({
      kind: "open",
      streamId,
      path: opening.path,
      timeoutMs: opening.timeoutMs,
      headers: opening.headers,
      message: !isPlain ? undefined : fits ? message : message.subarray(0, wire.maxFragmentBytes),
      more: !fits && isPlain,
      compressed: false,
      end: opening.end && isPlain,
      fault: undefined,
    }, reservedBytes);
    // Whoever makes one call after another adds nothing to it.
    if (table.isEmpty) writer.hurry();
    const stream = lifecycle.add(streamId, true);
    stream.openedInBatch = openedInBatch;
    stream.isSendEnded = opening.end;
    if (message !== undefined) stream.sentMessages = 1;
    if (message !== undefined && !isPlain) this.#enqueueDeflated(stream, message, reservedBytes);
    else if (!fits) this.#enqueue(stream, message, wire.maxFragmentBytes);
    else if (message !== undefined) {
      reuseMessage(message);
      scheduler.onPassed(message.length);
    }
    return streamId;
  }

  /**
   * Sends a message that is encoded where it leaves from, if nothing is in its way.
   *
   * @returns See `FrameEncoder.placeMessage`; undefined also when it has to wait, or cannot be sent
   * @throws {unknown} When the value cannot be encoded
   */
  placeMessage(streamId: number, value: PlacedValue): Placed | undefined {
    const { table, scheduler, compression, lifecycle, wire } = this.#options;
    const stream = table.get(streamId);
    if (stream === undefined || stream.isSendEnded || compression !== undefined) return undefined;
    if (lifecycle.peer.maxMessageBytes < wire.maxPlacedBytes) return undefined;
    return scheduler.placeMessage(stream, value);
  }

  /** Sends a message; see `IRpcTransport.sendMessage`. */
  sendMessage(streamId: number, message: Uint8Array): Promise<void> | undefined {
    const stream = this.#sendable(streamId);
    this.#checkMessage(stream, message);
    const { compression, scheduler } = this.#options;
    return compression?.wants(message)
      ? scheduler.sendDeflated(stream, message, compression.deflate(message))
      : scheduler.sendMessage(stream, message);
  }

  /** Waits until a message may wait; see `IRpcTransport.waitForRoom`. */
  waitForRoom(streamId: number, bytes: number): Promise<void> | undefined {
    const { scheduler, table } = this.#options;
    if (scheduler.room.hasRoom) return undefined;
    const stream = table.get(streamId);
    if (stream === undefined || scheduler.canSendNow(stream, bytes)) return undefined;
    return scheduler.room.park(stream, bytes);
  }

  /** Sends response headers; see `IRpcTransport.sendHeaders`. */
  sendHeaders(streamId: number, headers: RpcMetadata): void {
    const stream = this.#sendable(streamId);
    validateMetadata(headers, this.#options.lifecycle.sendLimits);
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
    const { compression, lifecycle: { sendLimits }, wire, scheduler } = this.#options;
    const stream = this.#sendable(streamId);
    validateMetadata(end.trailers, sendLimits);
    if (end.headers !== undefined) validateMetadata(end.headers, sendLimits);
    // As above: bytes.
    const message = end.message as Uint8Array | undefined;
    const fits = message === undefined || message.length <= wire.maxFragmentBytes;
    // One that goes with its status waits for the socket at most: there is one a stream.
    if (!fits) this.#checkMessage(stream, message);
    else if (message !== undefined) this.#checkSize(message);
    if (end.code !== RpcStatus.OK) scheduler.drop(stream, streamEndedError);
    if (!fits && end.headers !== undefined) this.sendHeaders(streamId, end.headers);
    if (message !== undefined) stream.sentMessages++;
    const deflates = message !== undefined && compression?.wants(message) === true;
    if (!fits && deflates) this.#enqueueDeflated(stream, message, 0);
    else if (!fits) this.#enqueue(stream, message, 0);
    stream.isSendEnded = true;
    const status: StatusFrame = {
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
    };
    if (!fits || !deflates) return scheduler.enqueue(stream, status);
    const outbound = { kind: "outboundStatus", status, deflation: undefined } as const;
    scheduler.enqueueDeflated(stream, { ...outbound }, compression.deflate(message));
  }

  /** Gives up a stream; see `IRpcTransport.cancelStream`. */
  cancelStream(streamId: number, code: number, reason: string): void {
    const stream = this.#options.table.get(streamId);
    if (stream === undefined || !stream.isLocal) return;
    this.#options.lifecycle.remove(stream);
    this.#options.writer.write({ kind: "cancel", streamId, code, reason });
  }

  #writeOpening(frame: OpenFrame, reservedBytes = 0): void {
    const { writer, scheduler, table } = this.#options;
    const before = table.highestLocalId;
    // It may leave, and end the connection, before there is a stream; its id is used then.
    table.highestLocalId = frame.streamId;
    try {
      writer.write(frame);
    } catch (error) {
      // It cannot be encoded: there is no such call.
      table.highestLocalId = before;
      scheduler.connectionBytes += reservedBytes;
      throw error;
    }
  }

  #checkRoom(message: Uint8Array | undefined): void {
    const { limits, table, lifecycle, scheduler, writer, wire } = this.#options;
    const most = Math.min(lifecycle.peer.maxStreams, limits.maxStreams);
    if (table.localStreams >= most) {
      throw notExecuted("RESOURCE_EXHAUSTED", `Too many concurrent streams (max: ${most})`);
    }
    // An opening goes past all messages that wait for their turn, unless it adds to them.
    const waits = message !== undefined && message.length > wire.maxFragmentBytes;
    const waiting = waits ? scheduler.waitingBytes : 0;
    if (writer.hasLessThan(limits.maxQueuedBytes - waiting)) return;
    const queued = writer.queuedBytes + waiting;
    throw notExecuted(
      "RESOURCE_EXHAUSTED",
      `Cannot open stream: ${queued} bytes wait to be sent, limit is ${limits.maxQueuedBytes}`,
    );
  }

  #checkMessage(stream: StreamState, message: Uint8Array): void {
    this.#checkSize(message);
    const { limits: { maxStreamQueuedBytes, maxWaitingBytes }, scheduler } = this.#options;
    const { room } = scheduler;
    if (stream.waitingBytes >= maxStreamQueuedBytes) {
      const found = `${stream.waitingBytes} bytes wait on stream ${stream.id}`;
      throw exhausted(`Cannot send message: ${found}, limit is ${maxStreamQueuedBytes}`);
    }
    if (room.hasRoom || scheduler.canSendNow(stream, message.length)) return;
    const found = `${room.waitingBytes} bytes wait to be sent`;
    throw exhausted(`Cannot send message: ${found}, limit is ${maxWaitingBytes}`);
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
    this.#options.scheduler.enqueue(stream, outboundMessage(message, { offset }));
  }

  /** Sends the message of an opening or of an end by itself, as it must be compressed first. */
  #enqueueDeflated(stream: StreamState, message: Uint8Array, reservedBytes: number): void {
    const { compression, scheduler } = this.#options;
    if (compression === undefined) return;
    const outbound = outboundMessage(message, { reservedBytes });
    scheduler.enqueueDeflated(stream, outbound, compression.deflate(message));
    if (!stream.isSendEnded) return;
    scheduler.enqueue(stream, { kind: "halfClose", streamId: stream.id, messages: 1 });
  }

  /**
   * Whether an opening goes without its message, which follows compressed; the opening itself cannot
   * wait, as ids rise. Then the message costs credit, for which a call that fits into one frame must
   * not wait: it has some set aside, or goes as it is.
   *
   * @returns The credit that was set aside; undefined when the message goes as it is
   */
  #planDeflation(message: Uint8Array, fits: boolean): number | undefined {
    const { compression, lifecycle: { peer }, scheduler } = this.#options;
    if (!compression?.wants(message)) return undefined;
    if (peer.streamWindowBytes === 0 || peer.streamWindowMessages === 0) return undefined;
    return fits ? scheduler.reserve() : 0;
  }

  #nextId(): number {
    const { table, wire } = this.#options;
    const id = table.nextLocalId;
    if (id <= wire.capabilities.maxStreamId) return id;
    throw notExecuted("RESOURCE_EXHAUSTED", "Cannot open stream: all stream ids are used");
  }
}

function exhausted(text: string): RpcError {
  return new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text);
}
