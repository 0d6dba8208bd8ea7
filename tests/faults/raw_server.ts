/** Bare WebSockets that carry messages as fast as they can: what the library is measured against. */
import type { RpcBunServer } from "../../src/adapters/bun.ts";
import type { RpcBunOtherWebSocketHandler } from "../../src/adapters/bun.ts";

/** Where they are served; `items` and `bytes` of the query say what to send. */
export const RAW_PATH = "/raw";

/** More than this in the socket: the sender waits. */
const HIGH_WATER_BYTES = 1024 * 1024;

interface RawSocket {
  readonly isOpen: boolean;
  readonly buffered: number;
  send(data: Uint8Array<ArrayBuffer>): void;
}

interface RawRequest {
  readonly items: number;
  readonly bytes: number;
}

function readRequest({ url }: Request): RawRequest {
  const { searchParams } = new URL(url);
  return { items: Number(searchParams.get("items")), bytes: Number(searchParams.get("bytes")) };
}

async function pour(socket: RawSocket, { items, bytes }: RawRequest): Promise<void> {
  const message = new Uint8Array(bytes);
  for (let sent = 0; sent < items && socket.isOpen;) {
    if (socket.buffered < HIGH_WATER_BYTES) {
      socket.send(message);
      sent++;
    } else await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Answers a request for a bare socket, under Deno. */
export function serveRawDeno(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () =>
    pour({
      get isOpen() {
        return socket.readyState === WebSocket.OPEN;
      },
      get buffered() {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(data),
    }, readRequest(request));
  return response;
}

interface BunRawSocket {
  readonly data: RawRequest;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): number;
  getBufferedAmount(): number;
}

/** The same under Bun: members for the adapter. */
export const rawBunHandler: {
  fallback(request: Request, server: RpcBunServer): undefined;
  readonly websocket: RpcBunOtherWebSocketHandler;
} = {
  fallback(request, server): undefined {
    server.upgrade(request, { data: readRequest(request) });
  },
  websocket: {
    open(given: unknown): void {
      // Bun's own socket, with the data from above.
      const socket = given as BunRawSocket;
      void pour({
        get isOpen() {
          return socket.readyState === 1;
        },
        get buffered() {
          return socket.getBufferedAmount();
        },
        send: (data) => void socket.send(data),
      }, socket.data);
    },
  },
};
