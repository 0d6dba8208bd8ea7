/** Requests that `fetch` does not let one send, and connections that break. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A list, because a name may be there twice. */
export type RawHeaders = readonly (readonly [string, string])[];

/** Headers of a handshake that every server of this library takes. */
export const HANDSHAKE: RawHeaders = [
  ["Connection", "Upgrade"],
  ["Upgrade", "websocket"],
  ["Sec-WebSocket-Version", "13"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["Sec-WebSocket-Protocol", "rpc-ts.v1"],
];

/** The handshake with some headers changed; `undefined` takes one away. */
export function handshakeWith(changes: Readonly<Record<string, string | undefined>>): RawHeaders {
  const kept = HANDSHAKE.filter(([name]) => !(name in changes));
  const added = Object.entries(changes).filter(([, value]) => value !== undefined);
  // The filter leaves out what is undefined.
  return [...kept, ...added as [string, string][]];
}

/** Sends a request over a bare socket and reads the answer's head, and its text unless it is 101. */
export function rawRequest(
  url: string,
  headers: RawHeaders,
  options: { method?: string; onConnect?: (socket: Socket) => void } = {},
): Promise<RawAnswer> {
  const { hostname, port, host, pathname } = new URL(url);
  const own = headers.some(([name]) => name.toLowerCase() === "host") ? [] : [["Host", host]];
  const lines = [...own, ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.setEncoding("latin1");
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`Connection closed after "${received}"`)));
    socket.on("data", (chunk: string) => {
      received += chunk;
      const answer = parseAnswer(received);
      if (answer === undefined) return;
      resolve(answer);
      socket.destroy();
    });
    options.onConnect?.(socket);
    socket.write(`${options.method ?? "GET"} ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n`);
  });
}

function parseAnswer(received: string): RawAnswer | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = received.slice(0, end).split("\r\n");
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const status = Number(first.split(" ")[1]);
  const text = received.slice(end + 4);
  const length = Number(headers.get("content-length") ?? 0);
  return status === 101 || text.length >= length ? { status, headers, text } : undefined;
}

/** Makes a handshake with these bytes right behind it, and leaves when the server has answered. */
export function sendBehindHandshake(url: string, bytes: Uint8Array): Promise<void> {
  const { hostname, port, host, pathname } = new URL(url);
  const lines = [["Host", host], ...HANDSHAKE].map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    // A server that does not like what it gets may reset the connection.
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.end());
    socket.on("close", () => resolve());
    socket.write(`GET ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n`);
    socket.write(bytes);
  });
}

/** A proxy that can cut all connections that run through it. */
export interface BreakableProxy {
  /** The address to connect to instead. */
  readonly url: string;
  /** Cuts everything, without a close frame. */
  cut(): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

/** Puts a proxy in front of a server. */
export async function createBreakableProxy(url: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    keep(near);
    keep(far);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = new URL(url);
  // A server on a port has an address of this kind.
  address.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const close = (): Promise<void> => {
    cut();
    return new Promise((resolve) => void server.close(() => resolve()));
  };
  return { url: address.href, cut, close };
}
