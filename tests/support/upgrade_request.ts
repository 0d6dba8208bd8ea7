/** A request for a connection, with some headers changed; `undefined` takes one away. */
export function upgradeRequest(
  changes: Readonly<Record<string, string | undefined>> = {},
  options: { method?: string; url?: string } = {},
): Request {
  const { url = "http://api.example.com/rpc", method = "GET" } = options;
  const headers = new Headers({
    host: new URL(url).host,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-protocol": "rpc-ts.v1",
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return new Request(url, { method, headers });
}
