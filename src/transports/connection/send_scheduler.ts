import { createDeferred } from "../../internal/deferred.ts";
import { reuseMessage } from "../../internal/large_memory.ts";
import type { Placed, PlacedValue } from "../../internal/placed_value.ts";
import type { HelloFrame, MessageFrame, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcDeflation } from "../compression.ts";
import type { BatchWriter } from "./batch_writer.ts";
import type { EndReason } from "./end_reason.ts";
import { SMALL_CALL_BYTES } from "./flight_control.ts";
import { dropOutbox, outboundMessage, replaceMessage, waitingBytesOf } from "./outbound_message.ts";
import { SendRoom, type SendRoomOwner } from "./send_room.ts";
import { SendTurns } from "./send_turns.ts";
import type {
  Outbound,
  OutboundFrame,
  OutboundMessage,
  OutboundStatus,
  StreamState,
} from "./stream_state.ts";

/** When so many bytes have passed those who wait for their turn, one of them has it all the same. */
const MAX_PASSING_BYTES = 128 * 1024;

/** Whose streams take turns, and by which rules. */
export interface SendSchedulerOwner {
  /** Tells how large a fragment is, what a message costs, and what may be sent to begin with. */
  readonly wire: {
    readonly maxFragmentBytes: number;
    readonly capabilities: Pick<RpcWire["capabilities"], "messageCostBytes">;
    readonly initialHello: Pick<HelloFrame, "connectionWindowBytes">;
  };
  /** Bytes of messages that may wait. */
  readonly limits: Pick<RpcLimits, "maxWaitingBytes">;
  /** Called when a stream's status has been written. */
  onEnded(stream: StreamState): void;
}

/** Credit never rises above this, whatever a peer grants (PROTOCOL.md, section 7). */
const MAX_CREDIT = Number.MAX_SAFE_INTEGER;

/**
 * Decides which stream's data goes out next.
 *
 * A message goes straight to the writer when nothing is in its way. Otherwise it waits in its
 * stream's outbox; streams that can go on take turns, each with a large fragment or as many bytes of
 * small messages. Data needs room in the writer, credit of its stream and credit of the connection,
 * each above zero; everything else passes. What is sent after a waiting message on the same stream
 * waits behind it.
 */
export class SendScheduler implements SendRoomOwner {
  readonly #writer: BatchWriter;
  readonly #maxFragmentBytes: number;
  readonly #messageCost: number;
  readonly #owner: SendSchedulerOwner;
  /** Made when a stream has to wait. */
  #turns: SendTurns | undefined;
  /** Bytes that may be sent on all streams together. */
  connectionBytes: number;
  /** Made when a message has to wait. */
  #room: SendRoom | undefined;

  constructor(writer: BatchWriter, owner: SendSchedulerOwner) {
    const { maxFragmentBytes, capabilities, initialHello } = owner.wire;
    this.#writer = writer;
    this.#owner = owner;
    this.#maxFragmentBytes = maxFragmentBytes;
    this.#messageCost = capabilities.messageCostBytes;
    this.connectionBytes = initialHello.connectionWindowBytes;
  }

  /** Room for messages in outboxes. */
  get room(): SendRoom {
    return this.#room ??= new SendRoom(this.#owner.limits.maxWaitingBytes, this);
  }

  /** Bytes of messages that wait on all streams. */
  get waitingBytes(): number {
    return this.#room === undefined ? 0 : this.#room.waitingBytes;
  }

  /** Whether streams may send that have credit of their own. */
  get takesData(): boolean {
    return this.connectionBytes > 0 && this.#writer.isWritable;
  }

  /** Whether a message of so many bytes would go out at once. */
  canSendNow(stream: StreamState, bytes: number): boolean {
    return stream.waiting === 0 && bytes <= this.#maxFragmentBytes &&
      this.#writer.isWritable && this.#hasCredit(stream, true);
  }

  /**
   * Sends a message.
   *
   * @returns A promise that settles when it has gone out; undefined when the next may follow at once
   */
  sendMessage(stream: StreamState, message: Uint8Array): Promise<void> | undefined {
    stream.sentMessages++;
    if (this.canSendNow(stream, message.length)) {
      const streamId = stream.id;
      const frame = { kind: "message", streamId, message, more: false, compressed: false } as const;
      this.#writeFragment(stream, frame, true);
      reuseMessage(message);
      return undefined;
    }
    const done = this.#mayFollow(stream, message) ? undefined : createDeferred<void>();
    // Whoever sends the next one may write the memory of this one again.
    this.enqueue(stream, outboundMessage(done ? message : message.slice(), { done }));
    return done?.promise;
  }

  /**
   * Sends a message that is encoded where it leaves from, if nothing is in its way.
   *
   * @returns See `FrameEncoder.placeMessage`; undefined also when it has to wait
   */
  placeMessage(stream: StreamState, value: PlacedValue): Placed | undefined {
    if (!this.canSendNow(stream, 0)) return undefined;
    const placed = this.#writer.placeMessage(stream.id, value);
    if (typeof placed !== "number") return placed;
    stream.sentMessages++;
    this.#charge(stream, placed, true);
    this.#writer.onPlaced(placed);
    return placed;
  }

  /** Sends a message when it has been compressed; what follows on its stream waits behind it. */
  sendDeflated(stream: StreamState, message: Uint8Array, deflation: RpcDeflation): Promise<void> {
    stream.sentMessages++;
    const done = createDeferred<void>();
    this.enqueueDeflated(stream, outboundMessage(message, { done }), deflation);
    return done.promise;
  }

  /** Sends a message, or a status with one, when it has been compressed. */
  enqueueDeflated(
    stream: StreamState,
    outbound: OutboundMessage | OutboundStatus,
    deflation: RpcDeflation,
  ): void {
    outbound.deflation = deflation;
    this.enqueue(stream, outbound);
    // It is undefined when compressing failed, and never rejects.
    void deflation.promise.then((compressed) => {
      if (outbound.deflation !== deflation) return;
      outbound.deflation = undefined;
      const before = waitingBytesOf(outbound);
      if (compressed !== undefined) replaceMessage(outbound, compressed);
      this.room.free(stream, before - waitingBytesOf(outbound));
      if (stream.sending.outbox.peek() === outbound) this.#givenTurns.add(stream);
      this.pump();
    });
  }

  /**
   * Sets credit of the connection aside for one frame, so that a message which would have cost none
   * does not wait for any.
   *
   * @returns The bytes; undefined when there are not so many
   */
  reserve(): number | undefined {
    const bytes = this.#maxFragmentBytes + this.#messageCost;
    if (this.connectionBytes <= bytes) return undefined;
    this.connectionBytes -= bytes;
    return bytes;
  }

  /** Sends a frame after everything that waits on its stream, and before all other data. */
  enqueue(stream: StreamState, outbound: Outbound): void {
    const isFree = stream.waiting === 0 && outbound.kind !== "outbound" &&
      outbound.kind !== "outboundStatus" && this.#mayPass(outbound);
    if (isFree) {
      this.#write(stream, outbound);
      if (outbound.kind === "status") this.onPassed(outbound.message?.length ?? 0);
      return;
    }
    this.room.add(stream, waitingBytesOf(outbound));
    stream.sending.outbox.push(outbound);
    if (stream.waiting === 1) this.#givenTurns.add(stream);
    this.pump();
  }

  /** Lets the streams that can go on take turns until the writer is full, and then who has no room. */
  pump(): void {
    while (this.#writer.isWritable && this.#takeTurn());
    this.#room?.look();
  }

  /**
   * Counts bytes of calls that went past those who wait for their turn, and gives one of them its
   * turn when they have become many: what is on its way may never be less.
   */
  onPassed(bytes: number): void {
    const turns = this.#turns;
    if (turns === undefined || turns.waiting === 0) return;
    turns.passedBytes += bytes;
    if (turns.passedBytes < MAX_PASSING_BYTES) return;
    do if (!this.#writer.isMoving || !this.#takeTurn()) return; while (turns.isUnderWay);
  }

  /** Adds credit to a stream. */
  grantStream(stream: StreamState, bytes: number, messages: number): void {
    const { sending } = stream;
    sending.bytes = Math.min(sending.bytes + bytes, MAX_CREDIT);
    sending.messages = Math.min(sending.messages + messages, MAX_CREDIT);
    if (stream.waiting === 0) return this.#room?.onProgress(stream);
    this.#givenTurns.add(stream);
    this.pump();
  }

  /** Adds credit to the connection. */
  grantConnection(bytes: number): void {
    this.connectionBytes = Math.min(this.connectionBytes + bytes, MAX_CREDIT);
    this.pump();
  }

  /** Drops what waits on a stream; those who wait for it are told why. */
  drop(stream: StreamState, createReason: EndReason): void {
    this.#room?.drop(stream, createReason);
    if (stream.waiting === 0) return;
    this.#turns?.delete(stream);
    const reservedBytes = dropOutbox(stream, createReason);
    this.room.free(stream, stream.waitingBytes);
    if (reservedBytes === 0) return;
    this.connectionBytes += reservedBytes;
    // Later: other streams may be about to be dropped as well.
    queueMicrotask(() => this.pump());
  }

  get #givenTurns(): SendTurns {
    return this.#turns ??= new SendTurns(this.#maxFragmentBytes);
  }

  /** Lets the stream whose turn it is send a frame; false when there is none. */
  #takeTurn(): boolean {
    const stream = this.#turns?.next(this.connectionBytes > 0);
    if (stream === undefined) return false;
    const before = stream.waitingBytes;
    const isSent = this.#sendNext(stream);
    if (stream.waiting === 0) this.#room?.onProgress(stream);
    else if (isSent) this.#turns?.goOn(stream, before - stream.waitingBytes);
    return true;
  }

  /**
   * Whether another message may follow this one, which has to wait. It may where others wait as well, and
   * only for their turns: a stream that had one small message ready would get next to nothing.
   */
  #mayFollow(stream: StreamState, message: Uint8Array): boolean {
    const { waiting, waitingBytes, sending } = stream;
    const others = this.room.waitingBytes - waitingBytes;
    if (others === 0 || this.connectionBytes <= 0) return false;
    if (waiting >= sending.messages || waitingBytes >= sending.bytes) return false;
    return !this.#givenTurns.hasEnough(stream, message.length);
  }

  /** Whether a frame need not wait for its turn: one of little goes where the socket takes it. */
  #mayPass(frame: OutboundFrame): boolean {
    const bytes = frame.kind === "status" ? frame.message?.length ?? 0 : 0;
    if (bytes === 0) return true;
    return bytes <= SMALL_CALL_BYTES ? this.#writer.isMoving : this.#writer.isWritable;
  }

  #hasCredit(stream: StreamState, first: boolean): boolean {
    const { sending } = stream;
    return this.connectionBytes > 0 && sending.bytes > 0 && (!first || sending.messages > 0);
  }

  /** Writes the next frame of a stream; false when it has to wait for credit. */
  #sendNext(stream: StreamState): boolean {
    const { outbox } = stream.sending;
    const next = outbox.peek();
    if (next === undefined) return false;
    if (next.kind === "outbound") return this.#sendFragment(stream, next);
    if (next.kind === "outboundStatus" && next.deflation !== undefined) return false;
    outbox.shift();
    this.room.free(stream, waitingBytesOf(next));
    this.#write(stream, next.kind === "outboundStatus" ? next.status : next);
    return true;
  }

  #write(stream: StreamState, frame: OutboundFrame): void {
    this.#writer.write(frame);
    if (frame.kind !== "status") return;
    if (frame.message !== undefined) reuseMessage(frame.message);
    this.#owner.onEnded(stream);
  }

  #sendFragment(stream: StreamState, next: OutboundMessage): boolean {
    const first = next.offset === 0;
    if (next.deflation !== undefined) return false;
    this.connectionBytes += next.reservedBytes;
    next.reservedBytes = 0;
    if (!this.#hasCredit(stream, first)) {
      if (this.connectionBytes <= 0) this.#givenTurns.addStarved(stream);
      return false;
    }
    const end = Math.min(next.offset + this.#maxFragmentBytes, next.message.length);
    const more = end < next.message.length;
    const isWhole = first && !more;
    const message = isWhole ? next.message : next.message.subarray(next.offset, end);
    this.room.free(stream, message.length);
    next.offset = end;
    if (!more) stream.sending.outbox.shift();
    const compressed = first && next.compressed;
    const streamId = stream.id;
    this.#writeFragment(stream, { kind: "message", streamId, message, more, compressed }, first);
    if (more) return true;
    reuseMessage(next.message);
    next.done?.resolve();
    return true;
  }

  #writeFragment(stream: StreamState, frame: MessageFrame, first: boolean): void {
    this.#charge(stream, frame.message.length, first);
    this.#writer.write(frame);
  }

  #charge({ sending }: StreamState, bytes: number, first: boolean): void {
    sending.bytes -= bytes;
    this.connectionBytes -= bytes + this.#messageCost;
    if (first) sending.messages--;
    if (this.#turns !== undefined) this.#turns.passedBytes = 0;
  }
}
