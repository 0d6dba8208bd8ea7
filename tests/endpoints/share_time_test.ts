import { unary } from "../../src/contracts/shapes.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { shareTime } from "../../src/endpoints/share_time.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assertEquals, assertStatus } from "../support/assert.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

const Flaky = defineContract("Flaky", { get: unary<null, number>({ idempotent: true }) });

test("shareTime() gives each try what is left, and never more", async () => {
  const clock = new FakeClock();
  const within = shareTime({ timeoutMs: 1000 }, clock);
  assertEquals(within({ timeoutMs: 1000 }).timeoutMs, 1000);
  await clock.advance(400);
  assertEquals(within({ timeoutMs: 1000 }).timeoutMs, 600);
  assertEquals(within({}).timeoutMs, 600);
  assertEquals(within({ timeoutMs: 50 }).timeoutMs, 50);
  await clock.advance(5000);
  assertEquals(within({ timeoutMs: 1000 }).timeoutMs, 0);
});

test("shareTime() leaves calls without a time, or with what is none, as they are", () => {
  for (const timeoutMs of [undefined, Infinity, NaN, -1]) {
    const options = { timeoutMs };
    assertEquals(shareTime(options, new FakeClock())(options) === options, true);
  }
});

testOnEach(
  "RpcCallerEndpoint: tries of an interceptor share the call's deadline",
  async (links) => {
    const seen: (number | undefined)[] = [];
    const contract = implement(Flaky, {
      get: (_request, context) => {
        seen.push(context.timeoutMs);
        if (seen.length < 3) throw new RpcError(RpcStatus.UNAVAILABLE, "Not now");
        return new Promise<number>((_resolve, reject) => {
          context.signal.addEventListener("abort", () => reject(context.signal.reason));
        });
      },
    });
    const pair = await links.connect({ contracts: [contract] });
    pair.caller.addInterceptor({
      unary: async (call, request, next) => {
        for (;;) {
          try {
            return await next(request, call);
          } catch (error) {
            if (!(error instanceof RpcError) || error.code !== RpcStatus.UNAVAILABLE) throw error;
            await new Promise<void>((resolve) => void pair.clock.setTimer(resolve, 300));
          }
        }
      },
    });
    const call = assertStatus(
      pair.caller.client(Flaky).get(null, { timeoutMs: 1000 }),
      RpcStatus.DEADLINE_EXCEEDED,
    );
    for (let step = 0; step < 10; step++) await pair.advance(100);
    await call;
    assertEquals(seen, [1000, 700, 400]);
    await pair.assertIdle();
  },
);
