/** A message that was encoded once may be sent many times, and kept: nobody writes over it. */
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { rawCodec } from "../../src/codecs/raw.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { bidirectional } from "../../src/contracts/shapes.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assertEquals } from "../support/assert.ts";
import { serveSockets } from "../support/serve_sockets.ts";
import { runtime, test } from "../support/test.ts";

const KIB = 1024;
const SUBSCRIBERS = 4;
const ROUNDS = 5;

const Mirror = defineContract("Mirror", {
  reflect: bidirectional<Uint8Array, Uint8Array>(),
}, { codec: rawCodec() });

const mirror = implement(Mirror, {
  async *reflect(messages) {
    for await (const message of messages) yield message.slice();
  },
});

function* repeat(message: Uint8Array): Generator<Uint8Array> {
  for (let round = 0; round < ROUNDS; round++) yield message;
}

/** Sends a message again and again on one connection; answers how many came back otherwise. */
async function reflect(url: string, message: Uint8Array, original: Uint8Array): Promise<number> {
  const transport = RpcWebSocketCallerTransport.connect(url);
  await using caller = new RpcCallerEndpoint({ transport });
  let wrong = 0;
  for await (const item of caller.client(Mirror).reflect(repeat(message))) {
    const isSame = item.length === original.length &&
      item.every((byte, index) => byte === original[index]);
    if (!isSame) wrong++;
  }
  return wrong;
}

test(`what a codec made may be sent to many over sockets of ${runtime}, and stays as it is`, async () => {
  const responders: RpcResponderEndpoint[] = [];
  const server = serveSockets((socket) => {
    const transport = new RpcWebSocketResponderTransport(socket);
    const responder = new RpcResponderEndpoint({ transport, contracts: [mirror] });
    responder.start();
    responders.push(responder);
  });
  const url = `ws://127.0.0.1:${server.port}`;
  for (const bytes of [100, 10 * KIB, 40 * KIB, 64 * KIB, 100 * KIB, 300 * KIB]) {
    const content = Uint8Array.from({ length: bytes }, (_, index) => index * 7 % 251);
    const message = messagePackCodec().encode(content);
    const original = message.slice();
    const wrong = await Promise.all(
      Array.from({ length: SUBSCRIBERS }, () => reflect(url, message, original)),
    );
    assertEquals(wrong, [0, 0, 0, 0], `${bytes} bytes did not arrive as they were`);
    assertEquals(message, original, `${bytes} bytes were written over`);
  }
  for (const responder of responders) await responder.close();
  await server.close();
});
