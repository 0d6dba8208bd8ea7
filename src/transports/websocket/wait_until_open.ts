import { isPlatformSocket, standFor } from "./platform_socket.ts";
import {
  SOCKET_CLOSED,
  SOCKET_OPEN,
  type WebSocketEventLike,
  type WebSocketLike,
} from "./web_socket_like.ts";

/** Settings of {@linkcode waitUntilOpen}. */
export interface RpcWaitUntilOpenOptions {
  /** Gives the socket up and closes it; never unless given. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until a socket is open, without losing what comes in before the transport listens.
 *
 * A platform hands what a socket receives to those who listen at that moment, and to nobody later: a
 * socket that was awaited by other means may have missed the first frame of its peer. A transport
 * also takes a socket that is still opening; to wait is for those who try several.
 *
 * @param socket A socket that is opening; of one that is open already, only what comes from now on is
 *   kept
 * @param options A signal
 * @returns The socket to hand to a transport, in the place of `socket`
 * @throws {Error} When the socket closes before it opens, or has closed already
 * @throws {unknown} The reason of the signal when it aborts
 *
 * @example Take the first of two servers that is there
 * ```ts ignore because nothing listens there
 * import { RpcWebSocketCallerTransport, waitUntilOpen } from "@rpc-ts/websocket";
 *
 * const transport = new RpcWebSocketCallerTransport(async (signal) => {
 *   try {
 *     return await waitUntilOpen(new WebSocket("wss://a.example.com", ["rpc-ts.v1"]), { signal });
 *   } catch {
 *     return new WebSocket("wss://b.example.com", ["rpc-ts.v1"]);
 *   }
 * });
 * ```
 */
export function waitUntilOpen(
  socket: WebSocketLike,
  options: RpcWaitUntilOpenOptions = {},
): Promise<WebSocketLike> {
  const { signal } = options;
  const kept = new KeptSocket(socket);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.removeEventListener("open", onOpen);
      socket.removeEventListener("close", onClose);
      signal?.removeEventListener("abort", onAbort);
    };
    const onOpen = (): void => {
      settle();
      resolve(kept);
    };
    const onClose = ({ code = 1006 }: WebSocketEventLike): void => {
      settle();
      reject(new Error(`Cannot open socket: it closed with code ${code}`));
    };
    const onAbort = (): void => {
      settle();
      socket.close();
      reject(signal?.reason);
    };
    socket.addEventListener("open", onOpen);
    socket.addEventListener("close", onClose);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) return onAbort();
    // No event comes of what has happened already.
    if (socket.readyState === SOCKET_OPEN) return onOpen();
    if (socket.readyState !== SOCKET_CLOSED) return;
    settle();
    reject(new Error("Cannot open socket: it is closed already"));
  });
}

/** A socket that keeps messages until somebody listens to them. */
class KeptSocket implements WebSocketLike {
  readonly #socket: WebSocketLike;
  readonly #early: WebSocketEventLike[] = [];

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
    standFor(this, socket);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", this.#keep);
    // An error without a listener ends the process on some platforms.
    socket.addEventListener("error", () => {});
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get copiesOnSend(): boolean {
    return this.#socket.copiesOnSend ?? isPlatformSocket(this.#socket);
  }

  get binaryType(): string {
    return this.#socket.binaryType;
  }

  set binaryType(type: string) {
    this.#socket.binaryType = type;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  addEventListener(type: string, listener: (event: WebSocketEventLike) => void): void {
    if (type !== "message") return this.#socket.addEventListener(type, listener);
    // Not within this call: the one who listens is still being built.
    queueMicrotask(() => {
      this.#socket.removeEventListener("message", this.#keep);
      this.#socket.addEventListener("message", listener);
      for (const event of this.#early.splice(0)) listener(event);
    });
  }

  removeEventListener(type: string, listener: (event: WebSocketEventLike) => void): void {
    this.#socket.removeEventListener(type, listener);
  }

  readonly #keep = (event: WebSocketEventLike): void => {
    this.#early.push(event);
  };
}
