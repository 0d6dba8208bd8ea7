import { createDeferred } from "../../src/internal/deferred.ts";
import type { Channel, ChannelListener } from "../../src/transports/connection/channel.ts";

/** A channel whose other end is the test. */
export class FakeChannel implements Channel {
  protocol = "rpc-ts.v1";
  isOpen = false;
  bufferedBytes = 0;
  mayStall = false;
  sendsLate = false;
  copiesOnSend = false;
  /** Batches that were sent. */
  readonly sent: Uint8Array[] = [];
  /** How it was closed, each time. */
  readonly closes: { code: number; reason: string }[] = [];
  /** Thrown by `send` when set. */
  failure: unknown;
  /** Whether what is sent counts as buffered. */
  isStalled = false;
  readonly #closed = createDeferred<void>();
  #listener: ChannelListener | undefined;

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  listen(listener: ChannelListener): void {
    this.#listener = listener;
    if (this.isOpen) listener.onOpen();
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    if (this.failure !== undefined) throw this.failure;
    this.sent.push(batch);
    if (this.isStalled) this.bufferedBytes += batch.length;
  }

  close(code: number, reason: string): void {
    this.isOpen = false;
    this.closes.push({ code, reason });
  }

  /** Opens. */
  open(): void {
    this.isOpen = true;
    this.#listener?.onOpen();
  }

  /** Hands over a batch as if it had come. */
  receive(batch: Uint8Array): void {
    this.#listener?.onMessage(batch);
  }

  /** Hands over a text message. */
  receiveText(): void {
    this.#listener?.onText();
  }

  /** Sets how much waits in the buffer, and tells of it. */
  drain(bufferedBytes = 0): void {
    this.bufferedBytes = bufferedBytes;
    this.#listener?.onDrain();
  }

  /** Ends as a lost connection does. */
  end(code = 1006, reason = ""): void {
    this.isOpen = false;
    this.#closed.resolve();
    this.#listener?.onClose({ code, reason, wasClean: code !== 1006, cause: undefined });
  }
}
