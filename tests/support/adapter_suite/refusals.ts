/** Requests that do not become connections: each gets a plain answer. */
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { createDeferred } from "../../../src/internal/deferred.ts";
import type { StartServer, SuiteServer, SuiteTest } from "../adapter_suite.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../assert.ts";
import { HANDSHAKE, handshakeWith, type RawHeaders, rawRequest } from "../raw_http.ts";
import { until } from "../until.ts";

async function assertRefused(
  server: SuiteServer,
  headers: RawHeaders,
  expected: { status: number; words: string },
): Promise<ReadonlyMap<string, string>> {
  const answer = await rawRequest(server.url, headers);
  assertEquals(answer.status, expected.status, answer.text);
  assert(answer.text.includes(expected.words), `"${answer.text}" lacks "${expected.words}"`);
  assertEquals(server.http.server.connections, 0);
  return answer.headers;
}

async function assertServes(server: SuiteServer): Promise<void> {
  await using client = server.connect();
  assertEquals(await client.service.add({ a: 20, b: 22 }), 42);
}

/** Makes a bare handshake, then drops the connection. */
async function upgradeAndDrop(server: SuiteServer, headers: RawHeaders): Promise<void> {
  const answer = await rawRequest(server.url, headers);
  assertEquals(answer.status, 101, answer.text);
  assertEquals(answer.headers.get("sec-websocket-protocol"), "rpc-ts.v1");
  await until(() => server.http.server.connections === 0);
}

async function checkAuthorize(
  start: StartServer,
  authorize: () => unknown,
  expected: { status: number; words: string },
): Promise<void> {
  await using server = start({ authorize });
  await assertRefused(server, HANDSHAKE, expected);
}

export const refusalTests: readonly SuiteTest[] = [
  ["refuses pages of other hosts, and takes those of its own", async (start) => {
    await using server = start();
    const refused = { status: 403, words: "Origin is not allowed" };
    await assertRefused(server, handshakeWith({ Origin: "https://evil.example.com" }), refused);
    const own = `http://${new URL(server.url).host}`;
    await assertRefused(server, [...HANDSHAKE, ["Origin", own], ["Origin", own]], refused);
    await upgradeAndDrop(server, handshakeWith({ Origin: own }));
    await assertServes(server);
  }],

  ["takes pages of the origins it was given", async (start) => {
    await using server = start({ allowedOrigins: ["https://App.example.com"] });
    await upgradeAndDrop(server, handshakeWith({ Origin: "https://app.example.com" }));
    const other = handshakeWith({ Origin: `http://${new URL(server.url).host}` });
    await assertRefused(server, other, { status: 403, words: "Origin" });
  }],

  ["refuses sub-protocols it does not speak, and none at all", async (start) => {
    await using server = start();
    const text = 'found "chat", "mqtt", expected one of "rpc-ts.v1"';
    const chat = handshakeWith({ "Sec-WebSocket-Protocol": "chat, mqtt" });
    await assertRefused(server, chat, { status: 400, words: text });
    const none = handshakeWith({ "Sec-WebSocket-Protocol": undefined });
    await assertRefused(server, none, { status: 400, words: "found none" });
    await upgradeAndDrop(server, handshakeWith({ "Sec-WebSocket-Protocol": "chat, rpc-ts.v1" }));
  }],

  ["refuses handshakes that are not well-formed", async (start) => {
    await using server = start();
    const version = handshakeWith({ "Sec-WebSocket-Version": "8" });
    const headers = await assertRefused(server, version, { status: 426, words: "must be 13" });
    assertEquals(headers.get("sec-websocket-version"), "13");
    const twice: RawHeaders = [...HANDSHAKE, ["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="]];
    await assertRefused(server, twice, { status: 400, words: "must be there once" });
    await upgradeAndDrop(server, handshakeWith({ Upgrade: "WebSocket", Connection: "x, UPGRADE" }));
  }],

  ["asks a plain GET to upgrade, unless there is a fallback", async (start) => {
    await using bare = start();
    const headers = await assertRefused(bare, [], { status: 426, words: "Upgrade required" });
    assertEquals(headers.get("upgrade"), "websocket");
    const http = bare.url.replace("ws:", "http:");
    const elsewhere = await fetch(http.replace("/rpc", "/other"));
    assertEquals([elsewhere.status, (await elsewhere.text()).length > 0], [404, true]);
    await using server = start({ fallback: ({ method }) => new Response(`page by ${method}`) });
    const page = await fetch(server.url.replace("ws:", "http:"));
    assertEquals([page.status, await page.text()], [200, "page by GET"]);
    await assertServes(server);
  }],

  ["answers what authorize decides", async (start) => {
    const unauthenticated = (): never => {
      throw new RpcError(RpcStatus.UNAUTHENTICATED, "Token has expired");
    };
    await checkAuthorize(start, unauthenticated, { status: 401, words: "Token has expired" });
    const denied = (): Promise<never> =>
      Promise.reject(new RpcError(RpcStatus.PERMISSION_DENIED, "Not here"));
    await checkAuthorize(start, denied, { status: 403, words: "Not here" });
    const broken = (): Promise<never> => Promise.reject(new Error("password is hunter2"));
    await checkAuthorize(start, broken, { status: 500, words: "Authorization failed" });
    const own = (): Response => new Response("Pay first", { status: 402 });
    await checkAuthorize(start, own, { status: 402, words: "Pay first" });
  }],

  ["gives authorize limited time", async (start) => {
    const late = createDeferred<void>();
    await using server = start({
      authorize: () => late.promise,
      limits: { connectTimeoutMs: 40 },
    });
    await assertRefused(server, HANDSHAKE, { status: 503, words: "took too long" });
    late.reject(new Error("Too late"));
  }],

  [
    "frees the place of a client that leaves while it is being authorized",
    async (start) => {
      const entered = createDeferred<void>();
      const left = createDeferred<void>();
      const gate = createDeferred<void>();
      await using server = start({
        authorize({ signal }) {
          signal.addEventListener("abort", () => left.resolve());
          entered.resolve();
          return gate.promise;
        },
      });
      let leave: () => void = () => {};
      const answer = rawRequest(server.url, HANDSHAKE, {
        onConnect: (socket) => void (leave = () => socket.destroy()),
      });
      const gone = assertRejects(answer, Error, "Connection closed");
      await entered.promise;
      assertEquals(server.http.server.connections, 1);
      leave();
      await gone;
      await left.promise;
      gate.resolve();
      await until(() => server.http.server.connections === 0);
      await assertServes(server);
    },
  ],

  [
    "refuses connections above the ceiling and frees the place of one that closed",
    async (start) => {
      await using server = start({ maxConnections: 1 });
      {
        await using first = server.connect();
        await first.service.add({ a: 1, b: 1 });
        const answer = await rawRequest(server.url, HANDSHAKE);
        assertEquals([answer.status, answer.headers.get("retry-after")], [503, "1"]);
        await using second = server.connect();
        await assertStatus(second.service.add({ a: 1, b: 1 }), RpcStatus.UNAVAILABLE);
      }
      await until(() => server.http.server.connections === 0);
      await assertServes(server);
    },
  ],
];
