import { keepBytes } from "../internal/bytes.ts";
import type {
  CancelFrame,
  HalfCloseFrame,
  HeadersFrame,
  MessageFrame,
  OpenFrame,
  StatusFrame,
} from "../protocol/frame.ts";

/**
 * One thing that came in on a stream, whole and checked: fragments are joined, limits and counts
 * hold. `message` is bytes on a wire, a {@linkcode RpcCompressedMessage} where it came compressed, and
 * any value on a zero-copy transport.
 *
 * A stream that this side opened ends with exactly one `status`, a stream that the peer opened with
 * at most one `cancel`, whatever happens: when the connection dies the transport makes them up.
 */
export type RpcTransportMessage =
  | OpenFrame<unknown>
  | MessageFrame<unknown>
  | HeadersFrame
  | HalfCloseFrame
  | StatusFrame<unknown>
  | CancelFrame;

/** Takes what comes in, synchronously and in order. */
export type RpcMessageListener = (message: RpcTransportMessage) => void;

/** Takes what comes in as well: an object that many connections need not make a function for. */
export interface RpcMessageReceiver {
  /** Takes a message, synchronously and in order; must not throw. */
  receive(message: RpcTransportMessage): void;
}

/**
 * Everything that comes in on a transport, in order, for one listener.
 *
 * What comes before there is a listener waits and is handed over first, so nothing is lost between
 * building a transport and building the endpoint on it. A feed lives as long as its transport: it
 * neither ends nor fails when a connection is replaced.
 *
 * @example Forward what comes in, a turn later
 * ```ts
 * import { RpcMessageFeed, type RpcTransportMessage } from "@rpc-ts/websocket/transports";
 *
 * const inner = new RpcMessageFeed();
 * const outer = new RpcMessageFeed();
 * inner.listen((message) => queueMicrotask(() => outer.push(message)));
 * inner.push({ kind: "cancel", streamId: 1, code: 1, reason: "" });
 *
 * const seen: RpcTransportMessage[] = [];
 * await Promise.resolve();
 * outer.listen((message) => seen.push(message));
 * if (seen.length !== 1) throw new Error("the message is lost");
 * ```
 */
export class RpcMessageFeed {
  #receiver: RpcMessageReceiver | undefined;
  /** What came before there was a listener; undefined for nothing. */
  #early: RpcTransportMessage[] | undefined;

  /** How many messages wait for a listener. */
  get waiting(): number {
    return this.#early?.length ?? 0;
  }

  /** Hands one message to the listener, or keeps it until there is one. */
  push(message: RpcTransportMessage): void {
    if (this.#receiver === undefined) (this.#early ??= []).push(keepMessage(message));
    else this.#receiver.receive(message);
  }

  /**
   * Sets the listener and hands it everything that came before.
   *
   * @param listener Called for every message; it must not throw
   * @throws {TypeError} When there is a listener already
   */
  listen(listener: RpcMessageListener | RpcMessageReceiver): void {
    if (this.#receiver !== undefined) {
      throw new TypeError("Cannot listen to messages: the transport has a listener already");
    }
    // What arrives while the early messages are handed over queues behind them.
    const receiver = typeof listener === "function" ? { receive: listener } : listener;
    for (const message of this.#early ?? []) receiver.receive(message);
    this.#early = undefined;
    this.#receiver = receiver;
  }
}

/** A message to keep, without the batch that it came in. */
function keepMessage(message: RpcTransportMessage): RpcTransportMessage {
  if (!("message" in message) || !(message.message instanceof Uint8Array)) return message;
  return { ...message, message: keepBytes(message.message) };
}
