import { createDeferred } from "../../internal/deferred.ts";
import type { MessageFrame } from "../../protocol/frame.ts";
import type { EndReason } from "../connection/end_reason.ts";
import type { MemoryFrame } from "./pipe.ts";
import type { MemoryStream, WaitingFrame } from "./stream.ts";

/** Sends what streams have to send, or lets it wait for credit, in order. */
export class MemoryOutbox {
  readonly #send: (frame: MemoryFrame) => void;
  readonly #onEnded: (stream: MemoryStream) => void;
  /** Messages that wait for credit, on all streams. */
  waitingMessages = 0;

  constructor(options: {
    /** Takes what may leave. */
    readonly send: (frame: MemoryFrame) => void;
    /** Called when a stream's status has left. */
    readonly onEnded: (stream: MemoryStream) => void;
  }) {
    this.#send = options.send;
    this.#onEnded = options.onEnded;
  }

  /** Sends a message; the promise settles when it has left, none when it did so at once. */
  sendMessage(stream: MemoryStream, message: unknown): Promise<void> | undefined {
    stream.sentMessages++;
    const frame: MessageFrame<unknown> = {
      kind: "message",
      streamId: stream.id,
      message,
      more: false,
      compressed: false,
    };
    // Nothing waits on a stream that has credit.
    if (stream.credit > 0) {
      stream.credit--;
      this.#send(frame);
      return undefined;
    }
    const done = createDeferred<void>();
    stream.outbox.push({ frame, done });
    this.waitingMessages++;
    return done.promise;
  }

  /** Sends a frame that needs no credit, after everything that waits on its stream. */
  enqueue(stream: MemoryStream, frame: WaitingFrame["frame"]): void {
    stream.outbox.push({ frame, done: undefined });
    if (stream.outbox.length === 1) this.#pump(stream);
  }

  /** Adds credit to a stream. */
  grant(stream: MemoryStream, messages: number): void {
    stream.credit += messages;
    this.#pump(stream);
  }

  /** Drops what waits on a stream; those who wait for it are told why. */
  drop(stream: MemoryStream, createReason: EndReason): void {
    if (stream.outbox.length === 0) return;
    const reason = createReason(stream.id);
    for (let next = stream.outbox.shift(); next; next = stream.outbox.shift()) {
      if (next.frame.kind === "message") this.waitingMessages--;
      next.done?.reject(reason);
    }
  }

  #pump(stream: MemoryStream): void {
    for (let next = stream.outbox.peek(); next !== undefined; next = stream.outbox.peek()) {
      const { frame, done } = next;
      if (frame.kind === "message") {
        if (stream.credit <= 0) return;
        stream.credit--;
        this.waitingMessages--;
      }
      stream.outbox.shift();
      this.#send(frame);
      done?.resolve();
      if (frame.kind === "status") this.#onEnded(stream);
    }
  }
}
