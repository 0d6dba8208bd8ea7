import type { RpcClock } from "../../internal/clock.ts";
import type { FrameEncoder } from "../../protocol/frame.ts";

/** Whose frames a `BatchWriter` writes. */
export interface BatchWriterOwner {
  /** Where time comes from. */
  readonly clock: RpcClock;
  /** Called when data may be written again. */
  onWritable(): void;
  /** Called when the channel refused a batch. */
  onFailure(error: unknown): void;
}

/** What a `BatchWriter` needs beside the channel. */
export interface BatchWriterOptions {
  readonly encoder: FrameEncoder;
  /** Whether frames may share a WebSocket message. */
  readonly batches: boolean;
  /** Whether the peer acknowledges the batches that it has. */
  readonly acks: boolean;
  /** More than this waiting in the socket fails the connection: the peer does not read. */
  readonly maxQueuedBytes: number;
  readonly owner: BatchWriterOwner;
}

/** Frames for one WebSocket message. */
export interface Batch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the peer acknowledges it. */
  readonly isCounted: boolean;
}
