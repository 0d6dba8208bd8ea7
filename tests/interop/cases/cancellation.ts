/** Calls that their caller gives up, or that run out of time. */
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertStatus } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import type { StreamingInputCallRequest, StreamingOutputCallRequest } from "../contract.ts";
import { ObservedCall } from "../observe.ts";
import { assertPayload, createPayload, Feed, readNext } from "../payloads.ts";

/** The server sleeps far longer than this. */
const PROMPT_MS = 5_000;

/** Given up before the first request. */
export async function cancelAfterBegin(context: InteropContext): Promise<void> {
  const call = new ObservedCall();
  const controller = new AbortController();
  const requests = new Feed<StreamingInputCallRequest>();
  const response = context.client.StreamingInputCall(requests.source, {
    signal: controller.signal,
    metadata: call.metadata,
  });
  controller.abort();
  await assertStatus(response, RpcStatus.CANCELLED);
  await call.assertAborted(context, RpcStatus.CANCELLED);
}

/** Given up between two responses. */
export async function cancelAfterFirstResponse(context: InteropContext): Promise<void> {
  const call = new ObservedCall();
  const controller = new AbortController();
  const requests = new Feed<StreamingOutputCallRequest>({
    responseParameters: [{ size: 31415 }],
    payload: createPayload(27182),
  });
  const responses = context.client.FullDuplexCall(requests.source, {
    signal: controller.signal,
    metadata: call.metadata,
  });
  const reader = responses[Symbol.asyncIterator]();
  assertPayload(await readNext(reader), 31415);
  controller.abort();
  await assertStatus(reader.next(), RpcStatus.CANCELLED);
  await call.assertAborted(context, RpcStatus.CANCELLED);
}

/** The server waits for requests that never come. */
export async function timeoutOnSleepingServer(context: InteropContext): Promise<void> {
  const call = new ObservedCall();
  // The time is to run out at the server, not while the connection is made.
  await context.client.EmptyCall({});
  const requests = new Feed<StreamingOutputCallRequest>({ payload: createPayload(27182) });
  const begin = performance.now();
  const responses = context.client.FullDuplexCall(requests.source, {
    timeoutMs: 1,
    metadata: call.metadata,
  });
  await assertStatus(responses[Symbol.asyncIterator]().next(), RpcStatus.DEADLINE_EXCEEDED);
  const elapsed = performance.now() - begin;
  assert(elapsed < PROMPT_MS, `the deadline of 1 ms was told after ${Math.round(elapsed)} ms`);
  await call.assertAborted(context, RpcStatus.DEADLINE_EXCEEDED);
}
