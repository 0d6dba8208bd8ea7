// deno-lint-ignore-file no-console
/**
 * One request, many responses. The reader sets the pace: while it does not ask, the handler rests.
 * Leaving the loop gives the call up, and the handler is told.
 *
 *     deno run examples/02_server_stream.ts
 *     bun examples/02_server_stream.ts
 */
import {
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcResponderEndpoint,
  serverStream,
} from "../mod.ts";

const Weather = defineContract("Weather", {
  watch: serverStream<{ city: string }, { hour: number; celsius: number }>(),
});

let measured = 0;
const stopped = Promise.withResolvers<void>();
const weather = implement(Weather, {
  async *watch() {
    try {
      for (let hour = 0;; hour++) {
        measured++;
        yield { hour, celsius: Math.round(12 + 8 * Math.sin(hour / 4)) };
      }
    } finally {
      stopped.resolve();
    }
  },
});

const [near, far] = createMemoryTransportPair();
await using responder = new RpcResponderEndpoint({ transport: far, contracts: [weather] });
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near });
const client = caller.client(Weather);

// The handler would go on for ever; the loop takes what it wants.
for await (const { hour, celsius } of client.watch({ city: "Lisbon" })) {
  console.log(`${String(hour).padStart(2)}:00  ${"▪".repeat(celsius)} ${celsius} °C`);
  if (hour === 11) break;
}

await stopped.promise;
console.log("The handler has stopped, and did not run far ahead:", measured < 5000);

// The same as a ReadableStream, for whatever takes one.
const reader = client.watch({ city: "Porto" }).toReadableStream().getReader();
const { value } = await reader.read();
console.log("First of a stream:", value?.celsius, "°C");
await reader.cancel();
