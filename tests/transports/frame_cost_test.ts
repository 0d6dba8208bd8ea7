import { rawCodec } from "../../src/codecs/raw.ts";
import { bidirectional, defineContract, unary } from "../../src/contracts/mod.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { decodeBatch } from "../../src/protocol/batch.ts";
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

const Echo = defineContract("Echo", {
  echo: unary<Uint8Array, Uint8Array>(),
  talk: bidirectional<Uint8Array, Uint8Array>(),
});
const echo = implement(Echo, {
  echo: (bytes) => bytes,
  async *talk(messages) {
    yield* messages;
  },
});

interface Setup {
  readonly client: ReturnType<typeof createClient>;
  readonly near: FakeSocket;
  readonly far: FakeSocket;
  close(): Promise<void>;
}

function createClient(caller: RpcCallerEndpoint) {
  return caller.client(Echo);
}

function setUp(): Setup {
  const [near, far] = FakeSocket.pair();
  const codec = rawCodec();
  const responder = new RpcResponderEndpoint({
    transport: new RpcWebSocketResponderTransport(far),
    contracts: [echo],
    codec,
  });
  responder.start();
  const caller = new RpcCallerEndpoint({ transport: new RpcWebSocketCallerTransport(near), codec });
  near.open();
  far.open();
  const close = async (): Promise<void> => {
    await caller.close();
    await responder.close();
  };
  return { client: createClient(caller), near, far, close };
}

function total(batches: Uint8Array[]): number {
  return batches.reduce((sum, { length }) => sum + length, 0);
}

test("a unary echo makes one frame each way", async () => {
  const { client, near, far, close } = setUp();
  await client.echo(new Uint8Array(110));
  const decoders = [near, far].map(() => nativeWire.createDecoder(DEFAULT_LIMITS));
  const kinds = [near, far].map((socket, index) =>
    socket.sent.flatMap((batch) => {
      const decoder = decoders[index];
      return decoder === undefined ? [] : decodeBatch(decoder, batch).map(({ kind }) => kind);
    })
  );
  assertEquals(kinds, [["hello", "open"], ["hello", "status"]]);
  const before = [near.sent.length, far.sent.length];
  for (let call = 0; call < 10; call++) await client.echo(new Uint8Array(110));
  await settle();
  assertEquals([near.sent.length, far.sent.length], before.map((count) => count + 10));
  await close();
});

test("a unary echo of 110 bytes costs at most 40 bytes beside its messages", async () => {
  const { client, near, far, close } = setUp();
  await client.echo(new Uint8Array(110));
  const before = total(near.sent) + total(far.sent);
  await client.echo(new Uint8Array(110));
  await settle();
  const overhead = total(near.sent) + total(far.sent) - before - 220;
  assert(overhead <= 40, `${overhead} bytes beside the messages`);
  assert(overhead >= 8, "nothing was counted");
  await close();
});

test("calls made in one turn share messages each way, the first of them a small one", async () => {
  const { client, near, far, close } = setUp();
  await client.echo(new Uint8Array(1));
  const [before, beforeFar] = [near.sent.length, far.sent.length];
  await Promise.all(Array.from({ length: 64 }, () => client.echo(new Uint8Array(110))));
  assertEquals(near.sent.length, before + 3);
  const answers = far.sent.length - beforeFar;
  assert(answers >= 3 && answers <= 5, `${answers} messages with answers`);
  const sizes = near.sent.slice(before).map(({ length }) => length);
  assert((sizes[0] ?? 0) < 1200 && (sizes[1] ?? 0) > 4096, `batches of ${sizes} bytes`);
  await close();
});

test("a streamed item costs a few bytes and no message of its own for credit", async () => {
  const { client, near, far, close } = setUp();
  const items = Array.from({ length: 1000 }, () => new Uint8Array(100));
  let seen = 0;
  const start = total(near.sent) + total(far.sent);
  for await (const item of client.talk(items)) seen += item.length;
  await settle();
  assertEquals(seen, 100_000);
  const overhead = total(near.sent) + total(far.sent) - start - 200_000;
  assert(overhead / 2000 <= 6, `${overhead / 2000} bytes an item`);
  await close();
});
