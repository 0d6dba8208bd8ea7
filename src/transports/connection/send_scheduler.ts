import { createDeferred } from "../../internal/deferred.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { BatchWriter } from "./batch_writer.ts";
import type { Outbound, OutboundFrame, OutboundMessage, StreamState } from "./stream_state.ts";

/** Makes the reason that those get who wait to send on a stream that has ended. */
export type EndReason = (streamId: number) => RpcError;

/** Credit never rises above this, whatever a peer grants (PROTOCOL.md, section 7). */
const MAX_CREDIT = Number.MAX_SAFE_INTEGER;

/**
 * Decides which stream's data goes out next.
 *
 * A message goes straight to the writer when nothing is in its way. Otherwise it waits in its
 * stream's outbox; streams that can go on take turns, one fragment each. Data needs room in the
 * writer, credit of its stream and credit of the connection, each above zero; everything else
 * passes. What is sent after a waiting message on the same stream waits behind it.
 */
export class SendScheduler {
  readonly #writer: BatchWriter;
  readonly #maxFragmentBytes: number;
  readonly #onEnded: (stream: StreamState) => void;
  /** Streams that may have something to send, in turn. */
  readonly #ready: Set<StreamState> = new Set();
  /** Streams that wait for credit of the connection, in turn. */
  readonly #starved: Set<StreamState> = new Set();
  /** Bytes that may be sent on all streams together. */
  connectionBytes: number;
  /** Bytes of messages that wait in outboxes. */
  waitingBytes = 0;

  constructor(
    writer: BatchWriter,
    options: {
      maxFragmentBytes: number;
      connectionBytes: number;
      /** Called when a stream's status has been written. */
      onEnded: (stream: StreamState) => void;
    },
  ) {
    this.#writer = writer;
    this.#maxFragmentBytes = options.maxFragmentBytes;
    this.connectionBytes = options.connectionBytes;
    this.#onEnded = options.onEnded;
  }

  /** Sends a message; the promise settles when it has gone out, none when it did so at once. */
  sendMessage(stream: StreamState, message: Uint8Array): Promise<void> | undefined {
    stream.sentMessages++;
    if (
      stream.outbox.length === 0 && message.length <= this.#maxFragmentBytes &&
      this.#writer.isWritable && this.#hasCredit(stream, true)
    ) {
      this.#writeFragment(stream, { message, more: false, first: true });
      return undefined;
    }
    const done = createDeferred<void>();
    this.enqueue(stream, { kind: "outbound", message, offset: 0, done });
    return done.promise;
  }

  /** Sends a frame after everything that waits on its stream, and before all other data. */
  enqueue(stream: StreamState, outbound: Outbound): void {
    const isFree = stream.outbox.length === 0 && outbound.kind !== "outbound" &&
      (this.#writer.isWritable || !hasData(outbound));
    if (isFree) return this.#write(stream, outbound);
    this.waitingBytes += waitingBytesOf(outbound);
    stream.outbox.push(outbound);
    if (stream.outbox.length === 1) this.#ready.add(stream);
    this.pump();
  }

  /** Lets the streams that can go on take turns until the writer is full. */
  pump(): void {
    while (this.#writer.isWritable) {
      // One at a time: a small grant must not make all that wait try, and wait again.
      const starved = this.connectionBytes > 0 ? takeFirst(this.#starved) : undefined;
      const stream = starved ?? takeFirst(this.#ready);
      if (stream === undefined) return;
      if (this.#sendNext(stream) && stream.outbox.length > 0) this.#ready.add(stream);
    }
  }

  /** Adds credit to a stream. */
  grantStream(stream: StreamState, bytes: number, messages: number): void {
    stream.sendBytes = Math.min(stream.sendBytes + bytes, MAX_CREDIT);
    stream.sendMessages = Math.min(stream.sendMessages + messages, MAX_CREDIT);
    if (stream.outbox.length === 0) return;
    this.#ready.add(stream);
    this.pump();
  }

  /** Adds credit to the connection. */
  grantConnection(bytes: number): void {
    this.connectionBytes = Math.min(this.connectionBytes + bytes, MAX_CREDIT);
    this.pump();
  }

  /** Drops what waits on a stream; those who wait for it are told why. */
  drop(stream: StreamState, createReason: EndReason): void {
    if (stream.outbox.length === 0) return;
    this.#ready.delete(stream);
    this.#starved.delete(stream);
    let reason: RpcError | undefined;
    for (let next = stream.outbox.shift(); next; next = stream.outbox.shift()) {
      this.waitingBytes -= waitingBytesOf(next);
      if (next.kind !== "outbound" || next.done === undefined) continue;
      reason ??= createReason(stream.id);
      next.done.reject(reason);
    }
  }

  #hasCredit(stream: StreamState, first: boolean): boolean {
    return this.connectionBytes > 0 && stream.sendBytes > 0 && (!first || stream.sendMessages > 0);
  }

  /** Writes the next frame of a stream; false when it has to wait for credit. */
  #sendNext(stream: StreamState): boolean {
    const next = stream.outbox.peek();
    if (next === undefined) return false;
    if (next.kind === "outbound") return this.#sendFragment(stream, next);
    stream.outbox.shift();
    this.waitingBytes -= waitingBytesOf(next);
    this.#write(stream, next);
    return true;
  }

  #write(stream: StreamState, frame: OutboundFrame): void {
    this.#writer.write(frame);
    if (frame.kind === "status") this.#onEnded(stream);
  }

  #sendFragment(stream: StreamState, next: OutboundMessage): boolean {
    const first = next.offset === 0;
    if (!this.#hasCredit(stream, first)) {
      if (this.connectionBytes <= 0) this.#starved.add(stream);
      return false;
    }
    const end = Math.min(next.offset + this.#maxFragmentBytes, next.message.length);
    const more = end < next.message.length;
    const message = next.message.subarray(next.offset, end);
    this.waitingBytes -= message.length;
    next.offset = end;
    if (!more) stream.outbox.shift();
    this.#writeFragment(stream, { message, more, first });
    if (!more) next.done?.resolve();
    return true;
  }

  #writeFragment(
    stream: StreamState,
    fragment: { message: Uint8Array; more: boolean; first: boolean },
  ): void {
    const { message, more, first } = fragment;
    stream.sendBytes -= message.length;
    this.connectionBytes -= message.length;
    if (first) stream.sendMessages--;
    this.#writer.write({ kind: "message", streamId: stream.id, message, more, compressed: false });
  }
}

/** Whether a frame is more than a control frame, which a full socket must not hold up. */
function hasData(frame: OutboundFrame): boolean {
  return frame.kind === "status" && frame.message !== undefined;
}

/** Bytes of messages in what waits. */
function waitingBytesOf(outbound: Outbound): number {
  if (outbound.kind === "outbound") return outbound.message.length - outbound.offset;
  return outbound.kind === "status" ? outbound.message?.length ?? 0 : 0;
}

function takeFirst(streams: Set<StreamState>): StreamState | undefined {
  for (const stream of streams) {
    streams.delete(stream);
    return stream;
  }
  return undefined;
}

/** The reason that those who wait on a stream get when it ends before their message went out. */
export function streamEndedError(streamId: number): RpcError {
  return new RpcError(
    RpcStatus.FAILED_PRECONDITION,
    `Cannot send on stream ${streamId}: the stream is not open`,
  );
}
