/** Memory of large messages serves again; no message is written over before it was sent, nor one that is kept. */
import type { RpcCodec } from "../../src/codecs/codec.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { bidirectional, serverStream, unary } from "../../src/contracts/shapes.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { gzipCompression } from "../../src/transports/gzip_compression.ts";
import type { RpcStreamEnd } from "../../src/transports/transport.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assertEquals } from "../support/assert.ts";
import { serveSockets } from "../support/serve_sockets.ts";
import { runtime, test } from "../support/test.ts";

const KIB = 1024;
/** Whole in a frame, in place and not; of a few frames; and of many. */
const SIZES = [20 * KIB, 40 * KIB, 64 * KIB, 81 * KIB, 300 * KIB];
const ITEMS = 40;

/** Bytes that tell which message they are of, all over it. */
function contentOf(seed: number): Uint8Array {
  const length = SIZES[seed % SIZES.length] ?? 0;
  return new Uint8Array(length).fill(seed * 31 % 251 + 1);
}

function isContentOf(bytes: Uint8Array, seed: number): boolean {
  const expected = contentOf(seed);
  return bytes.length === expected.length &&
    bytes.every((byte, index) => byte === expected[index]);
}

function* contents(first: number): Generator<Uint8Array> {
  for (let seed = first; seed < first + ITEMS; seed++) yield contentOf(seed);
}

const kept: Uint8Array[] = [];
const inner = messagePackCodec<Uint8Array>();
/** Made of another one, and keeps what that gives it. */
const keeping: RpcCodec<Uint8Array> = {
  name: "keeping",
  encode(value) {
    const bytes = inner.encode(value);
    kept.push(bytes);
    return bytes;
  },
  decode: (bytes) => inner.decode(bytes),
};

const Large = defineContract("Large", {
  echo: unary<Uint8Array, Uint8Array>(),
  keep: unary<Uint8Array, Uint8Array>({ codec: keeping }),
  list: serverStream<number, Uint8Array>(),
  reflect: bidirectional<Uint8Array, Uint8Array>(),
});

const large = implement(Large, {
  echo: (bytes) => bytes,
  keep: (bytes) => bytes,
  list: (first) => contents(first),
  async *reflect(items) {
    for await (const item of items) yield item;
  },
});

/** How many came otherwise than they were sent, and how many came. */
async function countWrong(
  items: AsyncIterable<Uint8Array>,
  first: number,
): Promise<readonly [number, number]> {
  let [wrong, seed] = [0, first];
  for await (const item of items) {
    if (!isContentOf(item, seed++)) wrong++;
    // Others encode meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return [wrong, seed - first];
}

for (const compression of [undefined, gzipCompression({ minBytes: 50 * KIB })]) {
  const how = compression === undefined ? "as they are" : "compressed";
  test(`large messages that wait for each other arrive whole over sockets of ${runtime}, ${how}`, async () => {
    const settings = compression === undefined ? {} : { compression };
    const responders: RpcResponderEndpoint[] = [];
    const server = serveSockets((socket) => {
      const transport = new RpcWebSocketResponderTransport(socket, settings);
      const responder = new RpcResponderEndpoint({ transport, contracts: [large] });
      responder.start();
      responders.push(responder);
    });
    const transport = RpcWebSocketCallerTransport.connect(
      `ws://127.0.0.1:${server.port}`,
      settings,
    );
    await using caller = new RpcCallerEndpoint({ transport });
    const client = caller.client(Large);
    const firsts = [0, 1, 2, 3];
    const [lists, reflections, echoes, keeps] = await Promise.all([
      Promise.all(firsts.map((first) => countWrong(client.list(first), first))),
      Promise.all(firsts.map((first) => countWrong(client.reflect(contents(first)), first))),
      Promise.all([...contents(0)].map((bytes) => client.echo(bytes))),
      Promise.all([...contents(0)].map((bytes) => client.keep(bytes))),
    ]);
    assertEquals(lists, Array(4).fill([0, ITEMS]));
    assertEquals(reflections, Array(4).fill([0, ITEMS]));
    assertEquals(echoes.map(isContentOf), Array(ITEMS).fill(true));
    assertEquals(keeps.map(isContentOf), Array(ITEMS).fill(true));
    // Each as a request and as a response, as long as somebody keeps them.
    const found = kept.map((bytes) => inner.decode(bytes));
    const times = Array.from({ length: ITEMS }, (_, seed) => {
      return found.filter((bytes) => isContentOf(bytes, seed)).length;
    });
    assertEquals(times, Array(ITEMS).fill(2));
    kept.length = 0;
    for (const responder of responders) await responder.close();
    await server.close();
  });
}

test(`what a transport keeps that sends in its own way stays as it was, over sockets of ${runtime}`, async () => {
  const sent: Uint8Array[] = [];
  class KeepingTransport extends RpcWebSocketResponderTransport {
    override endStream(streamId: number, end: RpcStreamEnd): void {
      if (end.message instanceof Uint8Array) sent.push(end.message);
      super.endStream(streamId, end);
    }
  }
  const responders: RpcResponderEndpoint[] = [];
  const server = serveSockets((socket) => {
    const transport = new KeepingTransport(socket);
    const responder = new RpcResponderEndpoint({ transport, contracts: [large] });
    responder.start();
    responders.push(responder);
  });
  const transport = RpcWebSocketCallerTransport.connect(`ws://127.0.0.1:${server.port}`);
  await using caller = new RpcCallerEndpoint({ transport });
  for (const bytes of contents(0)) await caller.client(Large).echo(bytes);
  const found = sent.map((bytes) => inner.decode(bytes)).map(isContentOf);
  assertEquals(found, Array(ITEMS).fill(true));
  for (const responder of responders) await responder.close();
  await server.close();
});
