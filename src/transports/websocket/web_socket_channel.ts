import { plainBytes } from "../../codecs/support/plain_bytes.ts";
import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import { truncateCloseReason } from "../../protocol/close_reason.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { Channel, ChannelClose, ChannelListener } from "../connection/channel.ts";
import type { RpcTransportSide } from "../transport.ts";
import { isDenoSocket, isPlatformSocket } from "./platform_socket.ts";
import {
  isSocket,
  SOCKET_CLOSED,
  SOCKET_OPEN,
  type SocketListener,
  type SocketListenerObject,
  type WebSocketEventLike,
  type WebSocketLike,
} from "./web_socket_like.ts";

/** Spares a function, and what that refers to, on each of many thousands of sockets. */
function toListener(object: SocketListenerObject): SocketListener {
  // Sockets that do not take objects are only ever given functions.
  return object as unknown as SocketListener;
}

function createListener(object: SocketListenerObject): SocketListener {
  return (event) => object.handleEvent(event);
}

/**
 * A WebSocket as a channel: bytes in, bytes out, one close.
 *
 * It evens out what the platforms do differently: binary types, several close events, errors that
 * come as events, close codes that are missing, a socket that is still to be made.
 */
export class WebSocketChannel implements Channel, SocketListenerObject {
  readonly #side: RpcTransportSide;
  readonly #onUnwanted: (() => void) | undefined;
  #sendsLate = false;
  #copiesOnSend = false;
  /** Made when somebody waits for the end. */
  #closed: Deferred<void> | undefined;
  #socket: WebSocketLike | undefined;
  /** What listens to all events of the socket. */
  #hear: SocketListener | undefined;
  #listener: ChannelListener | undefined;
  #closing: { readonly code: number; readonly reason: string } | undefined;
  #cause: unknown;
  #isClosed = false;

  /**
   * Makes a channel of a socket, or of one that comes later; `onUnwanted` is called when it is told to
   * close, as it is by its connection, whoever has ended that.
   */
  constructor(
    socket: WebSocketLike | Promise<WebSocketLike>,
    side: RpcTransportSide,
    onUnwanted?: () => void,
  ) {
    this.#side = side;
    this.#onUnwanted = onUnwanted;
    if (!(socket instanceof Promise)) this.#attach(socket);
    else socket.then((made) => this.#take(made), (error: unknown) => this.#fail(error));
  }

  get protocol(): string {
    return this.#socket?.protocol ?? "";
  }

  get isOpen(): boolean {
    return this.#closing === undefined && this.#socket?.readyState === SOCKET_OPEN;
  }

  get mayStall(): boolean {
    return this.#sendsLate && this.#side === "caller";
  }

  get sendsLate(): boolean {
    return this.#sendsLate;
  }

  get copiesOnSend(): boolean {
    return this.#copiesOnSend;
  }

  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  get closed(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#closed ??= createDeferred();
    return this.#closed.promise;
  }

  listen(listener: ChannelListener): void {
    this.#listener = listener;
    if (this.isOpen) listener.onOpen();
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    if (!this.isOpen) {
      throw new RpcError(RpcStatus.UNAVAILABLE, "Cannot send: the socket is not open");
    }
    try {
      this.#socket?.send(batch);
    } catch (cause) {
      if (cause instanceof RpcError) throw cause;
      throw new RpcError(RpcStatus.UNAVAILABLE, "Cannot send: the socket refused a message", {
        cause,
      });
    }
  }

  close(code: number, reason: string): void {
    if (this.#closing !== undefined) return;
    this.#closing = { code, reason: truncateCloseReason(reason) };
    this.#onUnwanted?.();
    if (this.#socket !== undefined) this.#closeSocket(this.#socket);
  }

  /** Takes what a program has made. */
  #take(made: WebSocketLike): void {
    if (isSocket(made)) this.#attach(made);
    else this.#fail(new TypeError("Cannot connect: what was made is no WebSocket"));
  }

  #fail(cause: unknown): void {
    this.#cause = cause;
    this.#end({ code: 1006, reason: "", wasClean: false });
  }

  #attach(socket: WebSocketLike): void {
    this.#socket = socket;
    this.#sendsLate = isDenoSocket(socket);
    const isPlatforms = isPlatformSocket(socket);
    this.#copiesOnSend = socket.copiesOnSend ?? isPlatforms;
    socket.binaryType = "arraybuffer";
    const takesObjects = socket.takesListenerObjects ?? isPlatforms;
    const listener = takesObjects ? toListener(this) : createListener(this);
    this.#hear = listener;
    for (const type of ["message", "error", "close"]) socket.addEventListener(type, listener);
    if (!isPlatforms) socket.addEventListener("drain", listener);
    if (socket.readyState !== SOCKET_OPEN) socket.addEventListener("open", listener);
    if (this.#closing !== undefined) this.#closeSocket(socket);
    else if (socket.readyState === SOCKET_OPEN) this.#listener?.onOpen();
    // No event comes of a socket that is closed already; its owner is still being built.
    if (socket.readyState === SOCKET_CLOSED) this.#endSoon();
  }

  #endSoon(): void {
    queueMicrotask(() => this.#end({ code: 1006, reason: "", wasClean: false }));
  }

  #closeSocket(socket: WebSocketLike): void {
    try {
      // An application may use 1000 and 3000 to 4999 (RFC 6455, 7.4; WHATWG WebSockets, 3.1).
      const { code, reason } = this.#closing ?? { code: 1000, reason: "" };
      socket.close(code >= 3000 && code <= 4999 ? code : 1000, reason);
    } catch (error) {
      this.#cause ??= error;
      this.#forceClose(socket);
    }
  }

  /** Closes without a word; a socket that refuses that as well counts as closed. */
  #forceClose(socket: WebSocketLike): void {
    try {
      socket.close();
    } catch {
      // Its error is the same as before; whoever waits for the end must not wait for ever.
      this.#endSoon();
    }
  }

  handleEvent(event: WebSocketEventLike): void {
    switch (event.type) {
      case "message":
        return this.#receive(event.data);
      case "drain":
        return this.#listener?.onDrain();
      case "open":
        this.#stopHearing("open");
        return this.#listener?.onOpen();
      case "error":
        if (event.message) this.#cause ??= new Error(event.message);
        return;
      case "close": {
        const { code = 1006, reason = "", wasClean = true } = event;
        return this.#end({ code, reason, wasClean });
      }
    }
  }

  #stopHearing(type: string): void {
    if (this.#hear !== undefined) this.#socket?.removeEventListener(type, this.#hear);
  }

  #receive(data: unknown): void {
    if (this.#closing !== undefined) return;
    if (data instanceof Uint8Array) this.#listener?.onMessage(plainBytes(data));
    else if (data instanceof ArrayBuffer) this.#listener?.onMessage(new Uint8Array(data));
    else if (ArrayBuffer.isView(data)) {
      this.#listener?.onMessage(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    } else this.#listener?.onText();
  }

  /** Takes the first close; Deno reports a ping that was not answered twice. */
  #end(close: Omit<ChannelClose, "cause">): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const type of ["open", "message", "drain", "close"]) this.#stopHearing(type);
    // The error listener stays: an error without one ends the process on some platforms.
    this.#closed?.resolve();
    this.#listener?.onClose({ ...close, cause: this.#cause });
  }
}
