import type { MessageFrame } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { RpcConnectionCompression } from "../compression.ts";
import type { MessageSink } from "./connection_options.ts";
import { Fragments } from "./fragments.ts";
import type { ReceiveLedger } from "./receive_ledger.ts";
import type { StreamLifecycle } from "./stream_lifecycle.ts";
import type { PartialMessage, StreamState } from "./stream_state.ts";

/** What {@linkcode InboundMessages} works on. */
export interface InboundMessagesOptions {
  readonly limits: RpcLimits;
  readonly ledger: ReceiveLedger;
  readonly lifecycle: StreamLifecycle;
  /** Undefined when compression is off. */
  readonly compression: RpcConnectionCompression | undefined;
  /** Takes what is meant for the layers above. */
  readonly incoming: MessageSink;
}

/** Joins fragments to messages, charges them, and holds the limit of their size. */
export class InboundMessages {
  readonly #options: InboundMessagesOptions;

  constructor(options: InboundMessagesOptions) {
    this.#options = options;
  }

  /** Begins a message whose first fragment came in the opening frame, which is not charged. */
  begin(stream: StreamState, fragment: Uint8Array, compressed: boolean): void {
    const partial = createPartial(compressed);
    stream.receiving.partial = partial;
    addFragment(partial, fragment);
    this.#options.ledger.takeUncharged(partial);
  }

  /** Takes a message or a fragment of one. */
  receive(stream: StreamState, frame: MessageFrame): void {
    const { ledger, lifecycle, limits } = this.#options;
    const { message, more } = frame;
    const isFirst = stream.partial === undefined;
    const fault = stream.isReceiveEnded
      ? new RpcError(RpcStatus.INTERNAL, "Message after the end of the stream")
      : !ledger.chargeStream(stream, message.length, isFirst)
      ? windowFault(stream, limits)
      : isFirst && frame.compressed && !this.#options.compression?.isAgreed
      ? compressedFault()
      : findSizeFault((stream.partial?.bytes ?? 0) + message.length, limits);
    if (fault !== undefined) {
      ledger.refund(message.length);
      return lifecycle.fail(stream, fault);
    }
    if (isFirst && !more) {
      ledger.takeMessage(stream);
      return this.#deliver(stream, frame);
    }
    ledger.takeFragment();
    const partial = stream.receiving.partial ??= createPartial(frame.compressed);
    addFragment(partial, message);
    if (more) ledger.payForPartial(stream);
    else this.#join(stream, partial);
  }

  #join(stream: StreamState, partial: PartialMessage): void {
    this.#options.ledger.takeJoined(stream, partial);
    this.#deliver(stream, {
      kind: "message",
      streamId: stream.id,
      message: partial.fragments.join(partial.bytes),
      more: false,
      compressed: partial.compressed,
    });
    // The one who took the message may have ended the stream.
    if (!stream.endsAfterMessage || stream.isReceiveEnded) return;
    stream.isReceiveEnded = true;
    this.#options.incoming.push({ kind: "halfClose", streamId: stream.id, messages: 1 });
  }

  #deliver(stream: StreamState, frame: MessageFrame): void {
    stream.receivedMessages++;
    this.#options.incoming.push(frame.compressed ? receiveCompressed(frame, this.#options) : frame);
  }
}

/** The same frame with what is inflated when it is read, where its message came compressed. */
export function receiveCompressed<F extends { readonly message: Uint8Array | undefined }>(
  frame: F,
  { compression }: Pick<InboundMessagesOptions, "compression">,
): Omit<F, "message"> & { readonly message: unknown } {
  const { message } = frame;
  if (message === undefined || compression === undefined) return frame;
  return { ...frame, message: compression.receive(message) };
}

/** What is wrong with a compressed message that no compression was agreed on for. */
export function compressedFault(): RpcError {
  return new RpcError(RpcStatus.INTERNAL, "Message is compressed, no compression was agreed on");
}

/** What is wrong with a message that the peer had no credit for. */
function windowFault(stream: StreamState, limits: RpcLimits): RpcError {
  const { windowBytes, windowMessages } = stream.receiving;
  const found = `${Math.max(0, -windowBytes)} bytes and ` +
    `${Math.max(0, -windowMessages)} messages`;
  const window = `${limits.streamWindowBytes} bytes and ${limits.streamWindowMessages} messages`;
  const text = `Peer sent data beyond the window of the stream: ${found} more than ${window}`;
  return new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text);
}

/** What is wrong with a message of this size. */
export function findSizeFault(bytes: number, limits: RpcLimits): RpcError | undefined {
  if (bytes <= limits.maxMessageBytes) return undefined;
  return new RpcError(
    RpcStatus.RESOURCE_EXHAUSTED,
    `Received message larger than max (${bytes} vs. ${limits.maxMessageBytes})`,
  );
}

function createPartial(compressed: boolean): PartialMessage {
  const fragments = new Fragments();
  return { fragments, bytes: 0, creditedBytes: 0, paidBytes: 0, hasPlace: false, compressed };
}

function addFragment(partial: PartialMessage, fragment: Uint8Array): void {
  partial.fragments.add(fragment);
  partial.bytes += fragment.length;
}
