import type { MessageFrame } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { RpcMessageListener } from "../message.ts";
import { Fragments } from "./fragments.ts";
import type { ReceiveLedger } from "./receive_ledger.ts";
import type { StreamLifecycle } from "./stream_lifecycle.ts";
import type { PartialMessage, StreamState } from "./stream_state.ts";

/** What {@linkcode InboundMessages} works on. */
export interface InboundMessagesOptions {
  readonly limits: RpcLimits;
  readonly ledger: ReceiveLedger;
  readonly lifecycle: StreamLifecycle;
  /** Takes what is meant for the layers above. */
  readonly deliver: RpcMessageListener;
}

/** Joins fragments to messages, charges them, and holds the limit of their size. */
export class InboundMessages {
  readonly #options: InboundMessagesOptions;

  constructor(options: InboundMessagesOptions) {
    this.#options = options;
  }

  /** Begins a message whose first fragment came in the opening frame, which is not charged. */
  begin(stream: StreamState, fragment: Uint8Array, compressed: boolean): void {
    stream.partial = createPartial(compressed);
    addFragment(stream.partial, fragment);
    this.#options.ledger.takeUncharged(stream.partial);
  }

  /** Takes a message or a fragment of one. */
  receive(stream: StreamState, frame: MessageFrame): void {
    const { ledger, lifecycle, limits } = this.#options;
    const { message, more } = frame;
    if (stream.isReceiveEnded) {
      ledger.oweConnection(message.length);
      return lifecycle.fail(
        stream,
        new RpcError(RpcStatus.INTERNAL, "Message after the end of the stream"),
      );
    }
    const isFirst = stream.partial === undefined;
    if (!ledger.chargeStream(stream, message.length, isFirst)) {
      ledger.oweConnection(message.length);
      const text = "Peer sent data beyond the window of the stream";
      return lifecycle.fail(stream, new RpcError(RpcStatus.RESOURCE_EXHAUSTED, text));
    }
    const fault = isFirst && frame.compressed
      ? compressedFault()
      : findSizeFault((stream.partial?.bytes ?? 0) + message.length, limits) ??
        (more ? ledger.findPartialFault(message.length) : undefined);
    if (fault !== undefined) {
      ledger.oweConnection(message.length);
      return lifecycle.fail(stream, fault);
    }
    if (isFirst && !more) return this.#deliver(stream, frame);
    stream.partial ??= createPartial(frame.compressed);
    addFragment(stream.partial, message);
    if (more) ledger.payForPartial(stream);
    else this.#join(stream, stream.partial);
  }

  #join(stream: StreamState, partial: PartialMessage): void {
    stream.partial = undefined;
    stream.creditedBytes += partial.creditedBytes;
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
    this.#options.deliver({ kind: "halfClose", streamId: stream.id, messages: 1 });
  }

  #deliver(stream: StreamState, frame: MessageFrame): void {
    stream.receivedMessages++;
    stream.unreadMessages++;
    this.#options.deliver(frame);
  }
}

/** What is wrong with a compressed message: this side says that it can undo no compression. */
export function compressedFault(): RpcError {
  return new RpcError(RpcStatus.INTERNAL, "Message is compressed, no compression was agreed on");
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
  return { fragments: new Fragments(), bytes: 0, creditedBytes: 0, compressed };
}

function addFragment(partial: PartialMessage, fragment: Uint8Array): void {
  partial.fragments.add(fragment);
  partial.bytes += fragment.length;
}
