import { BatchKeeper } from "../../src/calls/batch_keeper.ts";
import {
  type CallEnvironment,
  type CallMethod,
  requestCodecOf,
  responseCodecOf,
} from "../../src/calls/call_environment.ts";
import { cborCodec } from "../../src/codecs/cbor.ts";
import type { RpcCodec } from "../../src/codecs/codec.ts";
import { jsonCodec } from "../../src/codecs/json.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { systemClock } from "../../src/internal/clock.ts";
import { IdMap } from "../../src/internal/id_map.ts";
import { silentLogger } from "../../src/logger.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import type { IRpcTransport } from "../../src/transports/transport.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

const own = jsonCodec();
const endpoints = cborCodec();
const last = messagePackCodec();

const keeper = new BatchKeeper();

function environmentOn(transport: IRpcTransport, codec?: RpcCodec): CallEnvironment {
  return { transport, clock: systemClock, logger: silentLogger, calls: new IdMap(), keeper, codec };
}

function methodWith(requestCodec?: RpcCodec, responseCodec?: RpcCodec): CallMethod {
  return { path: "/Box/one", requestCodec, responseCodec, defaultCodec: last };
}

test("requestCodecOf() picks the method's codec, then the endpoint's, then the default", async () => {
  const [socket] = FakeSocket.pair();
  await using transport = new RpcWebSocketResponderTransport(socket);
  const environment = environmentOn(transport, endpoints);
  assert(requestCodecOf(environment, methodWith(own)) === own);
  assert(requestCodecOf(environment, methodWith(undefined, own)) === endpoints);
  assert(requestCodecOf(environmentOn(transport), methodWith(undefined, own)) === last);
});

test("responseCodecOf() picks the method's codec, then the endpoint's, then the default", async () => {
  const [socket] = FakeSocket.pair();
  await using transport = new RpcWebSocketResponderTransport(socket);
  const environment = environmentOn(transport, endpoints);
  assert(responseCodecOf(environment, methodWith(undefined, own)) === own);
  assert(responseCodecOf(environment, methodWith(own)) === endpoints);
  assert(responseCodecOf(environmentOn(transport), methodWith(own)) === last);
});

test("requestCodecOf() and responseCodecOf() pick none where messages go as they are", async () => {
  const [near, far] = createMemoryTransportPair();
  const environment = environmentOn(near, endpoints);
  const method = methodWith(own, own);
  assertEquals(requestCodecOf(environment, method), undefined);
  assertEquals(responseCodecOf(environment, method), undefined);
  await near.close();
  await far.close();
});
