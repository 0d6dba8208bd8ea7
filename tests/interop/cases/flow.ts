/** Credit: who pauses stops the other, and nobody else. */
import { assert, assertEquals } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import type { StreamingOutputCallRequest } from "../contract.ts";
import { assertPayload, createPayload, readNext } from "../payloads.ts";

/** So many exchanges would be made if nothing stopped them; each holds so many bytes both ways. */
const EXCHANGES = 256;
const EXCHANGE_BYTES = 64 * 1024;

/** More than both windows hold together, and far from all of it. */
const MAX_AHEAD = 48;

/** So many pings in a row find a writer that has stopped. */
const QUIET_PINGS = 25;

const HUGE_BYTES = 12 * 1024 * 1024;
const SMALL_CALLS = 3;

/**
 * A reader that pauses stops the server's writer, the server then reads no more and stops the
 * client's writer. When the reader goes on, everything arrives.
 */
export async function pushback({ client, endpoint }: InteropContext): Promise<void> {
  let taken = 0;
  function* createRequests(): Generator<StreamingOutputCallRequest> {
    for (; taken < EXCHANGES; taken++) {
      const payload = createPayload(EXCHANGE_BYTES);
      yield { responseParameters: [{ size: EXCHANGE_BYTES }], payload };
    }
  }
  const reader = client.FullDuplexCall(createRequests())[Symbol.asyncIterator]();
  assertPayload(await readNext(reader), EXCHANGE_BYTES);
  let before = 0;
  for (let quiet = 0; quiet < QUIET_PINGS; quiet++) {
    await endpoint.ping();
    if (taken !== before) quiet = 0;
    before = taken;
    assert(taken <= MAX_AHEAD, `the writer went on: ${taken} requests while nobody read`);
  }
  for (let read = 1; read < EXCHANGES; read++) {
    assertPayload(await readNext(reader), EXCHANGE_BYTES);
    assert(taken <= read + MAX_AHEAD, `the writer is ${taken - read} requests ahead`);
  }
  assertEquals((await reader.next()).done, true);
  assertEquals(taken, EXCHANGES);
}

/** Small calls are answered while a large one is on its way, there and back. */
export async function flowControlInterleave({ client }: InteropContext): Promise<void> {
  await client.EmptyCall({});
  let isDone = false;
  const large = client.UnaryCall({
    responseSize: HUGE_BYTES,
    payload: createPayload(HUGE_BYTES),
  }).finally(() => isDone = true);
  for (let call = 1; call <= SMALL_CALLS; call++) {
    assertEquals(await client.EmptyCall({}), {});
    assert(!isDone, `small call ${call} was answered after the large one`);
  }
  assertPayload(await large, HUGE_BYTES);
}
