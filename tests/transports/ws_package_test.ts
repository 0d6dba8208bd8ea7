import { WebSocket as WsSocket } from "ws";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import type { WebSocketLike } from "../../src/transports/websocket/web_socket_like.ts";
import { assertEquals } from "../support/assert.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { MessageLog } from "../support/message_log.ts";
import { bytesOf } from "../support/native_frames.ts";
import { serveSockets } from "../support/serve_sockets.ts";
import { test } from "../support/test.ts";
import { ending, opening } from "../support/transport_pair.ts";

test("RpcWebSocketCallerTransport works on a socket of the ws package", async () => {
  const accepted = createDeferred<RpcWebSocketResponderTransport>();
  const server = serveSockets((socket) => {
    accepted.resolve(new RpcWebSocketResponderTransport(socket));
  });
  const near = new RpcWebSocketCallerTransport((): WebSocketLike =>
    new WsSocket(`ws://127.0.0.1:${server.port}`, ["rpc-ts.v1"])
  );
  const nearLog = new MessageLog(near.incomingMessages);
  const large = new Uint8Array(300 * 1024).fill(7);
  const id = near.openStream(opening({ message: bytesOf("hello") }));
  near.sendMessage(id, large);
  near.finishSending(id);
  const far = await accepted.promise;
  const farLog = new MessageLog(far.incomingMessages);
  assertEquals((await farLog.take("halfClose", id)).messages, 2);
  far.endStream(id, ending({ message: large }));
  const status = await nearLog.take("status", id);
  assertEquals([status.code, status.messages], [0, 1]);
  assertEquals((await nearLog.take("message", id)).message, large);
  await near.close();
  await far.close();
  await server.close();
});

test("RpcWebSocketCallerTransport survives a socket of the ws package that cannot connect", async () => {
  const server = serveSockets(() => {});
  await server.close();
  const near = new RpcWebSocketCallerTransport((): WebSocketLike =>
    new WsSocket(`ws://127.0.0.1:${server.port}`, ["rpc-ts.v1"])
  );
  const nearLog = new MessageLog(near.incomingMessages);
  const status = await nearLog.take("status", near.openStream(opening()));
  assertEquals([status.code, status.maybeExecuted], [14, false]);
  await near.close();
});
