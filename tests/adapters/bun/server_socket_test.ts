import {
  BunServerSocket,
  type RpcBunServerWebSocket,
} from "../../../src/adapters/bun/server_socket.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

/** A socket of Bun whose answers a test decides. */
function createRaw(answer: () => number) {
  const sent: unknown[][] = [];
  const raw = {
    data: undefined as unknown,
    readyState: 1,
    buffered: 0,
    closed: [] as unknown[],
    send: (...args: unknown[]): number => {
      sent.push(args);
      return answer();
    },
    close: (...args: unknown[]): void => void raw.closed.push(args),
    getBufferedAmount: (): number => raw.buffered,
  } satisfies RpcBunServerWebSocket & { buffered: number; closed: unknown[] };
  return { raw, sent, socket: new BunServerSocket(raw) };
}

test("BunServerSocket.send() takes what was sent or queued for granted", () => {
  for (const answer of [3, 1, -1]) {
    const { socket, sent } = createRaw(() => answer);
    const bytes = new Uint8Array([1, 2, 3]);
    socket.send(bytes);
    assertEquals(sent, [[bytes, false]]);
  }
});

test("BunServerSocket.send() throws a named error when the message was dropped", () => {
  const { raw, socket } = createRaw(() => 0);
  raw.buffered = 1000;
  const words = "dropped a message of 5 bytes: 1000 bytes wait already";
  const error = assertThrows(() => socket.send(new Uint8Array(5)), RpcError, words);
  assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
  raw.readyState = 3;
  const closed = assertThrows(() => socket.send(new Uint8Array(5)), RpcError, "not open");
  assertEquals(closed.code, RpcStatus.UNAVAILABLE);
});

test("BunServerSocket.send() never sends an empty message, which Bun answers with 0", () => {
  const { socket, sent } = createRaw(() => 0);
  socket.send(new Uint8Array(0));
  assertEquals(sent, []);
});

test("BunServerSocket tells state and buffer of its socket, until it is closed", () => {
  const { raw, socket } = createRaw(() => 1);
  // The field is there once the wrapper has set it.
  assertEquals((raw as RpcBunServerWebSocket).binaryType, "uint8array");
  raw.buffered = 7;
  assertEquals([socket.readyState, socket.bufferedAmount, socket.protocol], [1, 7, ""]);
  socket.close(4000, "bye");
  assertEquals(raw.closed, [[4000, "bye"]]);
  socket.dispatch({ type: "close", code: 1000 });
  raw.getBufferedAmount = () => {
    throw new Error("Socket is gone");
  };
  assertEquals([socket.readyState, socket.bufferedAmount], [3, 0]);
  socket.close();
  assertEquals(raw.closed.length, 1);
});

test("BunServerSocket.dispatch() tells the listeners of that type, while they are there", () => {
  const { socket } = createRaw(() => 1);
  const seen: unknown[] = [];
  const listener = (event: unknown): void => void seen.push(event);
  socket.addEventListener("message", listener);
  socket.addEventListener("message", listener);
  socket.addEventListener("drain", () => seen.push("drain"));
  socket.dispatch({ type: "message", data: 1 });
  socket.dispatch({ type: "drain" });
  socket.dispatch({ type: "error" });
  socket.removeEventListener("message", listener);
  socket.removeEventListener("close", listener);
  socket.dispatch({ type: "message", data: 2 });
  assertEquals(seen, [{ type: "message", data: 1 }, "drain"]);
});

test("BunServerSocket.addEventListener() takes an object, and one listener a type", () => {
  const { socket } = createRaw(() => 1);
  const seen: unknown[] = [];
  const listener = { handleEvent: (event: unknown): void => void seen.push(event) };
  assertEquals(socket.takesListenerObjects, true);
  for (const type of ["message", "close", "open"]) socket.addEventListener(type, listener);
  const act = () => socket.addEventListener("close", () => {});
  assertThrows(act, TypeError, '"close" has a listener already');
  socket.dispatch({ type: "close", code: 1000 });
  socket.removeEventListener("close", () => {});
  socket.dispatch({ type: "close", code: 1001 });
  socket.removeEventListener("close", listener);
  socket.dispatch({ type: "close", code: 1002 });
  assertEquals(seen, [{ type: "close", code: 1000 }, { type: "close", code: 1001 }]);
});
