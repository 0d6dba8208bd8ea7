/** Servers that lie to clients of this library, over real sockets. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import type { WebSocketLike } from "../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { watch } from "../support/box.ts";
import type { Random } from "../support/random.ts";
import { serveSockets } from "../support/serve_sockets.ts";
import { until } from "../support/until.ts";
import { callEverything, checkOutcomes, liarOn, namesOf } from "./hostile_peers.ts";
import { pickLies, SERVER_LIES, tellLies } from "./lies.ts";
import { socketFrame } from "./raw_socket.ts";
import { Target, type TargetProbe } from "./target.ts";

/** How long a liar lets a client wait for what comes next. */
const PATIENCE_MS = 30;

/** A server that lies to whoever connects. */
export interface LyingServer extends AsyncDisposable {
  /** Connects a client to it, which must survive. */
  attack(options: { random: Random; index: number; probe: TargetProbe }): Promise<void>;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Serves sockets of the platform, and lies on them. */
export function lieAsServer(): LyingServer {
  const plans = new Map<string, (socket: WebSocketLike) => void>();
  /** Liars may be late, and go on when their client has long gone. */
  const lying = new Set<Promise<void>>();
  let path = "";
  const http = serveSockets((socket) => plans.get(path)?.(socket), {
    // The socket follows in the same turn.
    onRequest: (request) => void (path = new URL(request.url).pathname),
  });
  let count = 0;
  return {
    async attack({ random, index, probe }): Promise<void> {
      const name = `/${count++}`;
      const lies = pickLies(SERVER_LIES, random, index);
      plans.set(name, (socket) => {
        const done = lieOn(socket, random, () => lies);
        lying.add(done);
        void done.finally(() => lying.delete(done));
      });
      const url = `ws://127.0.0.1:${http.port}${name}`;
      const limits = { connectTimeoutMs: 300 };
      const transport = RpcWebSocketCallerTransport.connect(url, { limits });
      const endpoint = new RpcPeerEndpoint({ transport, contracts: [probe.contract] });
      endpoint.start();
      const calls = callEverything(endpoint.client(Target));
      await pause(random.below(PATIENCE_MS * 2));
      calls.push(...callEverything(endpoint.client(Target)));
      await pause(random.below(PATIENCE_MS));
      await endpoint.close();
      await until(() => calls.every(({ outcome }) => outcome.kind !== "pending"));
      checkOutcomes(calls, namesOf(lies));
      assertEquals([endpoint.activeCalls, transport.openStreams], [0, 0], namesOf(lies));
      plans.delete(name);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await http.close();
      await Promise.all(lying);
    },
  };
}

async function lieOn(
  socket: WebSocketLike,
  random: Random,
  getLies: () => ReturnType<typeof pickLies>,
): Promise<void> {
  const liar = liarOn(socket, { random, isOpener: false });
  socket.addEventListener("error", () => {});
  await until(() => socket.readyState !== 0);
  await pause(random.below(PATIENCE_MS));
  tellLies(liar, getLies());
  if (random.below(2) === 0) socket.close(random.pick([1000, 3000, 4400, 4999]), "had enough");
}

type Answer = (key: string, random: Random) => string | undefined;

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

/** Answers to a handshake that no client may take, and one that is right and then wrong. */
const ANSWERS: readonly [Answer, ...Answer[]] = [
  () => undefined,
  () => "",
  () => "garbage\r\n\r\n",
  () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
  () => "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
  () => "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  () => `${SWITCH}Sec-WebSocket-Accept: bm90IHRoaXM=\r\n\r\n`,
  (accept) => `${SWITCH}Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`,
  (accept) => `${SWITCH}Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  (accept) => `${SWITCH}Sec-WebSocket-Accept: ${accept}`,
  () => `HTTP/1.1 101 X\r\n${"X-Many: m\r\n".repeat(3000)}`,
  (accept, random) => {
    const good =
      `${SWITCH}Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: rpc-ts.v1\r\n`;
    const lies = [
      { isMasked: true },
      { isMasked: false, reserved: 0x40 },
      { isMasked: false, opcode: 11 },
      { isMasked: false, declaredLength: 2n ** 62n },
      { isMasked: false, opcode: 9, isFinal: false },
      { isMasked: false, opcode: 0 },
    ] as const;
    const frame = socketFrame(new Uint8Array(20), lies[random.below(lies.length)] ?? {});
    return `${good}\r\n${String.fromCharCode(...frame)}`;
  },
];

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

async function acceptOf(request: string): Promise<string> {
  const [, key = ""] = /Sec-WebSocket-Key: (\S+)/i.exec(request) ?? [];
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + GUID));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/** Answers handshakes with bare TCP. */
export async function lieAsHandshakes(): Promise<
  AsyncDisposable & { attack(random: Random): Promise<void> }
> {
  const sockets = new Set<Socket>();
  const waiting: Random[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const random = waiting.shift();
    let request = "";
    socket.on("data", (chunk: Uint8Array) => {
      const isWhole = request.includes("\r\n\r\n");
      request += String.fromCharCode(...chunk);
      if (isWhole || !request.includes("\r\n\r\n") || random === undefined) return;
      void acceptOf(request).then((accept) => {
        const answer = random.pick(ANSWERS)(accept, random);
        if (answer === undefined) return;
        socket.write(Uint8Array.from(answer, (unit) => unit.charCodeAt(0) & 0xff));
        if (answer === "" || random.below(3) === 0) socket.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    async attack(random): Promise<void> {
      waiting.push(random);
      const limits = { connectTimeoutMs: 200 };
      const transport = RpcWebSocketCallerTransport.connect(`ws://127.0.0.1:${port}/rpc`, {
        limits,
      });
      const endpoint = new RpcPeerEndpoint({ transport });
      endpoint.start();
      const call = watch(endpoint.client(Target).echo(new Uint8Array(5)));
      await until(() => call.outcome.kind !== "pending");
      const { outcome } = call;
      assert(outcome.kind === "failed" && outcome.error instanceof RpcError, "it went well");
      await endpoint.close();
      assertEquals([endpoint.activeCalls, transport.openStreams], [0, 0]);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
