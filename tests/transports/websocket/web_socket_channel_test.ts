import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import type { ChannelClose } from "../../../src/transports/connection/channel.ts";
import { WebSocketChannel } from "../../../src/transports/websocket/web_socket_channel.ts";
import type { WebSocketLike } from "../../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { runtime, test } from "../../support/test.ts";

class Listener {
  readonly events: string[] = [];
  readonly batches: Uint8Array[] = [];
  readonly closes: ChannelClose[] = [];
  onOpen(): void {
    this.events.push("open");
  }
  onMessage(batch: Uint8Array): void {
    this.events.push("message");
    this.batches.push(batch);
  }
  onText(): void {
    this.events.push("text");
  }
  onDrain(): void {
    this.events.push("drain");
  }
  onClose(close: ChannelClose): void {
    this.events.push("close");
    this.closes.push(close);
  }
}

function setUp(): { socket: FakeSocket; channel: WebSocketChannel; listener: Listener } {
  const [socket] = FakeSocket.pair();
  const channel = new WebSocketChannel(socket, "caller");
  const listener = new Listener();
  channel.listen(listener);
  return { socket, channel, listener };
}

test("WebSocketChannel asks for bytes as an ArrayBuffer", () => {
  assertEquals(setUp().socket.binaryType, "arraybuffer");
});

test("WebSocketChannel tells of the opening, whenever it happens", async () => {
  const { socket, channel, listener } = setUp();
  assertEquals([channel.isOpen, listener.events], [false, []]);
  socket.open("rpc-ts.v1");
  assertEquals([channel.isOpen, channel.protocol, listener.events], [true, "rpc-ts.v1", ["open"]]);
  const late = new Listener();
  const other = new WebSocketChannel(socket, "caller");
  other.listen(late);
  assertEquals(late.events, ["open"]);
  const promised = new Listener();
  const third = new WebSocketChannel(Promise.resolve(socket), "caller");
  third.listen(promised);
  assertEquals([third.isOpen, third.protocol, third.bufferedBytes], [false, "", 0]);
  await settle();
  assertEquals([third.isOpen, promised.events], [true, ["open"]]);
});

test("WebSocketChannel takes bytes in every form that platforms have", () => {
  const { socket, listener } = setUp();
  socket.open();
  const bytes = new Uint8Array([0, 1, 2, 3, 4]);
  socket.dispatch("message", { data: bytes.buffer });
  socket.dispatch("message", { data: bytes.subarray(1, 3) });
  socket.dispatch("message", { data: new DataView(bytes.buffer, 3) });
  assertEquals(listener.batches, [
    bytes,
    new Uint8Array([1, 2]),
    new Uint8Array([3, 4]),
  ]);
});

test("WebSocketChannel tells text apart, and passes drain events on", () => {
  const { socket, listener } = setUp();
  socket.open();
  socket.dispatch("message", { data: "keepalive" });
  socket.dispatch("drain", {});
  assertEquals(listener.events, ["open", "text", "drain"]);
});

test("WebSocketChannel takes the first of several close events", async () => {
  const { socket, channel, listener } = setUp();
  socket.open();
  socket.dispatch("close", { code: 1001, reason: "ping timeout", wasClean: false });
  socket.dispatch("close", { code: 1005, reason: "", wasClean: true });
  await channel.closed;
  assertEquals(listener.events, ["open", "close"]);
  assertEquals([listener.closes[0]?.code, listener.closes[0]?.wasClean], [1001, false]);
});

test("WebSocketChannel takes a close event without a code for a loss", () => {
  const { socket, listener } = setUp();
  socket.dispatch("close", {});
  assertEquals([listener.closes[0]?.code, listener.closes[0]?.reason], [1006, ""]);
});

test("WebSocketChannel keeps what an error event said as the cause of the close", () => {
  const { socket, listener } = setUp();
  socket.dispatch("error", { message: "connection refused" });
  socket.dispatch("error", { message: "later" });
  socket.lose();
  const { cause } = listener.closes[0] ?? {};
  assert(cause instanceof Error && cause.message === "connection refused", `cause is ${cause}`);
});

test("WebSocketChannel ends when its socket cannot be made", async () => {
  const failure = new TypeError("bad address");
  const channel = new WebSocketChannel(Promise.reject(failure), "caller");
  const listener = new Listener();
  channel.listen(listener);
  await channel.closed;
  assertEquals([listener.closes[0]?.code, listener.events], [1006, ["close"]]);
  assert(listener.closes[0]?.cause === failure);
});

test("WebSocketChannel ends when what was made is no socket", async () => {
  for (const made of [undefined, null, "socket", {}, new EventTarget()]) {
    // Programs without types may resolve with anything.
    const promise = Promise.resolve(made) as unknown as Promise<WebSocketLike>;
    const channel = new WebSocketChannel(promise, "caller");
    const listener = new Listener();
    channel.listen(listener);
    await channel.closed;
    assertEquals(listener.events, ["close"]);
    const { cause } = listener.closes[0] ?? {};
    assert(cause instanceof TypeError, `cause is ${cause}`);
    assertEquals(cause.message, "Cannot connect: what was made is no WebSocket");
    channel.close(1000, "");
  }
});

test("WebSocketChannel ends when its socket is closed already", async () => {
  const [socket] = FakeSocket.pair();
  socket.lose();
  const channel = new WebSocketChannel(socket, "caller");
  const listener = new Listener();
  channel.listen(listener);
  assertEquals(listener.events, []);
  await channel.closed;
  assertEquals(listener.events, ["close"]);
});

test("WebSocketChannel ends once when its socket tells of a close that was found already", async () => {
  const [socket] = FakeSocket.pair();
  socket.lose();
  const channel = new WebSocketChannel(socket, "caller");
  const listener = new Listener();
  channel.listen(listener);
  socket.dispatch("close", { code: 1001 });
  await settle();
  assertEquals([listener.events, listener.closes[0]?.code], [["close"], 1001]);
});

test("WebSocketChannel.send() refuses before the opening and after the close", () => {
  const { socket, channel } = setUp();
  const bytes = new Uint8Array(1);
  const early = assertThrows(() => channel.send(bytes), RpcError, "the socket is not open");
  assertEquals(early.code, RpcStatus.UNAVAILABLE);
  socket.open();
  channel.send(bytes);
  channel.close(1000, "");
  assertThrows(() => channel.send(bytes), RpcError, "the socket is not open");
  assertEquals(socket.sent.length, 1);
});

test("WebSocketChannel.send() names a refusal of the socket, and keeps an RpcError", () => {
  const { socket, channel } = setUp();
  socket.open();
  const failure = new Error("broken pipe");
  socket.send = () => {
    throw failure;
  };
  const error = assertThrows(() => channel.send(new Uint8Array(1)), RpcError, "socket refused");
  assertEquals(error.code, RpcStatus.UNAVAILABLE);
  assert(error.cause === failure);
  const named = new RpcError(RpcStatus.RESOURCE_EXHAUSTED, "Dropped");
  socket.send = () => {
    throw named;
  };
  assert(assertThrows(() => channel.send(new Uint8Array(1)), RpcError) === named);
});

test("WebSocketChannel.close() sends only codes that an application may use", () => {
  const seen: [number | undefined, string | undefined][] = [];
  for (const code of [1000, 1001, 1006, 1011, 2999, 3000, 4400, 4999, 5000]) {
    const { socket, channel } = setUp();
    socket.open();
    socket.close = (sent, reason) => void seen.push([sent, reason]);
    channel.close(code, "why");
    channel.close(4400, "again");
  }
  assertEquals(seen.map(([code]) => code), [1000, 1000, 1000, 1000, 1000, 3000, 4400, 4999, 1000]);
  assertEquals(new Set(seen.map(([, reason]) => reason)), new Set(["why"]));
});

test("WebSocketChannel.close() cuts a long reason to what a close frame holds", () => {
  const { socket, channel } = setUp();
  socket.open();
  let sent = "";
  socket.close = (_, reason) => {
    sent = reason ?? "";
  };
  channel.close(4400, "ж".repeat(1000));
  assertEquals(sent, "ж".repeat(61));
});

test("WebSocketChannel.close() hears nothing any more but the close", async () => {
  const { socket, channel, listener } = setUp();
  socket.open();
  channel.close(1000, "");
  socket.dispatch("message", { data: new ArrayBuffer(1) });
  socket.dispatch("message", { data: "text" });
  await channel.closed;
  assertEquals(listener.events, ["open", "close"]);
});

test("WebSocketChannel.close() tries again without a word when the socket throws", async () => {
  const { socket, channel } = setUp();
  socket.open();
  const close = socket.close.bind(socket);
  const calls: unknown[] = [];
  socket.close = (code, reason) => {
    calls.push(code);
    if (code !== undefined) throw new SyntaxError("reason is too long");
    close(code, reason);
  };
  channel.close(4400, "why");
  await channel.closed;
  assertEquals(calls, [4400, undefined]);
});

test("WebSocketChannel.close() ends even when the socket cannot be closed at all", async () => {
  const { socket, channel, listener } = setUp();
  socket.open();
  socket.close = () => {
    throw new Error("no");
  };
  channel.close(1000, "");
  await channel.closed;
  assertEquals(listener.events, ["open", "close"]);
});

test("WebSocketChannel.close() closes a socket that comes later", async () => {
  const [socket] = FakeSocket.pair();
  const channel = new WebSocketChannel(Promise.resolve(socket), "caller");
  const listener = new Listener();
  channel.listen(listener);
  channel.close(4408, "too late");
  await channel.closed;
  assertEquals([socket.readyState, listener.events], [3, ["close"]]);
});

test("WebSocketChannel leaves no listener on a socket that has closed, but one for errors", async () => {
  const { socket, channel } = setUp();
  assertEquals(socket.listeners, 5);
  socket.open();
  assertEquals(socket.listeners, 4);
  channel.close(1000, "");
  await channel.closed;
  assertEquals(socket.listeners, 1);
  socket.dispatch("error", { message: "late" });
});

test("WebSocketChannel.bufferedBytes is what the socket says", () => {
  const { socket, channel } = setUp();
  socket.bufferedAmount = 77;
  assertEquals(channel.bufferedBytes, 77);
});

test("WebSocketChannel may stall where it is the caller's and the platform's sockets do", () => {
  const isDeno = runtime === "deno";
  const sockets = [FakeSocket.pair()[0], createPlatformSocket()];
  for (const [index, socket] of sockets.entries()) {
    const sides = (["caller", "responder"] as const).map((side) => {
      const { mayStall } = new WebSocketChannel(socket, side);
      return mayStall;
    });
    assertEquals(sides, [index === 1 && isDeno, false]);
  }
});

/** Something that is the platform's socket by its class, and connects nowhere. */
function createPlatformSocket(): WebSocketLike {
  // Made of the prototype alone, with the members that a channel touches.
  const socket = Object.create(WebSocket.prototype) as WebSocket;
  const members = { readyState: 0, binaryType: "", addEventListener() {} };
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(socket, name, { value, writable: true });
  }
  return socket;
}
