import type { RpcLimits } from "../../protocol/limits.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { PartialMessage, ReceiveHalf, StreamState } from "./stream_state.ts";
import type { WindowTuner } from "./window_tuner.ts";

/** There is room for so many of the largest messages beyond the windows (PROTOCOL.md, section 7). */
const LARGEST_MESSAGES = 16;

/** Whose credit a {@linkcode ReceiveLedger} counts. */
export interface ReceiveLedgerOwner {
  /** Sends a grant; stream 0 is the connection. */
  sendCredit(streamId: number, bytes: number, messages: number): void;
  /** Makes what says how large the windows of streams are to be; without it they stay as they are. */
  createTuner?(): WindowTuner;
}

/** What a {@linkcode ReceiveLedger} works with. */
export interface ReceiveLedgerOptions {
  /** Bytes that the peer may send on all streams together to begin with. */
  readonly windowBytes: number;
  /** What a message frame costs the connection beside its bytes. */
  readonly messageCostBytes: number;
  readonly owner: ReceiveLedgerOwner;
}

/**
 * Counts what the peer may still send, and returns credit as messages are consumed.
 *
 * Credit goes back when half of a window is owed, so grants are rare. Fragments of a message that
 * is not whole yet are paid for at once as long as nothing unread waits on their stream: a message
 * larger than the window then comes through, and a stalled reader still holds no more than its
 * window and one message.
 */
export class ReceiveLedger {
  readonly #limits: RpcLimits;
  readonly #owner: ReceiveLedgerOwner;
  /** Made with the first message that costs credit, which none of a unary call does. */
  #tuner: WindowTuner | undefined;
  readonly #messageCost: number;
  #connectionWindow: number;
  #connectionOwed = 0;
  /** Bytes of messages that were paid for before the message was consumed. */
  #paidEarly = 0;

  constructor(limits: RpcLimits, options: ReceiveLedgerOptions) {
    this.#limits = limits;
    this.#owner = options.owner;
    this.#messageCost = options.messageCostBytes;
    this.#connectionWindow = options.windowBytes;
  }

  /** Charges a frame to the connection; false when the peer had no credit for it. */
  chargeConnection(bytes: number): boolean {
    const hadCredit = this.#connectionWindow > 0;
    this.#connectionWindow -= bytes + this.#messageCost;
    return hadCredit;
  }

  /** Charges a fragment to its stream; false when the peer had no credit for it. */
  chargeStream(stream: StreamState, bytes: number, first: boolean): boolean {
    const { receiving } = stream;
    const hadCredit = receiving.windowBytes > 0 && (!first || receiving.windowMessages > 0);
    receiving.windowBytes -= bytes;
    if (first) receiving.windowMessages--;
    this.#tuner ??= this.#owner.createTuner?.();
    this.#tuner?.onData(bytes, first ? 1 : 0);
    return hadCredit;
  }

  /** Takes the answer of a probe that the tuner has sent. */
  onProbeAnswer(): void {
    this.#tuner?.onAnswer();
  }

  /** Takes a whole message, which is paid for when it is released. */
  takeMessage(stream: StreamState): void {
    stream.unreadMessages++;
    stream.receiving.unreadFrames++;
  }

  /** Takes a fragment: what it weighs beside its bytes is gone when it is joined to the others. */
  takeFragment(): void {
    this.#oweConnection(this.#messageCost);
  }

  /** Pays the connection for a frame that no stream wants. */
  refund(bytes: number): void {
    this.#oweConnection(bytes + this.#messageCost);
  }

  /** Pays for fragments of a message that is not whole yet, when nothing unread is before it. */
  payForPartial(stream: StreamState): void {
    const partial = stream.partial;
    if (partial === undefined || stream.unreadMessages > 0) return;
    const bytes = partial.bytes - partial.creditedBytes;
    partial.creditedBytes = partial.bytes;
    this.#paidEarly += bytes;
    this.#owe(stream, bytes, 0);
  }

  /** Takes the beginning of a message that came in the opening, which costs no credit. */
  takeUncharged(partial: PartialMessage): void {
    partial.creditedBytes = partial.bytes;
    this.#paidEarly += partial.bytes;
  }

  /** Why a message that is not whole may not grow by so many bytes; undefined when it may. */
  findPartialFault(bytes: number): RpcError | undefined {
    const limit = LARGEST_MESSAGES * this.#limits.maxMessageBytes;
    const held = this.#paidEarly + bytes;
    if (held <= limit) return undefined;
    return new RpcError(
      RpcStatus.RESOURCE_EXHAUSTED,
      `Too many large messages at once: ${held} bytes wait, limit is ${limit} bytes`,
    );
  }

  /** Pays for a message that was consumed; when none is unread, nothing was. */
  release(stream: StreamState, bytes: number): void {
    if (stream.unreadMessages === 0) return;
    const { receiving } = stream;
    const credited = Math.min(bytes, receiving.creditedBytes);
    receiving.creditedBytes -= credited;
    this.#paidEarly -= credited;
    stream.unreadMessages--;
    if (receiving.unreadFrames > 0) {
      receiving.unreadFrames--;
      this.#oweConnection(this.#messageCost);
    }
    this.#owe(stream, bytes - credited, 1);
    this.payForPartial(stream);
  }

  /** Pays the connection for the part of a message that will never be whole. */
  dropPartial(stream: StreamState): void {
    const partial = stream.partial;
    if (partial === undefined) return;
    stream.receiving.partial = undefined;
    this.#paidEarly -= partial.creditedBytes;
    this.#oweConnection(partial.bytes - partial.creditedBytes);
  }

  #oweConnection(bytes: number): void {
    this.#connectionOwed += bytes;
    // Streams that are not read may hold most of the window; the others need the rest of it whole.
    const isScarce = this.#connectionOwed >= this.#connectionWindow;
    if (!isScarce && this.#connectionOwed * 2 < this.#limits.connectionWindowBytes) return;
    this.#owner.sendCredit(0, this.#connectionOwed, 0);
    this.#connectionWindow += this.#connectionOwed;
    this.#connectionOwed = 0;
  }

  #owe(stream: StreamState, bytes: number, messages: number): void {
    this.#oweConnection(bytes);
    const { receiving } = stream;
    receiving.owedBytes += bytes;
    receiving.owedMessages += messages;
    const { streamWindowBytes, streamWindowMessages } = this.#limits;
    const { windowScale } = receiving;
    const isDue = receiving.owedBytes * 2 >= streamWindowBytes * windowScale ||
      receiving.owedMessages * 2 >= streamWindowMessages * windowScale;
    if (!isDue || stream.isReceiveEnded) return;
    this.#grow(receiving);
    this.#owner.sendCredit(stream.id, receiving.owedBytes, receiving.owedMessages);
    receiving.windowBytes += receiving.owedBytes;
    receiving.windowMessages += receiving.owedMessages;
    receiving.owedBytes = 0;
    receiving.owedMessages = 0;
  }

  /** Adds to what is owed what the window of the stream has become larger. */
  #grow(receiving: ReceiveHalf): void {
    const scale = this.#tuner?.scale ?? 1;
    const growth = scale - receiving.windowScale;
    if (growth <= 0) return;
    receiving.windowScale = scale;
    receiving.owedBytes += Math.floor(this.#limits.streamWindowBytes * growth);
    receiving.owedMessages += Math.floor(this.#limits.streamWindowMessages * growth);
  }
}
