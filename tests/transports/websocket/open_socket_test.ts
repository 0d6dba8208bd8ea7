import { openSocket, parseSocketUrl } from "../../../src/transports/websocket/open_socket.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../support/assert.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { test } from "../../support/test.ts";

test("parseSocketUrl() takes addresses of sockets, and those of pages for them", () => {
  const cases = [
    ["ws://example.com/rpc", "ws://example.com/rpc"],
    ["wss://example.com/rpc?a=1", "wss://example.com/rpc?a=1"],
    ["http://example.com:8080/rpc", "ws://example.com:8080/rpc"],
    ["https://example.com/", "wss://example.com/"],
  ];
  for (const [address, expected] of cases) {
    assertEquals(parseSocketUrl(address ?? "").href, expected);
  }
  assertEquals(parseSocketUrl(new URL("https://example.com/x")).href, "wss://example.com/x");
});

test("parseSocketUrl() leaves the address that it was given alone", () => {
  const given = new URL("https://example.com/x");
  parseSocketUrl(given);
  assertEquals(given.protocol, "https:");
});

test("parseSocketUrl() refuses what is no address of a socket", () => {
  assertThrows(() => parseSocketUrl("ftp://example.com"), TypeError, 'is "ftp:", expected "ws:"');
  const error = assertThrows(() => parseSocketUrl("ws://"), TypeError, '"ws://" is not an address');
  assert(error.cause !== undefined);
});

test("openSocket() asks for address and sub-protocols at every attempt", async () => {
  let attempt = 0;
  const asked: string[] = [];
  const options = {
    protocols: ["rpc-ts.v1"],
    createSocket: (url: URL, protocols: string[]) => {
      asked.push(`${url.href} ${protocols}`);
      const [socket] = FakeSocket.pair();
      return Promise.resolve(socket);
    },
  };
  for (let count = 0; count < 2; count++) {
    await openSocket(() => Promise.resolve(`https://example.com/${attempt++}`), options);
  }
  assertEquals(asked, [
    "wss://example.com/0 rpc-ts.v1",
    "wss://example.com/1 rpc-ts.v1",
  ]);
});

test("openSocket() rejects with what the address or the factory throws", async () => {
  const protocols = ["rpc-ts.v1"];
  const failing = (): never => {
    throw new RangeError("no address today");
  };
  await assertRejects(openSocket(failing, { protocols }), RangeError, "no address today");
  await assertRejects(
    openSocket("ws://example.com", { protocols, createSocket: failing }),
    RangeError,
  );
  await assertRejects(openSocket(() => "nowhere:", { protocols }), TypeError, "expected");
});

test("openSocket() refuses headers where there is a document, before any socket is made", async () => {
  const globals = globalThis as { document?: unknown };
  globals.document = {};
  try {
    await assertRejects(
      openSocket("ws://127.0.0.1:1", { protocols: [], headers: { authorization: "x" } }),
      TypeError,
      "a browser sends no handshake headers",
    );
  } finally {
    delete globals.document;
  }
});
