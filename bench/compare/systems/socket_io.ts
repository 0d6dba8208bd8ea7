/**
 * socket.io over `node:http`, WebSockets from the start. Calls are its acknowledged events; it has no
 * streams, and what stands for them here is an event an item.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type BenchItem,
  type BenchMessage,
  type ItemRequest,
  MESSAGE,
  produceItems,
} from "../message.ts";
import type { BenchSystem } from "../system.ts";

interface Socket {
  on(event: string, listener: (...values: never[]) => void): void;
  off(event: string): void;
  emit(event: string, value?: unknown, other?: unknown): void;
  emitWithAck(event: string, value: unknown): Promise<unknown>;
  close(): void;
}

interface Server {
  readonly Server: new (http: object, options: object) => {
    on(event: "connection", listener: (socket: Socket) => void): void;
  };
}

interface Client {
  io(url: string, options: object): Socket;
}

async function emitAll(socket: Socket, request: ItemRequest): Promise<void> {
  for await (const item of produceItems(request)) socket.emit("item", item);
}

function serveSocket(socket: Socket): void {
  let counted = 0;
  let answer: ((count: number) => void) | undefined;
  let isEcho = false;
  let expected = 0;
  socket.on("echo", (message: BenchMessage, reply: (message: BenchMessage) => void) => {
    reply(message);
  });
  socket.on("down", (request: ItemRequest) => void emitAll(socket, request));
  socket.on("up", (count: number, reply: (count: number) => void) => {
    [expected, counted, answer, isEcho] = [count, 0, reply, false];
  });
  socket.on("both", () => {
    isEcho = true;
  });
  socket.on("item", (item: BenchItem) => {
    if (isEcho) socket.emit("item", item);
    else if (++counted === expected) answer?.(counted);
  });
}

/** Counts items that come back, and ends at so many. */
function countEvents(socket: Socket, count: number): Promise<number> {
  let got = 0;
  return new Promise((resolve) => {
    socket.on("item", () => {
      if (++got < count) return;
      socket.off("item");
      resolve(got);
    });
  });
}

/** socket.io. */
export const socketIo: BenchSystem = {
  async serve({ load }) {
    // What the package exports at its pinned version.
    const { Server } = await load("socket.io") as Server;
    const http = createServer();
    new Server(http, { transports: ["websocket"] }).on("connection", serveSocket);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    // It listens on a port.
    return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  },
  async connect(url, { load }) {
    // As above.
    const { io } = await load("socket.io-client") as Client;
    const socket = io(url, { transports: ["websocket"], forceNew: true });
    await socket.emitWithAck("echo", MESSAGE);
    return {
      echo: (message) => socket.emitWithAck("echo", message),
      down: (request) => {
        socket.emit("down", request);
        return countEvents(socket, request.count);
      },
      up: async (request) => {
        const answer = socket.emitWithAck("up", request.count);
        await emitAll(socket, request);
        return Number(await answer);
      },
      both: (request) => {
        socket.emit("both");
        void emitAll(socket, request);
        return countEvents(socket, request.count);
      },
      close: () => socket.close(),
    };
  },
};
