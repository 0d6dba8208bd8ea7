import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { InteropConnections, type InteropContext } from "./context.ts";
import { ECHO_INITIAL, ECHO_TRAILING, type StreamingOutputCallRequest } from "./contract.ts";
import { InProcessServer } from "./in_process.ts";
import { ObservedCall } from "./observe.ts";
import { assertDone, assertPayload, collect, createPayload, Feed, readNext } from "./payloads.ts";
import { createInteropContracts } from "./service.ts";

async function withService(body: (context: InteropContext) => Promise<void>): Promise<void> {
  await using server = new InProcessServer(createInteropContracts());
  await using connections = new InteropConnections(server.target);
  await body(connections.context);
}

const BYTES = Uint8Array.of(0, 1, 0xab, 0xff);

/** Calls of every method and outcome, each with the metadata that asks for an echo. */
const ECHOING_CALLS: Readonly<
  Record<string, (client: InteropContext["client"], options: EchoOptions) => Promise<unknown>>
> = {
  EmptyCall: (client, options) => client.EmptyCall({}, options),
  UnaryCall: (client, options) => client.UnaryCall({ responseSize: 1 }, options),
  "UnaryCall that fails": (client, options) =>
    assertStatus(client.UnaryCall({ responseStatus: { code: 5, message: "x" } }, options), 5),
  StreamingOutputCall: (client, options) =>
    collect(client.StreamingOutputCall({ responseParameters: [{ size: 1 }] }, options)),
  "StreamingOutputCall without responses": (client, options) =>
    collect(client.StreamingOutputCall({}, options)),
  StreamingInputCall: (client, options) => client.StreamingInputCall([], options),
  FullDuplexCall: (client, options) => collect(client.FullDuplexCall([{}], options)),
  "FullDuplexCall that fails": (client, options) =>
    assertStatus(
      collect(client.FullDuplexCall([{ responseStatus: { code: 5, message: "x" } }], options)),
      5,
    ),
  HalfDuplexCall: (client, options) => collect(client.HalfDuplexCall([{}], options)),
};

interface EchoOptions {
  readonly metadata: RpcMetadata;
  readonly onHeaders: (headers: RpcMetadata) => void;
  readonly onTrailers: (trailers: RpcMetadata) => void;
}

for (const [name, call] of Object.entries(ECHOING_CALLS)) {
  test(`createInteropContracts() echoes metadata on ${name}`, () =>
    withService(async ({ client }) => {
      const headers: RpcMetadata[] = [];
      const trailers: RpcMetadata[] = [];
      await call(client, {
        metadata: RpcMetadata.from({ [ECHO_INITIAL]: ["a", "b"], [ECHO_TRAILING]: BYTES }),
        onHeaders: (metadata) => headers.push(metadata),
        onTrailers: (metadata) => trailers.push(metadata),
      });
      assertEquals(headers.map((all) => [...all]), [[[ECHO_INITIAL, "a"], [ECHO_INITIAL, "b"]]]);
      assertEquals(trailers.map((all) => [...all].map(([key]) => key)), [[ECHO_TRAILING]]);
      assertEquals([...trailers[0]?.getBytes(ECHO_TRAILING) ?? []], [...BYTES]);
    }));
}

test("UnaryCall answers a payload of no bytes unless asked for more", () =>
  withService(async ({ client }) => {
    assertPayload(await client.UnaryCall({}), 0);
    const ok = { code: RpcStatus.OK, message: "ignored" };
    assertPayload(await client.UnaryCall({ responseSize: 3, responseStatus: ok }), 3);
  }));

for (const responseSize of [-1, 1.5, 64 * 1024 * 1024 + 1]) {
  test(`UnaryCall refuses a payload of ${responseSize} bytes`, () =>
    withService(async ({ client }) => {
      await assertStatus(client.UnaryCall({ responseSize }), RpcStatus.INVALID_ARGUMENT);
    }));
}

test("StreamingOutputCall waits before a response for as long as it was asked to", () =>
  withService(async ({ client }) => {
    const begin = performance.now();
    const responseParameters = [{ size: 1, intervalUs: 30_000 }, { size: 2 }];
    const responses = await collect(client.StreamingOutputCall({ responseParameters }));
    assertPayload(responses[0], 1);
    assertPayload(responses[1], 2);
    // Timers may fire a millisecond early.
    assert(performance.now() - begin >= 28, "the response came too early");
  }));

test("StreamingOutputCall stops waiting when its call is given up", () =>
  withService(async (context) => {
    const call = new ObservedCall();
    const responses = context.client.StreamingOutputCall({
      responseParameters: [{ size: 1 }, { size: 1, intervalUs: 3_600_000_000 }],
    }, { metadata: call.metadata });
    const reader = responses[Symbol.asyncIterator]();
    assertPayload(await readNext(reader), 1);
    responses.cancel();
    await call.assertAborted(context, RpcStatus.CANCELLED);
  }));

test("FullDuplexCall answers each request before it reads the next", () =>
  withService(async ({ client }) => {
    const requests = new Feed<StreamingOutputCallRequest>();
    const reader = client.FullDuplexCall(requests.source)[Symbol.asyncIterator]();
    for (const size of [3, 1, 2]) {
      requests.send({ responseParameters: [{ size }, { size: size + 10 }] });
      assertPayload(await readNext(reader), size);
      assertPayload(await readNext(reader), size + 10);
    }
    requests.end();
    await assertDone(reader);
  }));

test("HalfDuplexCall answers nothing before the requests have ended, then in their order", () =>
  withService(async ({ client, endpoint }) => {
    const requests = new Feed<StreamingOutputCallRequest>();
    const reader = client.HalfDuplexCall(requests.source)[Symbol.asyncIterator]();
    let hasAnswered = false;
    const first = readNext(reader).finally(() => hasAnswered = true);
    for (const size of [3, 1, 2]) requests.send({ responseParameters: [{ size }] });
    for (let pings = 0; pings < 5; pings++) await endpoint.ping();
    assertEquals(hasAnswered, false);
    requests.end();
    assertPayload(await first, 3);
    assertPayload(await readNext(reader), 1);
    assertPayload(await readNext(reader), 2);
    await assertDone(reader);
  }));

test("StreamingInputCall sums up what it read", () =>
  withService(async ({ client }) => {
    const requests = [0, 5, 70_000].map((size) => ({ payload: createPayload(size) }));
    assertEquals(await client.StreamingInputCall(requests), { aggregatedPayloadSize: 70_005 });
    assertEquals(await client.StreamingInputCall([]), { aggregatedPayloadSize: 0 });
  }));

test("ObservedCall.assertAborted() fails for a call that ended with another status", () =>
  withService(async (context) => {
    const call = new ObservedCall();
    const requests = new Feed<StreamingOutputCallRequest>();
    const responses = context.client.FullDuplexCall(requests.source, { metadata: call.metadata });
    responses.cancel();
    let reason = "";
    try {
      await call.assertAborted(context, RpcStatus.DEADLINE_EXCEEDED);
    } catch (error) {
      reason = String(error);
    }
    assert(reason.includes("stopped with CANCELLED, expected DEADLINE_EXCEEDED"), reason);
  }));
