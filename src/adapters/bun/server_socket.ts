import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import {
  SOCKET_OPEN,
  type SocketListener,
  type SocketListenerObject,
  type WebSocketEventLike,
  type WebSocketLike,
} from "../../transports/websocket/web_socket_like.ts";

/** The part of Bun's `ServerWebSocket` that is used. */
export interface RpcBunServerWebSocket {
  /** What was given to the upgrade. */
  data: unknown;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** How bytes arrive. */
  binaryType?: "nodebuffer" | "arraybuffer" | "uint8array" | "blob" | undefined;
  /** Sends; above 0 the bytes sent, -1 when it was queued, 0 when it was dropped. */
  send(data: Uint8Array<ArrayBuffer>, compress?: boolean): number;
  /** Closes. */
  close(code?: number, reason?: string): void;
  /** Bytes that wait. */
  getBufferedAmount(): number;
}

type Listener = SocketListener | SocketListenerObject;

/**
 * A socket of Bun's server in the shape of the standard one.
 *
 * The one `websocket` object of a server calls {@linkcode BunServerSocket.dispatch} with what happens.
 * It has one listener for each type of events: it is handed to one owner.
 */
export class BunServerSocket implements WebSocketLike {
  readonly #socket: RpcBunServerWebSocket;
  #onMessage: Listener | undefined;
  #onDrain: Listener | undefined;
  #onClose: Listener | undefined;
  #isClosed = false;

  constructor(socket: RpcBunServerWebSocket) {
    this.#socket = socket;
    // By default a Node Buffer, which is a view of a pool.
    socket.binaryType = "uint8array";
  }

  get binaryType(): string {
    return "uint8array";
  }

  set binaryType(_type: string) {
    // Has no effect: bytes arrive as a view of their own.
  }

  /** Stays empty: the upgrade knows the sub-protocol. */
  get protocol(): string {
    return "";
  }

  /** Bun takes a copy of what it cannot write at once. */
  get copiesOnSend(): boolean {
    return true;
  }

  get takesListenerObjects(): boolean {
    return true;
  }

  get readyState(): number {
    return this.#isClosed ? 3 : this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#isClosed ? 0 : this.#socket.getBufferedAmount();
  }

  /** @throws {RpcError} `RESOURCE_EXHAUSTED` when the socket dropped the message */
  send(data: Uint8Array<ArrayBuffer>): void {
    // An empty message is answered like a dropped one; no wire of ours sends one.
    if (data.length === 0) return;
    if (this.#socket.send(data, false) !== 0) return;
    if (this.readyState !== SOCKET_OPEN) {
      throw new RpcError(RpcStatus.UNAVAILABLE, "Cannot send: the socket is not open");
    }
    throw new RpcError(
      RpcStatus.RESOURCE_EXHAUSTED,
      `Socket dropped a message of ${data.length} bytes: ${this.bufferedAmount} bytes wait already`,
    );
  }

  close(code?: number, reason?: string): void {
    if (!this.#isClosed) this.#socket.close(code, reason);
  }

  /** @throws {TypeError} When another one listens to such events already */
  addEventListener(type: string, listener: Listener): void {
    const known = this.#listenerTo(type);
    if (known !== undefined && known !== listener) {
      throw new TypeError(`Cannot listen to socket: "${type}" has a listener already`);
    }
    this.#listen(type, listener);
  }

  removeEventListener(type: string, listener: Listener): void {
    if (this.#listenerTo(type) === listener) this.#listen(type, undefined);
  }

  /** Tells the listener of its type what happened. */
  dispatch(event: WebSocketEventLike): void {
    if (event.type === "close") this.#isClosed = true;
    const listener = this.#listenerTo(event.type);
    if (typeof listener === "function") listener(event);
    else listener?.handleEvent(event);
  }

  #listenerTo(type: string): Listener | undefined {
    switch (type) {
      case "message":
        return this.#onMessage;
      case "drain":
        return this.#onDrain;
      case "close":
        return this.#onClose;
    }
    // It is open from the beginning, and Bun tells of no errors.
    return undefined;
  }

  #listen(type: string, listener: Listener | undefined): void {
    if (type === "message") this.#onMessage = listener;
    else if (type === "drain") this.#onDrain = listener;
    else if (type === "close") this.#onClose = listener;
  }
}
