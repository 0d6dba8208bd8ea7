/** Headers and trailers, text and bytes. */
import type { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import { ECHO_INITIAL, ECHO_TRAILING, type SimpleRequest } from "../contract.ts";
import {
  assertPayload,
  collect,
  createPayload,
  LARGE_REQUEST_BYTES,
  LARGE_RESPONSE_BYTES,
} from "../payloads.ts";

const INITIAL = "test_initial_metadata_value";
const TRAILING: readonly number[] = [0xab, 0xab, 0xab];

/** What a call came back with beside its responses. */
interface Received {
  readonly headers: RpcMetadata[];
  readonly trailers: RpcMetadata[];
}

/** Headers come back as headers and bytes as trailers, of one response and of many. */
export async function customMetadata({ client }: InteropContext): Promise<void> {
  const metadata = { [ECHO_INITIAL]: INITIAL, [ECHO_TRAILING]: Uint8Array.from(TRAILING) };
  const received: Received = { headers: [], trailers: [] };
  const options = {
    metadata,
    onHeaders: (headers: RpcMetadata) => received.headers.push(headers),
    onTrailers: (trailers: RpcMetadata) => received.trailers.push(trailers),
  };
  const payload = createPayload(LARGE_REQUEST_BYTES);
  const request: SimpleRequest = { responseSize: LARGE_RESPONSE_BYTES, payload };
  assertPayload(await client.UnaryCall(request, options), LARGE_RESPONSE_BYTES);
  assertReceived(received);

  const responses = client.FullDuplexCall([
    { responseParameters: [{ size: LARGE_RESPONSE_BYTES }], payload },
  ], { metadata });
  const [response, ...more] = await collect(responses);
  assertPayload(response, LARGE_RESPONSE_BYTES);
  assertEquals(more.length, 0);
  assertReceived({ headers: [await responses.headers], trailers: [await responses.trailers] });
}

function assertReceived({ headers, trailers }: Received): void {
  const [header, trailer] = [headers[0], trailers[0]];
  assert(headers.length === 1 && header !== undefined, `headers came ${headers.length} times`);
  assert(trailers.length === 1 && trailer !== undefined, `trailers came ${trailers.length} times`);
  assertEquals(header.getAll(ECHO_INITIAL), [INITIAL]);
  assert(!header.has(ECHO_TRAILING), "the trailer came among the headers");
  assert(!trailer.has(ECHO_INITIAL), "the header came among the trailers");
  assertEquals(trailer.getAll(ECHO_TRAILING).length, 1);
  const bytes = trailer.getBytes(ECHO_TRAILING);
  assert(bytes !== undefined, "the trailer is not bytes");
  assertEquals([...bytes], [...TRAILING]);
}
