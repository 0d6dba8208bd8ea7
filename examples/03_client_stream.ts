// deno-lint-ignore-file no-console
/**
 * Many requests, one response. Requests come from any iterable: an array, an async generator, a
 * `ReadableStream`. The source is read no faster than the handler takes.
 *
 *     deno run examples/03_client_stream.ts
 *     bun examples/03_client_stream.ts
 */
import {
  clientStream,
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcResponderEndpoint,
} from "../mod.ts";

const Sensors = defineContract("Sensors", {
  record: clientStream<number, { count: number; mean: number }>(),
  upload: clientStream<Uint8Array, { bytes: number }>(),
});

const sensors = implement(Sensors, {
  async record(values) {
    let count = 0;
    let sum = 0;
    for await (const value of values) {
      count++;
      sum += value;
    }
    return { count, mean: sum / count };
  },
  async upload(pieces) {
    let bytes = 0;
    for await (const piece of pieces) bytes += piece.length;
    return { bytes };
  },
});

const [near, far] = createMemoryTransportPair();
await using responder = new RpcResponderEndpoint({ transport: far, contracts: [sensors] });
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near });
const client = caller.client(Sensors);

// An array.
console.log("Array:", await client.record([18, 19, 21, 22]));

// An async generator.
async function* measure(): AsyncGenerator<number> {
  for (let value = 1; value <= 100; value++) yield value;
}
console.log("Generator:", await client.record(measure()));

// A stream of bytes, such as a file or the body of a request.
const body = new Response("x".repeat(100_000)).body;
if (body !== null) console.log("Stream:", await client.upload(body));
