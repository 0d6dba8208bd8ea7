import { RpcLogger, type RpcLogRecord } from "../../../src/logger.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import type { RpcConnectionLoss } from "../../../src/transports/websocket/base.ts";
import { RpcWebSocketCallerTransport } from "../../../src/transports/websocket/caller.ts";
import type { WebSocketLike } from "../../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { createLog, messagesOf } from "../../support/log.ts";
import { MessageLog } from "../../support/message_log.ts";
import { serveSockets } from "../../support/serve_sockets.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { test } from "../../support/test.ts";
import { opening, until } from "../../support/transport_pair.ts";

test("RpcWebSocketCallerTransport takes a socket, and cannot replace it", async () => {
  const [socket] = FakeSocket.pair();
  const near = new RpcWebSocketCallerTransport(socket);
  assertEquals([near.side, near.canReconnect, near.supportsZeroCopy], ["caller", false, false]);
  assertEquals(near.peer, { address: undefined, protocol: "rpc-ts.v1", auth: undefined });
  socket.lose();
  assertEquals([near.isClosed, near.health().level], [true, "closed"]);
  assertEquals((await near.reconnect()).level, "closed");
});

test("RpcWebSocketCallerTransport refuses options before it makes a socket", () => {
  let made = 0;
  const open = (): WebSocketLike => {
    made++;
    return FakeSocket.pair()[0];
  };
  const protocols = ["chat"];
  assertThrows(() => new RpcWebSocketCallerTransport(open, { protocols }), RangeError, '"chat"');
  const limits = { maxStreams: 0 };
  assertThrows(() => new RpcWebSocketCallerTransport(open, { limits }), RangeError, "maxStreams");
  assertThrows(
    () => RpcWebSocketCallerTransport.connect("ftp://example.com", { createSocket: open }),
    TypeError,
    "Cannot connect",
  );
  assertEquals(made, 0);
});

test("RpcWebSocketCallerTransport ends its calls when the server chose nothing it offered", async () => {
  for (const protocol of ["chat", ""]) {
    const sockets: FakeSocket[] = [];
    const near = new RpcWebSocketCallerTransport(() => {
      const [socket] = FakeSocket.pair();
      sockets.push(socket);
      return socket;
    });
    const log = new MessageLog(near.incomingMessages);
    const id = near.openStream(opening());
    sockets[0]?.open(protocol);
    const status = await log.take("status", id);
    assertEquals([status.code, status.maybeExecuted], [RpcStatus.FAILED_PRECONDITION, false]);
    assert(status.text.includes(`Peer chose sub-protocol "${protocol}", expected "rpc-ts.v1"`));
    await near.close();
    await settle();
    assertEquals([sockets[0]?.sent, sockets[0]?.readyState], [[], 3]);
  }
});

test("RpcWebSocketCallerTransport tells onConnectionLost of losses and not of its own close", async () => {
  const losses: RpcConnectionLoss[] = [];
  const sockets: FakeSocket[] = [];
  const near = new RpcWebSocketCallerTransport(() => {
    const [socket] = FakeSocket.pair();
    sockets.push(socket);
    return socket;
  }, { onConnectionLost: (loss) => losses.push(loss) });
  sockets[0]?.lose(1006);
  assertEquals([losses.length, losses[0]?.by, losses[0]?.error.code], [1, "network", 14]);
  void near.reconnect();
  await near.close();
  await settle();
  assertEquals([losses.length, sockets.length], [1, 2]);
});

test("RpcWebSocketCallerTransport ends its calls when a socket cannot be made", async () => {
  const failures: (() => WebSocketLike | Promise<WebSocketLike>)[] = [
    () => {
      throw new Error("no socket today");
    },
    () => Promise.reject(new Error("no socket today")),
  ];
  for (const open of failures) {
    const losses: RpcConnectionLoss[] = [];
    const near = new RpcWebSocketCallerTransport(open, {
      onConnectionLost: (loss) => losses.push(loss),
    });
    const log = new MessageLog(near.incomingMessages);
    const status = await log.take("status", near.openStream(opening()));
    assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
    const [loss] = losses;
    assert(loss?.error.cause instanceof Error && loss.error.cause.message === "no socket today");
    assertEquals((await near.reconnect()).level, "degraded");
    await near.close();
  }
});

test("RpcWebSocketCallerTransport gives up a socket that never opens", async () => {
  const clock = new FakeClock();
  const [socket] = FakeSocket.pair();
  const near = new RpcWebSocketCallerTransport(() => socket, {
    clock,
    limits: { connectTimeoutMs: 100 },
  });
  const log = new MessageLog(near.incomingMessages);
  const id = near.openStream(opening());
  await clock.advance(100);
  const status = await log.take("status", id);
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
  assert(status.text.includes("within 100 ms"));
  assertEquals([socket.readyState, clock.pending], [3, 0]);
  await near.close();
});

test("RpcWebSocketCallerTransport ignores text messages and says so once", async () => {
  const records: RpcLogRecord[] = [];
  const logger = new RpcLogger("near", { sink: (record) => records.push(record) });
  const [socket] = FakeSocket.pair();
  const near = new RpcWebSocketCallerTransport(socket, { logger });
  socket.open();
  near.openStream(opening());
  for (let count = 0; count < 3; count++) socket.dispatch("message", { data: "keepalive" });
  assertEquals(records.map(({ level, message }) => [level, message]), [
    ["warn", "Ignored a text message"],
  ]);
  assertEquals(near.openStreams, 1);
  await near.close();
});

test("RpcWebSocketCallerTransport.connect() sends headers and sub-protocols with every handshake", async () => {
  const seen: (string | null)[][] = [];
  const server = serveSockets(() => {}, {
    onRequest: ({ headers }) => {
      seen.push([headers.get("x-token"), headers.get("sec-websocket-protocol")]);
    },
  });
  let token = "first";
  const near = RpcWebSocketCallerTransport.connect(`http://127.0.0.1:${server.port}/rpc`, {
    headers: () => ({ "x-token": token }),
  });
  await until(() => seen.length === 1);
  token = "second";
  void near.reconnect();
  await until(() => seen.length === 2);
  assertEquals(seen, [["first", "rpc-ts.v1"], ["second", "rpc-ts.v1"]]);
  await near.close();
  await server.close();
});

test("RpcWebSocketCallerTransport.connect() ends calls with UNAVAILABLE when nobody listens", async () => {
  const server = serveSockets(() => {});
  await server.close();
  const near = RpcWebSocketCallerTransport.connect(`ws://127.0.0.1:${server.port}`);
  const log = new MessageLog(near.incomingMessages);
  const status = await log.take("status", near.openStream(opening()));
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
  assertEquals((await near.reconnect()).level, "degraded");
  await near.close();
});

test("RpcWebSocketCallerTransport outlives a listener to its loss that fails", async () => {
  const listeners = [
    (): never => {
      throw new SyntaxError("a secret");
    },
    (): Promise<never> => Promise.reject(new SyntaxError("a secret")),
  ];
  for (const onConnectionLost of listeners) {
    const { logger, records } = createLog();
    const [socket] = FakeSocket.pair();
    const near = new RpcWebSocketCallerTransport(socket, { logger, onConnectionLost });
    socket.lose();
    assertEquals([near.isClosed, near.health().level], [true, "closed"]);
    await settle();
    assertEquals(messagesOf(records, "error"), ["Hook of the transport threw"]);
    assert(!JSON.stringify(records).includes("secret"));
  }
});
