/** Calls with one request and one response. */
import { assertEquals } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import {
  assertPayload,
  createPayload,
  LARGE_REQUEST_BYTES,
  LARGE_RESPONSE_BYTES,
} from "../payloads.ts";

/** Nothing goes there, nothing comes back. */
export async function emptyUnary({ client }: InteropContext): Promise<void> {
  assertEquals(await client.EmptyCall({}), {});
}

/** One request and one response that fit in no single frame. */
export async function largeUnary({ client }: Pick<InteropContext, "client">): Promise<void> {
  const response = await client.UnaryCall({
    responseSize: LARGE_RESPONSE_BYTES,
    payload: createPayload(LARGE_REQUEST_BYTES),
  });
  assertPayload(response, LARGE_RESPONSE_BYTES);
}
