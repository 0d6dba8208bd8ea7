import type { HelloFrame, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import { ReceivePlaces } from "./receive_places.ts";
import type { PartialMessage, ReceiveHalf, StreamState } from "./stream_state.ts";
import type { WindowTuner } from "./window_tuner.ts";

/** What large messages take before the first has come. */
const EMPTY = { heldBytes: 0, boundBytes: 0 } as const;

/** Whose credit a {@linkcode ReceiveLedger} counts, and by which rules. */
export interface ReceiveLedgerOwner {
  readonly limits: RpcLimits;
  /** Tells what a message costs beside its bytes, and what may come before the peer knows the limits. */
  readonly wire: {
    readonly capabilities: Pick<RpcWire["capabilities"], "messageCostBytes">;
    readonly initialHello: Pick<HelloFrame, "connectionWindowBytes">;
  };
  /** Sends a grant; stream 0 is the connection. */
  sendCredit(streamId: number, bytes: number, messages: number): void;
  /** Makes what says how large the windows of streams are to be; without it they stay as they are. */
  createTuner?(): WindowTuner;
  /** Ends a call whose message is one too many, because nothing would go on otherwise. */
  makeRoom?(error: RpcError): void;
}

/**
 * Counts what the peer may still send, and returns credit as messages are consumed.
 *
 * Credit goes back when half of a window is owed, so grants are rare. Fragments of a message that
 * is not whole yet are paid for before that as long as nothing unread waits on their stream: to the
 * connection at once, as far as there is room for large messages, and to the stream when the message
 * has a place ({@linkcode ReceivePlaces}). A message larger than the window then comes through, and
 * a stalled reader still holds no more than its window and one message.
 */
export class ReceiveLedger {
  readonly #limits: RpcLimits;
  readonly #owner: ReceiveLedgerOwner;
  /** Made with the first message that costs credit, which none of a unary call does. */
  #tuner: WindowTuner | undefined;
  readonly #messageCost: number;
  #connectionWindow: number;
  /** What of it a peer has that does not know the window yet. */
  readonly #surplusBytes: number;
  /** What the peer has not been granted again; of it, what passes the bound of large messages stays. */
  #connectionOwed = 0;
  /** Made with the first message of more than one frame. */
  #places: ReceivePlaces | undefined;

  constructor(owner: ReceiveLedgerOwner) {
    const { limits, wire } = owner;
    const { connectionWindowBytes } = limits;
    this.#limits = limits;
    this.#owner = owner;
    this.#messageCost = wire.capabilities.messageCostBytes;
    this.#connectionWindow = Math.max(
      connectionWindowBytes,
      wire.initialHello.connectionWindowBytes,
    );
    this.#surplusBytes = this.#connectionWindow - connectionWindowBytes;
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
    const { partial } = stream;
    if (partial === undefined || stream.unreadMessages > 0) return;
    const places = this.#givenPlaces;
    const bytes = partial.bytes - partial.creditedBytes;
    places.add(partial);
    this.#oweConnection(bytes);
    const isDue = this.#isDue(stream.receiving, partial.bytes - partial.paidBytes, 0);
    if (isDue && places.ask(stream, partial)) this.#payStream(stream, partial);
    if (places.isStuck) this.#owner.makeRoom?.(tooManyLarge(places.heldBytes, places.boundBytes));
  }

  /** Takes the beginning of a message that came in the opening, which costs no credit. */
  takeUncharged(partial: PartialMessage): void {
    this.#givenPlaces.add(partial);
    partial.paidBytes = partial.bytes;
    this.#oweConnection(0);
  }

  /**
   * Why a message may not begin with so many bytes in an opening; undefined when it may. What passes
   * the bound takes credit of the connection that has not gone out.
   */
  findOpeningFault(bytes: number): RpcError | undefined {
    const { heldBytes, boundBytes } = this.#givenPlaces;
    const held = heldBytes + bytes;
    if (held - boundBytes <= this.#connectionOwed) return undefined;
    return tooManyLarge(held, boundBytes);
  }

  /** Takes a message whose last fragment has come, which is paid for when it is released. */
  takeJoined(stream: StreamState, partial: PartialMessage): void {
    const { receiving } = stream;
    receiving.partial = undefined;
    receiving.creditedBytes += partial.creditedBytes;
    receiving.paidBytes += partial.paidBytes;
    stream.unreadMessages++;
    this.#places?.end(stream, partial, true);
    this.#payWaiting();
  }

  /** Pays for a message that was consumed; when none is unread, nothing was. */
  release(stream: StreamState, bytes: number): void {
    if (stream.unreadMessages === 0) return;
    const { receiving } = stream;
    stream.unreadMessages--;
    if (receiving.unreadFrames > 0) {
      receiving.unreadFrames--;
      this.#oweConnection(this.#messageCost);
    }
    const paid = Math.min(bytes, receiving.paidBytes);
    const credited = Math.min(bytes, receiving.creditedBytes);
    receiving.paidBytes -= paid;
    receiving.creditedBytes -= credited;
    this.#oweConnection(bytes - credited);
    this.#owe(stream, bytes - paid, 1);
    if (credited > 0) this.#free(credited);
    this.payForPartial(stream);
  }

  /** Pays the connection for the part of a message that will never be whole. */
  dropPartial(stream: StreamState): void {
    const { partial } = stream;
    if (partial === undefined) return;
    stream.receiving.partial = undefined;
    this.#places?.end(stream, partial, false);
    this.#oweConnection(partial.bytes - partial.creditedBytes);
    this.#payWaiting();
  }

  get #givenPlaces(): ReceivePlaces {
    return this.#places ??= new ReceivePlaces(this.#limits);
  }

  /** Gives room back that a message took which is read now. */
  #free(bytes: number): void {
    this.#places?.free(bytes);
    this.#oweConnection(0);
    this.#payWaiting();
  }

  /** Pays those who have waited for a place and have one now. */
  #payWaiting(): void {
    const places = this.#places;
    for (let next = places?.next(); next !== undefined; next = places?.next()) {
      if (next.partial !== undefined) this.#payStream(next, next.partial);
    }
  }

  #payStream(stream: StreamState, partial: PartialMessage): void {
    const bytes = partial.bytes - partial.paidBytes;
    partial.paidBytes = partial.bytes;
    this.#owe(stream, bytes, 0);
  }

  #oweConnection(bytes: number): void {
    this.#connectionOwed += bytes;
    const owed = this.#connectionOwed - (this.#places?.excessBytes ?? 0);
    if (owed === 0) return;
    // Streams that are not read may hold most of the window; the others need the rest of it whole.
    const isScarce = owed >= this.#connectionWindow - this.#surplusBytes;
    if (!isScarce && owed * 2 < this.#limits.connectionWindowBytes) return;
    const granted = isScarce ? owed : owed - this.#keptBytes;
    this.#owner.sendCredit(0, granted, 0);
    this.#connectionWindow += granted;
    this.#connectionOwed -= granted;
  }

  /** What is not granted while large messages are about to fill their room: openings may need it. */
  get #keptBytes(): number {
    const { heldBytes, boundBytes } = this.#places ?? EMPTY;
    return heldBytes * 2 > boundBytes ? Math.floor(this.#limits.connectionWindowBytes / 4) : 0;
  }

  /** Whether the stream is to be granted what it is owed, with so much more. */
  #isDue(
    { owedBytes, owedMessages, windowScale }: ReceiveHalf,
    bytes: number,
    messages: number,
  ): boolean {
    const { streamWindowBytes, streamWindowMessages } = this.#limits;
    return (owedBytes + bytes) * 2 >= streamWindowBytes * windowScale ||
      (owedMessages + messages) * 2 >= streamWindowMessages * windowScale;
  }

  #owe(stream: StreamState, bytes: number, messages: number): void {
    const { receiving } = stream;
    receiving.owedBytes += bytes;
    receiving.owedMessages += messages;
    if (!this.#isDue(receiving, 0, 0) || stream.isReceiveEnded) return;
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

function tooManyLarge(held: number, bound: number): RpcError {
  const text = `Too many large messages at once: ${held} bytes wait, limit is ${bound} bytes`;
  return new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text);
}
