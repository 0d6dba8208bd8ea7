import { createRefusal, createUpgradeRequired } from "./refusal.ts";

/** A nonce of 16 bytes in base64 (RFC 6455, 4.1); two headers joined by a comma do not match. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
/** A token of HTTP (RFC 9110, 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** More offers than any honest client makes. */
const MAX_PROTOCOLS = 64;

/** Whether a request asks to become a WebSocket; `Upgrade: h2c`, for one, does not. */
export function isUpgradeRequest(request: Request): boolean {
  return hasToken(request.headers.get("upgrade"), "websocket");
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
  if (!hasToken(headers.get("connection"), "upgrade")) {
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
  const names = header.split(",").map((name) => name.trim());
  const isValid = names.length <= MAX_PROTOCOLS && names.every((name) => TOKEN.test(name)) &&
    new Set(names).size === names.length;
  return isValid ? names : undefined;
}

function hasToken(header: string | null, token: string): boolean {
  return header !== null &&
    header.split(",").some((part) => part.trim().toLowerCase() === token);
}
