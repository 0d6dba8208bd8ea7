/** What a socket's events carry, as far as this library looks. */
export interface WebSocketEventLike {
  /** What it was listened to as: `open`, `message`, `error`, `close` or `drain`. */
  readonly type: string;
  /** Of a `message` event: text, or bytes as `binaryType` says. */
  readonly data?: unknown;
  /** Of a `close` event. */
  readonly code?: number;
  /** Of a `close` event. */
  readonly reason?: string;
  /** Of a `close` event: whether both ends took part in closing. */
  readonly wasClean?: boolean;
  /** Of an `error` event, on some platforms. */
  readonly message?: string;
}

/**
 * Any standards-shaped WebSocket: that of a browser, of Deno, Bun's client, or of the `ws` package.
 *
 * A socket that can tell when its send buffer has drained dispatches `drain` events; others are
 * asked for `bufferedAmount` while something waits.
 */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** The sub-protocol that the server chose; empty when it chose none. */
  readonly protocol: string;
  /** Bytes sent but not yet given to the network. */
  readonly bufferedAmount: number;
  /** Set to `arraybuffer` by this library. */
  binaryType: string;
  /**
   * Whether `send` is done with its bytes when it returns, as the platforms' own sockets are: their
   * memory is then used again. Not assumed unless it says so.
   */
  readonly copiesOnSend?: boolean;
  /**
   * Whether a listener may be an object with a method `handleEvent`, as the platforms' own sockets
   * take it: that spares a function for each of them. Not assumed unless it says so.
   */
  readonly takesListenerObjects?: boolean;
  /** Sends one binary message. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Closes. */
  close(code?: number, reason?: string): void;
  /** Registers a listener for `open`, `message`, `error`, `close` or `drain`. */
  addEventListener(type: string, listener: (event: WebSocketEventLike) => void): void;
  /** Takes a listener away. */
  removeEventListener(type: string, listener: (event: WebSocketEventLike) => void): void;
}

/** What is told of events of a socket. */
export type SocketListener = (event: WebSocketEventLike) => void;

/** What a socket that takes objects takes in place of a function (WHATWG DOM, 2.7). */
export interface SocketListenerObject {
  /** Takes an event. */
  handleEvent(event: WebSocketEventLike): void;
}

/** `readyState` of an open socket. */
export const SOCKET_OPEN = 1;
/** `readyState` of a closed socket. */
export const SOCKET_CLOSED = 3;

/** Whether something that is to be a socket may be one: programs without types make other things. */
export function isSocket(made: unknown): made is WebSocketLike {
  return typeof made === "object" && made !== null && "send" in made && "addEventListener" in made;
}
