/** birpc with msgpackr over the runtimes' own sockets; it has unary calls alone. */
import { type BenchMessage, MESSAGE } from "../message.ts";
import type { BenchContext, BenchSystem } from "../system.ts";
import { type BunServer, serveOnBun, serveOnDeno } from "./listen.ts";
import { connectSocket } from "./socket.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface Channel {
  post(bytes: Bytes): unknown;
  on(listener: (bytes: Uint8Array) => void): void;
}

interface BunSocket {
  readonly data: { take?: (bytes: Uint8Array) => void };
  send(bytes: Bytes): number;
}

interface Birpc {
  createBirpc(functions: object, options: object): {
    echo(message: BenchMessage): Promise<BenchMessage>;
  };
}

interface MsgPackr {
  pack(value: unknown): Bytes;
  unpack(bytes: Uint8Array): unknown;
}

function channelOf(socket: WebSocket): Channel {
  return {
    post: (bytes) => socket.send(bytes),
    on: (listener) => {
      socket.onmessage = ({ data }) => listener(new Uint8Array(data));
    },
  };
}

async function loadCreate(
  { load }: BenchContext,
): Promise<(channel: Channel, functions: object) => ReturnType<Birpc["createBirpc"]>> {
  // What the packages export at their pinned version.
  const { createBirpc } = await load("birpc") as Birpc;
  // As above.
  const { pack, unpack } = await load("msgpackr") as MsgPackr;
  return (channel, functions) =>
    createBirpc(functions, { ...channel, serialize: pack, deserialize: unpack });
}

const FUNCTIONS = { echo: (message: BenchMessage) => message };

/** birpc with msgpackr. */
export const birpc: BenchSystem = {
  async serve(context) {
    const create = await loadCreate(context);
    if (context.runtime === "deno") {
      return serveOnDeno((request) => {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.binaryType = "arraybuffer";
        create(channelOf(socket), FUNCTIONS);
        return response;
      });
    }
    return serveOnBun({
      fetch: (request: Request, server: BunServer) => void server.upgrade(request, { data: {} }),
      websocket: {
        open: (socket: BunSocket) =>
          void create({
            post: (bytes) => socket.send(bytes),
            on: (listener) => {
              socket.data.take = listener;
            },
          }, FUNCTIONS),
        message: (socket: BunSocket, bytes: Uint8Array) => socket.data.take?.(bytes),
      },
    });
  },
  async connect(url, context) {
    const create = await loadCreate(context);
    const socket = await connectSocket(url);
    const rpc = create(channelOf(socket), {});
    await rpc.echo(MESSAGE);
    return { echo: (message) => rpc.echo(message), close: () => socket.close() };
  },
};
