import type { WebSocketLike } from "./web_socket_like.ts";

/** Where to connect: an address, or a function that is asked for it at every attempt. */
export type RpcWebSocketUrl = string | URL | (() => string | URL | Promise<string | URL>);

/** Headers of the handshake, or a function that is asked for them at every attempt. */
export type RpcHandshakeHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** What {@linkcode openSocket} needs beside the address. */
export interface OpenSocketOptions {
  readonly protocols: readonly string[];
  readonly headers?: RpcHandshakeHeaders;
  readonly createSocket?: (url: URL, protocols: string[]) => WebSocketLike | Promise<WebSocketLike>;
}

/** Deno's and Bun's client takes headers, where the standard has sub-protocols only. */
type SocketConstructor = new (
  url: URL,
  options: string[] | { protocols: string[]; headers: Readonly<Record<string, string>> },
) => WebSocketLike;

/**
 * Checks an address.
 *
 * @throws {TypeError} When it is not a `ws:`, `wss:`, `http:` or `https:` address
 */
export function parseSocketUrl(address: string | URL): URL {
  // A page may give a path: it is resolved against the page's own address.
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  let url: URL;
  try {
    url = new URL(address, base);
  } catch (cause) {
    throw new TypeError(`Cannot connect: "${address}" is not an address`, { cause });
  }
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol === "ws:" || url.protocol === "wss:") return url;
  throw new TypeError(
    `Cannot connect: protocol of the address is "${url.protocol}", expected "ws:" or "wss:"`,
  );
}

/** Makes the socket of one attempt; address and headers are asked for afresh. */
export async function openSocket(
  address: RpcWebSocketUrl,
  options: OpenSocketOptions,
): Promise<WebSocketLike> {
  const url = parseSocketUrl(typeof address === "function" ? await address() : address);
  const protocols = [...options.protocols];
  if (options.createSocket !== undefined) return await options.createSocket(url, protocols);
  // The platform's constructor, which the library's own type describes more loosely.
  const Socket = WebSocket as unknown as SocketConstructor;
  if (options.headers === undefined) return new Socket(url, protocols);
  if ("document" in globalThis) {
    throw new TypeError(
      "Cannot connect: a browser sends no handshake headers, use the URL instead",
    );
  }
  const { headers } = options;
  const given = typeof headers === "function" ? await headers() : headers;
  return new Socket(url, { protocols, headers: given });
}
