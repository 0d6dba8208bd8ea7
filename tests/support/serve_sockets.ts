/** A server of sockets on either runtime, with nothing of this library in between. */
import type {
  WebSocketEventLike,
  WebSocketLike,
} from "../../src/transports/websocket/web_socket_like.ts";
import { runtime } from "./test.ts";

/** A server that accepts sockets. */
export interface SocketServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Settings of {@linkcode serveSockets}. */
export interface SocketServerOptions {
  /** Sub-protocol that the server answers; `rpc-ts.v1` unless given, none when empty. */
  readonly protocol?: string;
  /** Sees every handshake. */
  readonly onRequest?: (request: Request) => void;
}

/** Accepts sockets on a port of 127.0.0.1. */
export function serveSockets(
  onSocket: (socket: WebSocketLike) => void,
  options: SocketServerOptions = {},
): SocketServer {
  return runtime === "deno" ? serveOnDeno(onSocket, options) : serveOnBun(onSocket, options);
}

type SocketListener = (socket: WebSocketLike) => void;

function serveOnDeno(onSocket: SocketListener, options: SocketServerOptions): SocketServer {
  const { protocol = "rpc-ts.v1", onRequest } = options;
  const listening = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(listening, (request) => {
    onRequest?.(request);
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      protocol === "" ? {} : { protocol },
    );
    onSocket(socket);
    return response;
  });
  return { port: server.addr.port, close: () => server.shutdown() };
}

/** The members of Bun's server socket that are used here. */
interface BunServerSocket {
  data: { socket?: BunSocket };
  readonly readyState: number;
  send(data: Uint8Array): number;
  close(code?: number, reason?: string): void;
  getBufferedAmount(): number;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: unknown): boolean;
  stop(closeAll: boolean): Promise<void>;
}

/** Bun's server socket with the face of a browser's. */
class BunSocket implements WebSocketLike {
  binaryType = "arraybuffer";
  readonly protocol = "";
  readonly #socket: BunServerSocket;
  readonly #target: EventTarget = new EventTarget();

  constructor(socket: BunServerSocket) {
    this.#socket = socket;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.readyState === 1 ? this.#socket.getBufferedAmount() : 0;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.send(data) === 0) throw new Error("the socket dropped a message");
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  addEventListener(type: string, listener: (event: WebSocketEventLike) => void): void {
    this.#target.addEventListener(type, listener as EventListener);
  }

  removeEventListener(type: string, listener: (event: WebSocketEventLike) => void): void {
    this.#target.removeEventListener(type, listener as EventListener);
  }

  emit(type: string, event: Omit<WebSocketEventLike, "type">): void {
    this.#target.dispatchEvent(Object.assign(new Event(type), event));
  }
}

function serveOnBun(onSocket: SocketListener, options: SocketServerOptions): SocketServer {
  const { protocol = "rpc-ts.v1", onRequest } = options;
  const bun = (globalThis as unknown as { Bun: { serve(options: unknown): BunServer } }).Bun;
  const server = bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request: Request, self: BunServer): Response | undefined {
      onRequest?.(request);
      const headers = protocol === "" ? {} : { "sec-websocket-protocol": protocol };
      if (self.upgrade(request, { data: {}, headers })) return undefined;
      return new Response("not a socket", { status: 400 });
    },
    websocket: {
      open(socket: BunServerSocket): void {
        const face = new BunSocket(socket);
        socket.data.socket = face;
        onSocket(face);
      },
      message(socket: BunServerSocket, data: unknown): void {
        socket.data.socket?.emit("message", { data });
      },
      drain(socket: BunServerSocket): void {
        socket.data.socket?.emit("drain", {});
      },
      close(socket: BunServerSocket, code: number, reason: string): void {
        socket.data.socket?.emit("close", { code, reason });
      },
    },
  });
  return { port: server.port, close: () => server.stop(true) };
}
