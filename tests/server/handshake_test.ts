import { checkHandshake, isUpgradeRequest, parseProtocols } from "../../src/server/handshake.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { upgradeRequest } from "../support/upgrade_request.ts";

async function assertRefused(request: Request, status: number, words: string): Promise<Response> {
  const response = checkHandshake(request);
  assert(response !== undefined, `was not refused, expected "${words}"`);
  const text = await response.clone().text();
  assertEquals(response.status, status, text);
  assert(text.includes(words), `"${text}" does not contain "${words}"`);
  return response;
}

test("checkHandshake() takes a handshake that is well-formed, in any case", () => {
  assertEquals(checkHandshake(upgradeRequest()), undefined);
  for (const upgrade of ["WebSocket", "WEBSOCKET", "h2c, websocket"]) {
    assertEquals(checkHandshake(upgradeRequest({ upgrade })), undefined, upgrade);
  }
  for (const connection of ["upgrade", "keep-alive, Upgrade", "UPGRADE,close"]) {
    assertEquals(checkHandshake(upgradeRequest({ connection })), undefined, connection);
  }
});

test("checkHandshake() asks a plain request to upgrade", async () => {
  for (const upgrade of [undefined, "", "h2c", "websockets", "x-websocket"]) {
    const response = await assertRefused(upgradeRequest({ upgrade }), 426, "Upgrade required");
    assertEquals(response.headers.get("upgrade"), "websocket");
  }
});

test("checkHandshake() refuses methods other than GET", async () => {
  for (const method of ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
    const response = await assertRefused(upgradeRequest({}, { method }), 405, "must be GET");
    assertEquals(response.headers.get("allow"), "GET");
  }
});

test("checkHandshake() refuses a Connection header without Upgrade", async () => {
  for (const connection of [undefined, "", "keep-alive", "upgraded", "no-upgrade"]) {
    await assertRefused(upgradeRequest({ connection }), 400, 'Header "Connection"');
  }
});

test("checkHandshake() refuses versions other than 13 and names it", async () => {
  for (const version of [undefined, "", "8", "14", "13, 8", "13, 13", "013"]) {
    const request = upgradeRequest({ "sec-websocket-version": version });
    const response = await assertRefused(request, 426, "must be 13");
    assertEquals(response.headers.get("sec-websocket-version"), "13");
  }
});

test("checkHandshake() refuses a key that is missing, twice there, or no 16 bytes", async () => {
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  for (const wrong of [undefined, "", "short", `${key}, ${key}`, `A${key}`, key.slice(0, 23)]) {
    const request = upgradeRequest({ "sec-websocket-key": wrong });
    await assertRefused(request, 400, 'Header "Sec-WebSocket-Key"');
  }
});

test("isUpgradeRequest() looks for WebSocket among what is asked for", () => {
  assertEquals(isUpgradeRequest(upgradeRequest()), true);
  assertEquals(isUpgradeRequest(upgradeRequest({ upgrade: "h2c" })), false);
  assertEquals(isUpgradeRequest(new Request("http://api.example.com/")), false);
});

test("parseProtocols() reads names in their order", () => {
  assertEquals(parseProtocols(null), []);
  assertEquals(parseProtocols("rpc-ts.v1"), ["rpc-ts.v1"]);
  assertEquals(parseProtocols("chat ,\trpc-ts.v1,x"), ["chat", "rpc-ts.v1", "x"]);
});

test("parseProtocols() refuses empty names, repeated ones, strange ones and too many", () => {
  for (const header of ["", ",", "a,,b", "a, a", "a b", 'a"b', "a\u00e9", "a;b", "a,"]) {
    assertEquals(parseProtocols(header), undefined, `"${header}"`);
  }
  const names = Array.from({ length: 64 }, (_, index) => `p${index}`);
  assertEquals(parseProtocols(names.join(","))?.length, 64);
  assertEquals(parseProtocols([...names, "p64"].join(",")), undefined);
});
