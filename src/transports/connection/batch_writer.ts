import { ByteWriter } from "../../internal/byte_writer.ts";
import type { RpcClock, RpcTimer } from "../../internal/clock.ts";
import type { FrameEncoder, RpcFrame } from "../../protocol/frame.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { Channel } from "./channel.ts";

/** A batch leaves at once when it has grown this large. */
const BATCH_BYTES = 64 * 1024;
/** More than this in the socket: data waits. Control frames still pass. */
const HIGH_WATER_BYTES = 512 * 1024;
/** Less than this in the socket: data goes on. */
const LOW_WATER_BYTES = 256 * 1024;
/** A socket without a drain event is asked so soon, */
const MIN_POLL_MS = 1;
/** and less and less often, down to this, while nothing leaves it: its peer may have stopped to read. */
const MAX_POLL_MS = 16;

/**
 * After so much without a pause data waits for the next turn of the event loop. A reader that is fast
 * and has credit enough never fills its socket, and would keep all other connections waiting.
 */
const TURN_BYTES = 16 * 1024 * 1024;
const TURN_FRAMES = 64 * 1024;

/** What a {@linkcode BatchWriter} needs beside the channel. */
export interface BatchWriterOptions {
  readonly encoder: FrameEncoder;
  readonly clock: RpcClock;
  /** Whether frames may share a WebSocket message. */
  readonly batches: boolean;
  /** More than this waiting in the socket fails the connection: the peer does not read. */
  readonly maxQueuedBytes: number;
  /** Called when data may be written again. */
  readonly onWritable: () => void;
  /** Called when the channel refused a batch. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The one place where frames leave a connection.
 *
 * Frames written in the same turn leave in one WebSocket message, in several when there are many: no
 * platform takes a message of any size. Frames written before the channel is open wait in their
 * batches. `isWritable` says whether data may follow; whoever writes data asks it
 * first, so that neither the batch nor the socket's buffer grows without bound.
 */
export class BatchWriter {
  readonly #channel: Channel;
  readonly #options: BatchWriterOptions;
  readonly #batch = new ByteWriter(1024);
  /** Batches that are full while the channel is not open, in order. */
  #full: Uint8Array<ArrayBuffer>[] = [];
  #fullBytes = 0;
  #isScheduled = false;
  #isBlocked = false;
  #isEnded = false;
  #poll: RpcTimer | undefined;
  #pollMs = MIN_POLL_MS;
  /** What `frames` and `bytes` were at the last pause. */
  #pauseFrames = 0;
  #pauseBytes = 0;
  /** Batches handed to the channel. */
  batches = 0;
  /** Frames written. */
  frames = 0;
  /** Bytes handed to the channel. */
  bytes = 0;

  constructor(channel: Channel, options: BatchWriterOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  /** Whether data may be written now; control frames always may. */
  get isWritable(): boolean {
    return !this.#isBlocked && this.unsentBytes < HIGH_WATER_BYTES;
  }

  /** Bytes that wait, here and in the socket. */
  get queuedBytes(): number {
    return this.unsentBytes + this.#channel.bufferedBytes;
  }

  /** Bytes that wait here, because the turn has not ended or the channel is not open. */
  get unsentBytes(): number {
    return this.#fullBytes + this.#batch.length;
  }

  /** How many batches leave before the one that the next frame goes into. */
  get batchesBefore(): number {
    return this.batches + this.#full.length;
  }

  /** Appends a frame to the batch, which leaves at the end of this turn. */
  write(frame: RpcFrame): void {
    if (this.#isEnded) return;
    this.#options.encoder.encode(frame, this.#batch);
    this.frames++;
    if (!this.#options.batches || this.#batch.length >= BATCH_BYTES) {
      this.flush();
      return this.#setAside();
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#flushScheduled);
  }

  readonly #flushScheduled = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  /** Sends the batch now. */
  flush(): void {
    if (this.#isEnded || !this.#channel.isOpen) return;
    const full = this.#full;
    if (full.length > 0) {
      this.#full = [];
      this.#fullBytes = 0;
      for (const batch of full) {
        if (!this.#isEnded) this.#send(batch);
      }
    }
    if (!this.#isEnded && this.#batch.length > 0) this.#send(this.#batch.take());
  }

  /**
   * Looks at the socket's buffer again; called on its drain event, by the poll, and when something has
   * come: a peer that answers has read.
   */
  checkDrained(): void {
    if (!this.#isBlocked || this.#isEnded) return;
    if (this.#channel.bufferedBytes > LOW_WATER_BYTES) return;
    this.#isBlocked = false;
    this.#stopPoll();
    this.#options.onWritable();
  }

  /** Drops what has not been sent and stops; nothing is pending afterwards. */
  end(): void {
    this.#isEnded = true;
    this.#full = [];
    this.#fullBytes = 0;
    this.#stopPoll();
  }

  /** Begins a new batch where the full one could not leave. */
  #setAside(): void {
    if (this.#isEnded || this.#batch.length === 0) return;
    this.#fullBytes += this.#batch.length;
    this.#full.push(this.#batch.take());
  }

  #send(batch: Uint8Array<ArrayBuffer>): void {
    this.batches++;
    this.bytes += batch.length;
    try {
      this.#channel.send(batch);
    } catch (error) {
      return this.#fail(error);
    }
    const waiting = this.#channel.bufferedBytes;
    const isTurnOver = this.frames - this.#pauseFrames > TURN_FRAMES ||
      this.bytes - this.#pauseBytes > TURN_BYTES;
    if (waiting > HIGH_WATER_BYTES || isTurnOver) this.#block();
    // Openings are refused before; statuses and control frames may pass the limit by a little.
    if (waiting <= this.#options.maxQueuedBytes + HIGH_WATER_BYTES) return;
    this.#fail(
      new RpcError(
        RpcStatus.RESOURCE_EXHAUSTED,
        `Peer does not read: ${waiting} bytes wait, limit is ${this.#options.maxQueuedBytes}`,
      ),
    );
  }

  /** Nothing may follow a batch that did not leave. */
  #fail(error: unknown): void {
    this.#isEnded = true;
    this.#options.onFailure(error);
  }

  #block(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    this.#pollMs = MIN_POLL_MS;
    this.#startPoll();
  }

  #startPoll(): void {
    const before = this.#channel.bufferedBytes;
    this.#poll = this.#options.clock.setTimer(() => {
      this.#poll = undefined;
      this.#pauseFrames = this.frames;
      this.#pauseBytes = this.bytes;
      const isMoving = this.#channel.bufferedBytes < before;
      this.#pollMs = isMoving ? MIN_POLL_MS : Math.min(this.#pollMs * 2, MAX_POLL_MS);
      this.checkDrained();
      // What became writable may have filled the socket again, and the poll be on already.
      if (this.#isBlocked && !this.#isEnded && this.#poll === undefined) this.#startPoll();
    }, this.#pollMs);
  }

  #stopPoll(): void {
    if (this.#poll === undefined) return;
    this.#options.clock.clearTimer(this.#poll);
    this.#poll = undefined;
  }
}
