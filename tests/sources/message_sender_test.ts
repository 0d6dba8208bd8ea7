import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { gzipCompression } from "../../src/transports/gzip_compression.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, collect, DOWN_SHAPES, serveBox } from "../support/box.ts";
import { testOn, testOnEach } from "../support/endpoint_pair.ts";

/** Texts of sizes from nothing to more than fits into a frame, small after large. */
const TEXTS = [0, 1, 30, 31, 32, 200, 3, 900, 1100, 20, 5000, 9000, 9000, 2, 90_000, 1, 1, 300]
  .map((length, index) => String.fromCharCode(97 + index).repeat(length));

testOnEach("MessageSender sends messages of every size in order, both ways", async (links) => {
  const pair = await links.connect({
    contracts: [serveBox({
      down: () => TEXTS,
      up: collect,
      async *both(items) {
        yield* items;
      },
    })],
  });
  const client = pair.caller.client(Box);
  for (let round = 0; round < 3; round++) {
    assertEquals(await collect(client.down(0)), TEXTS);
    assertEquals(await client.up(TEXTS), TEXTS);
    assertEquals(await collect(client.both(TEXTS)), TEXTS);
  }
  await pair.assertIdle();
});

testOn(
  "native wire",
  "MessageSender sends what makes a call while it is encoded",
  async (links) => {
    const pair = await links.connect({
      contracts: [serveBox({ up: collect, one: (request) => `answer to ${request}` })],
    });
    const client = pair.caller.client(Box);
    const answers: Promise<unknown>[] = [];
    const item = (index: number): unknown => ({
      toJSON() {
        answers.push(client.one(index));
        return { index, text: "x".repeat(index * 40) };
      },
    });
    const items = await client.up(Array.from({ length: 50 }, (_, index) => item(index)));
    assert(Array.isArray(items));
    assertEquals(items.length, 50);
    for (const [index, received] of items.entries()) {
      assertEquals(received, { index, text: "x".repeat(index * 40) });
    }
    assertEquals(await Promise.all(answers), items.map((_, index) => `answer to ${index}`));
    await pair.assertIdle();
  },
);

testOn("native wire", "MessageSender sends what sends while it is encoded", async (links) => {
  const pair = await links.connect({ contracts: [serveBox({ up: collect })] });
  const client = pair.caller.client(Box);
  const inner: Promise<unknown>[] = [];
  const outer = [1, 2, 3].map((number) => ({
    toJSON() {
      inner.push(client.up([number, { toJSON: () => [number] }]));
      return number;
    },
  }));
  assertEquals(await client.up(outer), [1, 2, 3]);
  assertEquals(await Promise.all(inner), [1, 2, 3].map((number) => [number, [number]]));
  await pair.assertIdle();
});

testOn("native wire", "MessageSender ends a call that its own value ends", async (links) => {
  const pair = await links.connect({ contracts: [serveBox({ up: collect })] });
  const client = pair.caller.client(Box);
  const controller = new AbortController();
  const item = { toJSON: () => controller.abort() };
  const call = client.up([1, item, 2], { signal: controller.signal });
  await assertStatus(call, RpcStatus.CANCELLED);
  assertEquals(await client.up([1, 2]), [1, 2]);
  await pair.assertIdle();
});

testOn("native wire", "MessageSender closes what its own value closes", async (links) => {
  const pair = await links.connect({ contracts: [serveBox({ up: collect })] });
  const item = { toJSON: () => void pair.caller.close() };
  await assertStatus(pair.caller.client(Box).up([1, item, 2]), RpcStatus.CANCELLED);
});

testOn(
  "native wire",
  "MessageSender fails a call whose value cannot be sent, alone",
  async (links) => {
    const pair = await links.connect({
      contracts: [
        serveBox({ up: collect, down: () => ["first", () => {}], both: () => [Symbol()] }),
      ],
    });
    const client = pair.caller.client(Box);
    const other = client.up([1, 2, 3]);
    const error = await assertStatus(client.up([1, () => {}]), RpcStatus.INVALID_ARGUMENT);
    assert(error.maybeExecuted);
    for (const shape of DOWN_SHAPES) {
      await assertStatus(callBox(client, shape), RpcStatus.INTERNAL, "Cannot encode response");
    }
    assertEquals(await other, [1, 2, 3]);
    await pair.assertIdle();
  },
);

testOn("native wire", "MessageSender encodes with the codec that it is given", async (links) => {
  let encoded = 0;
  const inner = messagePackCodec();
  const codec = {
    ...inner,
    encode(value: unknown): Uint8Array<ArrayBuffer> {
      encoded++;
      return inner.encode(value);
    },
  };
  const options = { codec };
  const pair = await links.connect({
    contracts: [serveBox({ up: collect })],
    caller: options,
    responder: options,
  });
  assertEquals(await pair.caller.client(Box).up([1, 2, 3]), [1, 2, 3]);
  // Three requests and a response.
  assertEquals(encoded, 4);
});

testOn("native wire", "MessageSender holds the peer's limit of a message", async (links) => {
  for (const maxMessageBytes of [100, 8192]) {
    const pair = await links.connect({
      limits: {},
      farLimits: { maxMessageBytes },
      contracts: [serveBox({ up: collect })],
    });
    const client = pair.caller.client(Box);
    const most = "x".repeat(maxMessageBytes - 3);
    assertEquals(await client.up(["x".repeat(20), most]), ["x".repeat(20), most]);
    const call = client.up(["x".repeat(20), `${most}xx`]);
    await assertStatus(call, RpcStatus.RESOURCE_EXHAUSTED, "the peer accepts");
  }
});

testOn("native wire", "MessageSender leaves what is worth compressing to that", async (links) => {
  const pair = await links.connect({
    compression: gzipCompression({ minBytes: 1000 }),
    contracts: [serveBox({ up: collect })],
  });
  const items = TEXTS.map((text) => text.slice(0, 5000));
  assertEquals(await pair.caller.client(Box).up(items), items);
  const { bytesSent } = pair.near.health().details;
  assert(Number(bytesSent) < 4000, `${bytesSent} bytes were sent`);
});
