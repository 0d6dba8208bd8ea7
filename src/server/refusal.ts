/** Longest text of a refusal; what peers and hooks contribute is cut. */
const MAX_TEXT = 300;

/**
 * Answers a request that is not upgraded: plain text, short, printable ASCII.
 *
 * @param status HTTP status
 * @param text One sentence for people
 * @param headers Further headers; none unless given
 */
export function createRefusal(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const safe = text.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_TEXT);
  return new Response(`${safe}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}

/** Answers a request that did not ask for a WebSocket where only those are served. */
export function createUpgradeRequired(): Response {
  return createRefusal(426, "Upgrade required: this address serves WebSockets only", {
    upgrade: "websocket",
  });
}

/** Answers while no connection can be taken; the client may try again. */
export function createUnavailable(text: string): Response {
  return createRefusal(503, text, { "retry-after": "1" });
}
