/** Calls with many messages in one direction or both. */
import { assertEquals } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import type { StreamingOutputCallRequest } from "../contract.ts";
import {
  assertDone,
  assertPayload,
  collect,
  createPayload,
  Feed,
  readNext,
  REQUEST_SIZES,
  RESPONSE_SIZES,
} from "../payloads.ts";

/** Four requests, one response with their sum. */
export async function clientStreaming({ client }: InteropContext): Promise<void> {
  const requests = REQUEST_SIZES.map((size) => ({ payload: createPayload(size) }));
  const response = await client.StreamingInputCall(requests);
  assertEquals(response, { aggregatedPayloadSize: 74922 });
}

/** One request, four responses in order. */
export async function serverStreaming({ client }: InteropContext): Promise<void> {
  const responseParameters = RESPONSE_SIZES.map((size) => ({ size }));
  const responses = await collect(client.StreamingOutputCall({ responseParameters }));
  assertEquals(responses.length, RESPONSE_SIZES.length);
  for (const [at, size] of RESPONSE_SIZES.entries()) assertPayload(responses[at], size);
}

/** Each response is awaited before the next request goes out. */
export async function pingPong({ client }: InteropContext): Promise<void> {
  const requests = new Feed<StreamingOutputCallRequest>();
  const reader = client.FullDuplexCall(requests.source)[Symbol.asyncIterator]();
  for (const [at, size] of RESPONSE_SIZES.entries()) {
    const payload = createPayload(REQUEST_SIZES[at] ?? 0);
    requests.send({ responseParameters: [{ size }], payload });
    assertPayload(await readNext(reader), size);
  }
  requests.end();
  await assertDone(reader);
}

/** No message in either direction, and success. */
export async function emptyStream({ client }: InteropContext): Promise<void> {
  const responses = client.FullDuplexCall([]);
  assertEquals(await collect(responses), []);
  assertEquals((await responses.trailers).size, 0);
}
