import { ByteWriter } from "../../internal/byte_writer.ts";
import { hasHeadroom } from "../../internal/headroom.ts";
import { type IdleWatched, lookSoon } from "../../internal/idle_looks.ts";
import { onNextTurn } from "../../internal/next_turn.ts";
import type { Placed, PlacedValue } from "../../internal/placed_value.ts";
import type { FrameEncoder, MessageFrame, RpcFrame } from "../../protocol/frame.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import { isCounted } from "./batch_acks.ts";
import { BatchSize, MAX_BATCH_BYTES } from "./batch_size.ts";
import type { Batch, BatchWriterOwner } from "./batch_writer_options.ts";
import type { Channel } from "./channel.ts";
import { DrainPoll } from "./drain_poll.ts";
import { FlightControl, type FlightControlOwner } from "./flight_control.ts";
import { cutIntoPieces } from "./pieces.ts";
import { SendingTurn } from "./sending_turn.ts";
import { SMALL_BYTES, StallGuard, type StallRemedy } from "./stall_guard.ts";

/**
 * A batch leaves when so many microtasks in a row have added nothing to it. Generators, and programs
 * that await what is there already, need a few for each message.
 */
const IDLE_MICROTASKS = 8;
/** A message of so many bytes is not copied into a batch where that can be helped. */
const IN_PLACE_BYTES = 32 * 1024;
/** More than this in the socket: data waits. Control frames still pass. */
const HIGH_WATER_BYTES = 512 * 1024;
/** The same where the peer acknowledges what it has, and so says more than the socket does. */
const ACKED_HIGH_WATER_BYTES = 2 * 1024 * 1024;

/** All that matters of a frame with a message that was placed. */
const PLACED: Pick<RpcFrame, "kind"> = /* @__PURE__ */ Object.freeze({ kind: "message" });

/**
 * The one place where frames leave a connection.
 *
 * Frames written one soon after another leave in one WebSocket message, in several when there are
 * many: no platform takes a message of any size. A batch never waits for a timer or for the event
 * loop. Frames written before the channel is open wait in their batches. `isWritable` says whether
 * data may follow; whoever writes data asks it first, so that neither the batch nor the socket's
 * buffer grows without bound.
 */
export class BatchWriter implements FlightControlOwner, IdleWatched {
  readonly #channel: Channel;
  readonly #owner: BatchWriterOwner;
  readonly #encoder: FrameEncoder;
  readonly #canBatch: boolean;
  readonly #batch = new ByteWriter(0, { isPooled: true });
  readonly #flight: FlightControl | undefined;
  /** Made when the channel is open, where it may stall. */
  #guard: StallGuard | undefined;
  /** Batches that are full while the channel is not open, in order; undefined for none. */
  #full: Batch[] | undefined;
  #fullBytes = 0;
  #isScheduled = false;
  /** What `frames` was at the last look, and how many looks in a row saw nothing new. */
  #seenFrames = 0;
  #idleMicrotasks = 0;
  #mostIdleMicrotasks = IDLE_MICROTASKS;
  /** Whether the batch holds a frame that is acknowledged. */
  #isCounted = false;
  #isBlocked = false;
  /** Whether data waits for what was sent to leave. */
  #awaitsTurn = false;
  /** What the socket held after the last batch; it has no more now. */
  #socketBytes = 0;
  #isEnded = false;
  /** Made when the socket was full. */
  #poll: DrainPoll | undefined;
  /** Says when the event loop has to go on; who waits for acknowledgements lets it anyway. */
  readonly #turn: SendingTurn | undefined;
  /** How large batches are. */
  readonly size: BatchSize = new BatchSize();
  /** For those who look at batches. */
  nextWatched: IdleWatched | undefined;
  /** Batches handed to the channel. */
  batches = 0;
  /** Frames written. */
  frames = 0;
  /** Bytes handed to the channel. */
  bytes = 0;

  constructor(channel: Channel, owner: BatchWriterOwner) {
    const { batches, acks } = owner.wire.capabilities;
    this.#channel = channel;
    this.#owner = owner;
    this.#encoder = owner.encoder;
    this.#canBatch = batches;
    this.#flight = acks ? new FlightControl(owner.clock, this) : undefined;
    this.#turn = acks ? undefined : new SendingTurn();
  }

  /** Whether data may be written now; control frames always may. */
  get isWritable(): boolean {
    return !this.#awaitsTurn && this.isMoving && !this.#flight?.isFull(this.unsentBytes);
  }

  /** Whether the socket takes what is written, however much of it is not acknowledged. */
  get isMoving(): boolean {
    return !this.#isBlocked && this.unsentBytes < HIGH_WATER_BYTES;
  }

  /** Bytes that wait, here and in the socket. */
  get queuedBytes(): number {
    return this.unsentBytes + this.#channel.bufferedBytes;
  }

  /** Whether fewer bytes wait than so many, here and in the socket, which is asked only if need be. */
  hasLessThan(bytes: number): boolean {
    return this.unsentBytes + this.#socketBytes < bytes || this.queuedBytes < bytes;
  }

  /** Bytes that wait here, because the turn has not ended or the channel is not open. */
  get unsentBytes(): number {
    return this.#fullBytes + this.#batch.length;
  }

  /** How many batches leave before the one that the next frame goes into. */
  get batchesBefore(): number {
    return this.batches + (this.#full?.length ?? 0);
  }

  /** Appends a frame to the batch, which leaves soon. */
  write(frame: RpcFrame): void {
    if (this.#isEnded) return;
    if (frame.kind === "message" && this.#writeInPlace(frame)) return;
    const start = this.#batch.length;
    this.#encoder.encode(frame, this.#batch);
    if (!this.#isCounted && isCounted(frame)) this.#isCounted = true;
    this.#flight?.onFrame(frame);
    this.#onWritten(frame, this.#batch.length - start);
  }

  /** Encodes a message in the batch; see `FrameEncoder.placeMessage`. What it costs is counted next. */
  placeMessage(streamId: number, value: PlacedValue): Placed | undefined {
    return this.#isEnded ? undefined : this.#encoder.placeMessage?.(streamId, value, this.#batch);
  }

  /** Takes note of a message of so many bytes that was placed in the batch, which leaves soon. */
  onPlaced(bytes: number): void {
    this.#isCounted = true;
    this.#onWritten(PLACED, bytes);
  }

  #onWritten(frame: Pick<RpcFrame, "kind">, frameBytes: number): void {
    this.frames++;
    const { length } = this.#batch;
    if (!this.#canBatch || this.size.isFull(length, frame, frameBytes)) {
      this.flush();
      if (length >= MAX_BATCH_BYTES && this.#channel.sendsLate) this.#awaitTurn();
      return this.#setAside();
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#seenFrames = this.frames;
    this.#idleMicrotasks = 0;
    this.#mostIdleMicrotasks = IDLE_MICROTASKS;
    lookSoon(this);
  }

  /** Sends a large message from where it stands: its head fits in front of it. */
  #writeInPlace(frame: MessageFrame): boolean {
    const { message } = frame;
    if (message.length < IN_PLACE_BYTES || !hasHeadroom(message)) return false;
    const { isOpen, copiesOnSend, mayStall } = this.#channel;
    if (!isOpen || !copiesOnSend || mayStall && message.length < MAX_BATCH_BYTES) return false;
    const whole = this.#encoder.encodeInPlace?.(frame);
    if (whole === undefined) return false;
    this.flush();
    this.frames++;
    this.#send({ bytes: whole, isCounted: true });
    return true;
  }

  /** Lets the batch leave with the first microtask that adds nothing: hardly anything else will. */
  hurry(): void {
    this.#mostIdleMicrotasks = 1;
  }

  /** Sends the batch when nothing has been added for a while. */
  look(): boolean {
    this.#idleMicrotasks = this.#seenFrames === this.frames ? this.#idleMicrotasks + 1 : 0;
    this.#seenFrames = this.frames;
    if (this.#batch.length > 0 && this.#idleMicrotasks < this.#mostIdleMicrotasks) return true;
    this.#isScheduled = false;
    this.flush();
    this.size.onIdle(this.#channel);
    return false;
  }

  get #highWaterBytes(): number {
    return this.#flight === undefined ? HIGH_WATER_BYTES : ACKED_HIGH_WATER_BYTES;
  }

  /** Sends the batch now. */
  flush(): void {
    if (this.#isEnded || !this.#channel.isOpen) return;
    const full = this.#full;
    if (full !== undefined) {
      this.#full = undefined;
      this.#fullBytes = 0;
      for (const batch of full) this.#send(batch);
    }
    if (this.#isEnded || this.#batch.length === 0) return;
    const remedy = this.#channel.mayStall ? this.#prompt() : undefined;
    // The prompt may have been what the socket refused.
    if (this.#isEnded) return;
    if (remedy === "pieces") return this.#sendPieces();
    if (!this.#channel.copiesOnSend) return this.#send(this.#takeBatch());
    this.#send({ bytes: this.#batch.peek(), isCounted: this.#isCounted });
    this.#batch.clear();
    this.#isCounted = false;
  }

  /** Takes an acknowledgement of batches; false when so many were never sent. */
  onAck(batches: number): boolean {
    if (this.#flight === undefined) return true;
    if (!this.#flight.onAck(batches)) return false;
    this.#guard?.onAck(batches);
    if (this.isWritable) this.#owner.onWritable();
    return true;
  }

  /**
   * Looks at the socket's buffer again; called on its drain event, by the poll, and when something has
   * come: a peer that answers has read.
   */
  checkDrained(): void {
    if (!this.#isBlocked || this.#isEnded) return;
    if (this.#channel.bufferedBytes > this.#highWaterBytes / 2) return;
    this.#isBlocked = false;
    this.#poll?.stop();
    this.#owner.onWritable();
  }

  /** Asks the peer for an acknowledgement; later, as it may be asked for while a batch leaves. */
  onProbe(): void {
    queueMicrotask(() => this.write({ kind: "prompt", answers: 1 }));
  }

  /** Drops what has not been sent and stops; nothing is pending afterwards. */
  end(): void {
    this.#isEnded = true;
    this.#full = undefined;
    this.#fullBytes = 0;
    this.#poll?.stop();
  }

  /** Asks for an answer to the batch, or to a message before it, where the socket may stall. */
  #prompt(): StallRemedy {
    const encoder = this.#encoder;
    const flight = this.#flight;
    if (flight === undefined) return undefined;
    this.#guard ??= new StallGuard(this.#owner.clock);
    const number = flight.sentBatches + (this.#isCounted ? 1 : 0);
    const remedy = this.#guard.plan(this.#batch.length, number, flight.bytes === 0);
    if (remedy === "inside") encoder.encode({ kind: "prompt", answers: 1 }, this.#batch);
    if (remedy !== "ahead") return remedy;
    const ahead = new ByteWriter(8);
    encoder.encode({ kind: "prompt", answers: 2 }, ahead);
    this.#send({ bytes: ahead.take(), isCounted: false });
    return remedy;
  }

  /** Sends the batch in messages that leave whole, each of which the peer answers. */
  #sendPieces(): void {
    const batch = this.#batch.peek();
    if (this.#isCounted) this.#flight?.onSent(batch.length);
    this.#isCounted = false;
    const messages = cutIntoPieces(batch, { encoder: this.#encoder, messageBytes: SMALL_BYTES });
    this.#batch.clear();
    for (const bytes of messages) this.#send({ bytes, isCounted: false });
  }

  /** Begins a new batch where the full one could not leave. */
  #setAside(): void {
    if (this.#isEnded || this.#batch.length === 0) return;
    this.#fullBytes += this.#batch.length;
    (this.#full ??= []).push(this.#takeBatch());
  }

  #takeBatch(): Batch {
    const batch = { bytes: this.#batch.take(), isCounted: this.#isCounted };
    this.#isCounted = false;
    return batch;
  }

  #send({ bytes, isCounted }: Batch): void {
    if (this.#isEnded) return;
    this.batches++;
    this.bytes += bytes.length;
    if (isCounted) this.#flight?.onSent(bytes.length);
    try {
      this.#channel.send(bytes);
    } catch (error) {
      return this.#fail(error);
    }
    const waiting = this.#socketBytes = this.#channel.bufferedBytes;
    if (waiting > this.#highWaterBytes || this.#turn?.isOver(this)) this.#block();
    // Openings are refused before; statuses and control frames may pass the limit by a little.
    const { maxQueuedBytes } = this.#owner.limits;
    if (waiting <= maxQueuedBytes + this.#highWaterBytes) return;
    const text = `Peer does not read: ${waiting} bytes wait, limit is ${maxQueuedBytes}`;
    this.#fail(new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text));
  }

  /** Nothing may follow a batch that did not leave. */
  #fail(error: unknown): void {
    this.#isEnded = true;
    this.#owner.onFailure(error);
  }

  /** Lets a full batch leave before the next is made: the peer would else get all of them at once. */
  #awaitTurn(): void {
    if (this.#awaitsTurn) return;
    this.#awaitsTurn = true;
    onNextTurn(() => {
      this.#awaitsTurn = false;
      if (this.isWritable && !this.#isEnded) this.#owner.onWritable();
    });
  }

  #block(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    this.#poll ??= new DrainPoll(this.#channel, this.#owner.clock, () => this.#onPoll());
    this.#poll.start();
  }

  #onPoll(): boolean {
    this.#turn?.begin(this);
    this.checkDrained();
    return this.#isBlocked && !this.#isEnded;
  }
}
