import type { RpcClock } from "../../internal/clock.ts";
import type { FrameEncoder, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";

/** Whose frames a `BatchWriter` writes, and what it needs beside the channel. */
export interface BatchWriterOwner {
  readonly clock: RpcClock;
  readonly encoder: FrameEncoder;
  /** Tells whether frames may share a message, and whether the peer acknowledges what it has. */
  readonly wire: { readonly capabilities: Pick<RpcWire["capabilities"], "batches" | "acks"> };
  /** More than `maxQueuedBytes` waiting in the socket fails the connection: the peer does not read. */
  readonly limits: Pick<RpcLimits, "maxQueuedBytes">;
  /** Called when data may be written again. */
  onWritable(): void;
  /** Called when the channel refused a batch. */
  onFailure(error: unknown): void;
}

/** Frames for one WebSocket message. */
export interface Batch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the peer acknowledges it. */
  readonly isCounted: boolean;
}
