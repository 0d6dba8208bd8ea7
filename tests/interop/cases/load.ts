/** Many calls at once on one connection. */
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import type { StreamingOutputCallRequest, StreamingOutputCallResponse } from "../contract.ts";
import { assertDone, assertPayload, Feed, readNext } from "../payloads.ts";
import { largeUnary } from "./unary.ts";

const CONCURRENT_CALLS = 1000;

/** A client that opens a thousand large calls in one turn has to be allowed to hold them. */
const MAX_QUEUED_BYTES = 512 * 1024 * 1024;

/** Streams opened at a time while the ceiling is looked for, and where the search gives up. */
const STREAMS_A_ROUND = 512;
const MAX_STREAMS = 32_768;

/** A thousand large calls at once, all of them answered whole. */
export async function concurrentLargeUnary(context: InteropContext): Promise<void> {
  const connection = context.connect({ limits: { maxQueuedBytes: MAX_QUEUED_BYTES } });
  await Promise.all(Array.from({ length: CONCURRENT_CALLS }, () => largeUnary(connection)));
}

/** The ceiling of streams refuses the next call with a status; ended calls give their slots back. */
export async function maxStreams({ client, endpoint }: InteropContext): Promise<void> {
  const first = await fill(client);
  first.forEach((stream) => stream.end());
  await Promise.all(first.map((stream) => assertDone(stream.reader)));
  assertEquals(await client.EmptyCall({}), {});
  assertEquals(endpoint.activeCalls, 0);

  const second = await fill(client);
  assertEquals(second.length, first.length);
  await Promise.all(second.map((stream) => stream.reader.return?.()));
  // Handlers that are told to stop need a turn to do so, which a round trip gives them.
  await endpoint.ping();
  assertEquals(await client.EmptyCall({}), {});

  const third = await fill(client);
  assertEquals(third.length, first.length);
  third.forEach((stream) => stream.end());
  await Promise.all(third.map((stream) => assertDone(stream.reader)));
}

/** A stream that has answered once and stays open. */
interface LiveStream {
  readonly reader: AsyncIterator<StreamingOutputCallResponse>;
  end(): void;
}

/** Opens streams up to the ceiling, which the one after must meet. */
async function fill(client: InteropContext["client"]): Promise<LiveStream[]> {
  const live: LiveStream[] = [];
  while (live.length < MAX_STREAMS) {
    const opened = Array.from({ length: STREAMS_A_ROUND }, () => open(client));
    const results = await Promise.allSettled(opened);
    const refused: Promise<unknown>[] = [];
    for (const result of results) {
      if (result.status === "fulfilled") live.push(result.value);
      else refused.push(Promise.reject(result.reason));
    }
    const errors = await Promise.all(
      refused.map((call) => assertStatus(call, RpcStatus.RESOURCE_EXHAUSTED)),
    );
    assert(errors.every(({ maybeExecuted }) => !maybeExecuted), "a refused call may have run");
    if (refused.length > 0) {
      assert(live.length > 0, "every stream was refused");
      return live;
    }
  }
  throw new RangeError(`No ceiling found below ${MAX_STREAMS} streams`);
}

async function open(client: InteropContext["client"]): Promise<LiveStream> {
  const requests = new Feed<StreamingOutputCallRequest>({ responseParameters: [{ size: 1 }] });
  const reader = client.FullDuplexCall(requests.source)[Symbol.asyncIterator]();
  assertPayload(await readNext(reader), 1);
  return { reader, end: () => requests.end() };
}
