import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import {
  SOCKET_OPEN,
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

interface Listener {
  readonly type: string;
  readonly hear: (event: WebSocketEventLike) => void;
}

const NO_LISTENERS: readonly Listener[] = [];

/**
 * A socket of Bun's server in the shape of the standard one.
 *
 * The one `websocket` object of a server calls {@linkcode BunServerSocket.dispatch} with what happens.
 */
export class BunServerSocket implements WebSocketLike {
  /** Has no effect: bytes arrive as a view of their own. */
  binaryType = "uint8array";
  readonly #socket: RpcBunServerWebSocket;
  /** The few that there are; a new list for every change, as one may be made while it is told. */
  #listeners: readonly Listener[] = NO_LISTENERS;
  #isClosed = false;

  constructor(socket: RpcBunServerWebSocket) {
    this.#socket = socket;
    // By default a Node Buffer, which is a view of a pool.
    socket.binaryType = "uint8array";
  }

  /** Stays empty: the upgrade knows the sub-protocol. */
  get protocol(): string {
    return "";
  }

  /** Bun takes a copy of what it cannot write at once. */
  get copiesOnSend(): boolean {
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

  addEventListener(type: string, hear: Listener["hear"]): void {
    this.removeEventListener(type, hear);
    this.#listeners = [...this.#listeners, { type, hear }];
  }

  removeEventListener(type: string, hear: Listener["hear"]): void {
    this.#listeners = this.#listeners.filter((one) => one.type !== type || one.hear !== hear);
  }

  /** Tells the listeners of its type what happened. */
  dispatch(event: WebSocketEventLike): void {
    if (event.type === "close") this.#isClosed = true;
    for (const listener of this.#listeners) {
      if (listener.type === event.type) listener.hear(event);
    }
  }
}
