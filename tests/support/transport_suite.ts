/** What every transport has to do, run on each of them. */
import { creditCases } from "./transport_suite/credit.ts";
import { endCases } from "./transport_suite/ends.ts";
import { limitCases } from "./transport_suite/limits.ts";
import { lossCases } from "./transport_suite/loss.ts";
import { orderCases } from "./transport_suite/order.ts";
import { test } from "./test.ts";
import type { TransportMaker } from "./transport_pair.ts";

/** Registers the suite for one kind of transport. */
export function testTransport(maker: TransportMaker): void {
  for (const cases of [orderCases, creditCases, endCases, limitCases, lossCases]) {
    for (const [name, body] of Object.entries(cases(maker))) test(`${maker.name} ${name}`, body);
  }
}
