import { type CallEnvironment, codecFor } from "../../src/calls/call_environment.ts";
import { jsonCodec } from "../../src/codecs/json.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { systemClock } from "../../src/internal/clock.ts";
import { silentLogger } from "../../src/logger.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import type { IRpcTransport } from "../../src/transports/transport.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

const own = jsonCodec();
const general = messagePackCodec();

function environmentOn(transport: IRpcTransport): CallEnvironment {
  return { transport, clock: systemClock, logger: silentLogger, calls: new Map(), codec: general };
}

test("codecFor() picks the method's codec before the endpoint's", async () => {
  const [socket] = FakeSocket.pair();
  await using transport = new RpcWebSocketResponderTransport(socket);
  const environment = environmentOn(transport);
  assert(codecFor(environment, own) === own);
  assert(codecFor(environment, undefined) === general);
});

test("codecFor() picks none where messages go as they are", async () => {
  const [near, far] = createMemoryTransportPair();
  const environment = environmentOn(near);
  assertEquals([codecFor(environment, own), codecFor(environment, undefined)], [
    undefined,
    undefined,
  ]);
  await near.close();
  await far.close();
});
