// deno-lint-ignore-file no-console
/**
 * Run-time validation with any library that follows Standard Schema: here Zod; Valibot and ArkType
 * are used in the same way. Types are inferred from the schemas, requests are checked before the
 * handler sees them, and responses before they leave.
 *
 *     deno run examples/11_validation.ts
 *     bun examples/11_validation.ts
 */
import { z } from "zod";
import {
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  RpcResponderEndpoint,
  unary,
} from "../mod.ts";

const Order = z.object({
  item: z.string().min(1),
  amount: z.number().int().positive().default(1),
  // The client gives text, the handler gets a date.
  due: z.iso.date().transform((text) => new Date(text)),
});
const Receipt = z.object({ item: z.string(), amount: z.number(), weekday: z.string() });

const Shop = defineContract("Shop", {
  order: unary({ request: Order, response: Receipt }),
});

const shop = implement(Shop, {
  order({ item, amount, due }) {
    const weekday = due.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
    // Not in the schema of the response: it stays here.
    const margin = 0.4;
    return { item, amount, weekday, margin };
  },
});

const [near, far] = createMemoryTransportPair();
await using responder = new RpcResponderEndpoint({ transport: far, contracts: [shop] });
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near });
const client = caller.client(Shop);

console.log("Ordered:", await client.order({ item: "lamp", due: "2030-01-01" }));

try {
  await client.order({ item: "", amount: -2, due: "tomorrow" });
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  console.log("Refused:", error.message);
  for (const detail of error.details) {
    if (!("fieldViolations" in detail)) continue;
    for (const { field, description } of detail.fieldViolations) {
      console.log(`  ${field}: ${description}`);
    }
  }
}
