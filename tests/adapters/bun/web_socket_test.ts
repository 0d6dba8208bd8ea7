import { BunSocketData, createBunWebSocket } from "../../../src/adapters/bun/web_socket.ts";
import type { RpcBunServerWebSocket } from "../../../src/adapters/bun/server_socket.ts";
import type { WebSocketLike } from "../../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

function createRaw(data: unknown): RpcBunServerWebSocket {
  return { data, readyState: 1, send: () => 1, close: () => {}, getBufferedAmount: () => 0 };
}

function createOwn() {
  const accepted: WebSocketLike[] = [];
  const data = new BunSocketData({
    answerProtocol: undefined,
    accept: (socket) => void accepted.push(socket),
    abandon: () => {},
  });
  return { raw: createRaw(data), accepted };
}

test("createBunWebSocket() hands an open socket over and tells it what happens", () => {
  const websocket = createBunWebSocket();
  const { raw, accepted } = createOwn();
  websocket.open(raw);
  const [socket] = accepted;
  assert(socket !== undefined, "no socket was handed over");
  const seen: unknown[] = [];
  for (const type of ["message", "drain", "close"]) {
    socket.addEventListener(type, (event) => seen.push(event));
  }
  const bytes = new Uint8Array([1]);
  websocket.message(raw, bytes);
  websocket.drain(raw);
  websocket.close(raw, 1001, "bye");
  assertEquals(seen, [
    { type: "message", data: bytes },
    { type: "drain" },
    { type: "close", code: 1001, reason: "bye" },
  ]);
});

test("createBunWebSocket() ignores events of one of its sockets before it is open", () => {
  const websocket = createBunWebSocket();
  const { raw, accepted } = createOwn();
  websocket.message(raw, "text");
  websocket.drain(raw);
  websocket.close(raw, 1006, "");
  assertEquals(accepted, []);
});

test("createBunWebSocket() hands the sockets of others on, all events of them", () => {
  const seen: unknown[] = [];
  const websocket = createBunWebSocket({
    other: {
      open: (socket) => seen.push(["open", socket]),
      message: (socket, message) => seen.push(["message", socket, message]),
      drain: (socket) => seen.push(["drain", socket]),
      close: (socket, code, reason) => seen.push(["close", socket, code, reason]),
    },
  });
  const raw = createRaw({ theirs: true });
  const events = (): void => {
    websocket.open(raw);
    websocket.message(raw, "text");
    websocket.drain(raw);
    websocket.close(raw, 1000, "");
  };
  events();
  assertEquals(seen, [
    ["open", raw],
    ["message", raw, "text"],
    ["drain", raw],
    ["close", raw, 1000, ""],
  ]);
  const { raw: own } = createOwn();
  websocket.open(own);
  websocket.drain(own);
  assertEquals(seen.length, 4);
  const alone = createBunWebSocket();
  alone.open(raw);
  alone.message(raw, "text");
  alone.drain(raw);
  alone.close(raw, 1000, "");
});

test("createBunWebSocket() makes Bun's limits of ours, so that Bun never drops anything first", () => {
  const MIB = 1024 * 1024;
  const plain = createBunWebSocket();
  assertEquals(plain.backpressureLimit, 33 * MIB);
  assertEquals(plain.maxPayloadLength, 17 * MIB + 128 * 1024);
  assertEquals([plain.idleTimeout, plain.sendPings], [30, true]);
  assertEquals([plain.perMessageDeflate, plain.closeOnBackpressureLimit], [false, false]);
  const raised = createBunWebSocket({
    limits: { maxMessageBytes: 64 * MIB, maxQueuedBytes: 20 * MIB },
    idleTimeoutMs: 0,
  });
  assertEquals(raised.maxPayloadLength > 64 * MIB, true);
  assertEquals([raised.backpressureLimit, raised.idleTimeout], [41 * MIB, 0]);
});

test("createBunWebSocket() rejects limits and times that are wrong", () => {
  assertThrows(() => createBunWebSocket({ idleTimeoutMs: -1 }), RangeError, "idleTimeoutMs");
  const limits = { maxQueuedBytes: 0 };
  assertThrows(() => createBunWebSocket({ limits }), RangeError, "maxQueuedBytes");
});
