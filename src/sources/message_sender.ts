import type { RpcCodec } from "../codecs/codec.ts";
import { encoderOf } from "../codecs/support/own_memory.ts";
import type { ValueEncoder } from "../codecs/support/value_encoder.ts";
import type { Placed, PlacedValue } from "../internal/placed_value.ts";
import type { RpcError } from "../protocol/rpc_error.ts";
import { findPlacing, type PlacingTransport } from "../transports/placing_transport.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import { encodeMessage, messageBytes } from "./message_codec.ts";

/** What a {@linkcode MessageSender} needs of its call. */
export interface MessageSenderOptions {
  readonly transport: IRpcTransport;
  /** Undefined where messages go as they are. */
  readonly codec: RpcCodec | undefined;
  /** Whether the call has ended: nothing is sent then. */
  readonly isEnded: () => boolean;
  /** Makes an error of what the codec threw. */
  readonly createError: (cause: unknown) => RpcError;
}

/** Sends the messages of one stream: encodes each where it leaves from, if that can be done. */
export class MessageSender implements PlacedValue {
  readonly #options: MessageSenderOptions;
  readonly #encoder: ValueEncoder | undefined;
  readonly #placing: PlacingTransport | undefined;
  /** What is being placed. */
  #value: unknown;

  constructor(options: MessageSenderOptions) {
    const { transport, codec } = options;
    this.#options = options;
    this.#encoder = codec && encoderOf(codec);
    this.#placing = this.#encoder && findPlacing(transport);
  }

  /**
   * Sends a value.
   *
   * @returns A promise that settles when the next may follow; undefined when it may at once
   * @throws {RpcError} When it cannot be encoded, or not sent
   */
  send(streamId: number, value: unknown): Promise<void> | undefined {
    if (this.#options.isEnded()) return undefined;
    const placed = this.#place(streamId, value);
    if (typeof placed === "number") return undefined;
    const message = placed ?? this.#encode(value);
    const { transport } = this.#options;
    const room = transport.waitForRoom?.(streamId, messageBytes(message));
    // What waits is the value, as the program has it: encoded it would take the room there is not.
    if (room !== undefined) return this.#sendAfter(room, streamId, value);
    return transport.sendMessage(streamId, message);
  }

  async #sendAfter(room: Promise<void>, streamId: number, value: unknown): Promise<void> {
    await room;
    await this.send(streamId, value);
  }

  encodeInto(bytes: Uint8Array<ArrayBuffer>, position: number): Placed {
    const value = this.#value;
    this.#value = undefined;
    try {
      // Nothing is placed without an encoder.
      return (this.#encoder as ValueEncoder).encodeInto(value, bytes, position);
    } catch (cause) {
      throw this.#options.createError(cause);
    }
  }

  #place(streamId: number, value: unknown): Placed | undefined {
    if (this.#placing === undefined) return undefined;
    this.#value = value;
    const placed = this.#placing.placeMessage(streamId, this);
    this.#value = undefined;
    return placed;
  }

  #encode(value: unknown): unknown {
    const { codec, transport, createError } = this.#options;
    try {
      return encodeMessage(codec, value, transport);
    } catch (cause) {
      throw createError(cause);
    }
  }
}
