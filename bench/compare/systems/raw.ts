/**
 * Bare WebSockets: messages of bytes that were encoded ahead and that nobody parses, one item a
 * message. It is what a socket can do with no calls on top.
 */
import {
  type BenchMessage,
  ITEM_BYTES,
  type ItemRequest,
  produceItems,
  toBytes,
} from "../message.ts";
import type { BenchConnection, BenchSystem } from "../system.ts";
import { type BunServer, serveOnBun, serveOnDeno } from "./listen.ts";
import { connectSocket } from "./socket.ts";

/** More than this in the socket: the sender waits, as nothing else holds it. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;

interface RawSocket {
  buffered(): number;
  isOpen(): boolean;
  send(data: Bytes | string): unknown;
}

interface BunSocket {
  readonly data: RawServed;
  readonly readyState: number;
  send(data: Bytes | string): number;
  getBufferedAmount(): number;
}

/** Items come out of the generator that every other system takes them from. */
async function pour(socket: RawSocket, request: ItemRequest): Promise<void> {
  const bytes = ITEM_BYTES[request.kind];
  for await (const _item of produceItems(request)) {
    while (socket.buffered() > HIGH_WATER_BYTES) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    if (!socket.isOpen()) break;
    socket.send(bytes);
  }
}

/** The server's end: text asks for a stream, bytes are echoed or counted. */
class RawServed {
  #socket: RawSocket | undefined;
  #toCount = 0;
  #counted = 0;

  open(socket: RawSocket): void {
    this.#socket = socket;
  }

  take(data: Bytes | string): void {
    if (typeof data === "string") this.#ask(JSON.parse(data));
    else if (this.#toCount === 0) this.#socket?.send(data);
    else if (++this.#counted === this.#toCount) {
      this.#toCount = 0;
      this.#socket?.send(String(this.#counted));
    }
  }

  #ask({ shape, request }: { readonly shape: string; readonly request: ItemRequest }): void {
    this.#counted = 0;
    if (shape === "up") this.#toCount = request.count;
    else if (this.#socket === undefined) return;
    else if (request.isAtOnce) void pour(this.#socket, request);
    // Bun holds back what is sent within an event of the socket, and sends it in one piece.
    else setTimeout(pour, 0, this.#socket, request);
  }
}

function upgradeOnDeno(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  const served = new RawServed();
  socket.binaryType = "arraybuffer";
  served.open(asRawSocket(socket));
  socket.onmessage = ({ data }) =>
    served.take(typeof data === "string" ? data : new Uint8Array(data));
  return response;
}

const bunHandler = {
  fetch(request: Request, server: BunServer): void {
    server.upgrade(request, { data: new RawServed() });
  },
  websocket: {
    open(socket: BunSocket): void {
      socket.data.open({
        buffered: () => socket.getBufferedAmount(),
        isOpen: () => socket.readyState === 1,
        send: (data) => socket.send(data),
      });
    },
    message(socket: BunSocket, data: Bytes | string): void {
      socket.data.take(data);
    },
  },
};

function asRawSocket(socket: WebSocket): RawSocket {
  return {
    buffered: () => socket.bufferedAmount,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    send: (data) => socket.send(data),
  };
}

/** The client's end; one thing at a time. */
class RawConnection implements BenchConnection {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  echo(message: BenchMessage): Promise<unknown> {
    return this.#next(() => this.#socket.send(toBytes(message)));
  }

  echoMany(inFlight: number, untilMs: number): Promise<number> {
    const bytes = ITEM_BYTES.message;
    const socket = this.#socket;
    let sent = inFlight;
    let back = 0;
    return new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        back += data.byteLength / bytes.length;
        if (performance.now() < untilMs) {
          socket.send(bytes);
          sent++;
        } else if (back === sent) resolve(back);
      };
      for (let index = 0; index < inFlight; index++) socket.send(bytes);
    });
  }

  down(request: ItemRequest): Promise<number> {
    return this.#count(request, () => {
      this.#socket.send(JSON.stringify({ shape: "down", request }));
    });
  }

  async up(request: ItemRequest): Promise<number> {
    this.#socket.send(JSON.stringify({ shape: "up", request }));
    return Number(await this.#next(() => void pour(asRawSocket(this.#socket), request)));
  }

  both(request: ItemRequest): Promise<number> {
    return this.#count(request, () => void pour(asRawSocket(this.#socket), request));
  }

  close(): void {
    this.#socket.close();
  }

  #next(begin: () => void): Promise<unknown> {
    return new Promise((resolve) => {
      this.#socket.onmessage = ({ data }) => resolve(data);
      begin();
    });
  }

  #count({ kind, count }: ItemRequest, begin: () => void): Promise<number> {
    let leftBytes = count * ITEM_BYTES[kind].length;
    return new Promise((resolve) => {
      this.#socket.onmessage = ({ data }) => {
        leftBytes -= data.byteLength;
        if (leftBytes <= 0) resolve(count);
      };
      begin();
    });
  }
}

/** Bare WebSockets. */
export const raw: BenchSystem = {
  serve({ runtime }) {
    return Promise.resolve(
      runtime === "deno" ? serveOnDeno(upgradeOnDeno) : serveOnBun(bunHandler),
    );
  },
  async connect(url) {
    return new RawConnection(await connectSocket(url));
  },
};
