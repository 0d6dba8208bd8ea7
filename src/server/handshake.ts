import { createRefusal, createUpgradeRequired } from "./refusal.ts";

/** A nonce of 16 bytes in base64 (RFC 6455, 4.1); two headers joined by a comma do not match. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
/** A token of HTTP (RFC 9110, 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Lists of tokens, in any case, that have these among them. */
const WITH_WEBSOCKET = /(?:^|,)\s*websocket\s*(?:,|$)/i;
const WITH_UPGRADE = /(?:^|,)\s*upgrade\s*(?:,|$)/i;
/** More offers than any honest client makes. */
const MAX_PROTOCOLS = 64;

/** Whether a request asks to become a WebSocket; `Upgrade: h2c`, for one, does not. */
export function isUpgradeRequest(request: Request): boolean {
  return WITH_WEBSOCKET.test(request.headers.get("upgrade") ?? "");
}

/**
 * Checks the handshake itself (RFC 6455, 4.2.1), nothing of what it is for.
 *
 * @returns The answer that refuses it; undefined when it is well-formed
 */
export function checkHandshake(request: Request): Response | undefined {
  if (!isUpgradeRequest(request)) return createUpgradeRequired();
  if (request.method !== "GET") {
    return createRefusal(405, "Method of a WebSocket handshake must be GET", { allow: "GET" });
  }
  const { headers } = request;
  if (!WITH_UPGRADE.test(headers.get("connection") ?? "")) {
    return createRefusal(400, 'Header "Connection" must contain "Upgrade"');
  }
  if (headers.get("sec-websocket-version") !== "13") {
    return createRefusal(426, 'Header "Sec-WebSocket-Version" must be 13', {
      upgrade: "websocket",
      "sec-websocket-version": "13",
    });
  }
  if (!KEY.test(headers.get("sec-websocket-key") ?? "")) {
    return createRefusal(400, 'Header "Sec-WebSocket-Key" must be there once, with 16 bytes');
  }
  return undefined;
}

/**
 * The sub-protocols that a client offers, preferred first.
 *
 * @returns Their names, none without the header; undefined when the header is malformed
 */
export function parseProtocols(header: string | null): string[] | undefined {
  if (header === null) return [];
  const names: string[] = [];
  for (const part of header.split(",")) {
    const name = part.trim();
    if (!TOKEN.test(name) || names.includes(name) || names.length === MAX_PROTOCOLS) {
      return undefined;
    }
    names.push(name);
  }
  return names;
}
