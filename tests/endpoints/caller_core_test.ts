import type { RpcCallerInterceptor } from "../../src/endpoints/interceptor.ts";
import { InterceptedStream } from "../../src/endpoints/intercepted_stream.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertRejects, assertStatus } from "../support/assert.ts";
import { Box, callBox, serveEach, SHAPES, UP_SHAPES } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import type { RpcSource } from "../../src/sources/source.ts";

const idle: RpcCallerInterceptor = {
  clientStream: (_call, requests, next) => next(requests),
  bidirectional: (_call, requests, next) => next(requests),
};

testOnEach("CallerCore wraps a stream only where an interceptor wraps its shape", async (links) => {
  const pair = await links.connect({
    caller: { interceptors: [idle] },
    contracts: [serveEach(() => 1)],
  });
  const client = pair.caller.client(Box);
  const [down, both] = [client.down(1), client.both([1])];
  assert(!(down instanceof InterceptedStream) && both instanceof InterceptedStream);
  down.cancel();
  both.cancel();
  await pair.assertIdle();
});

testOnEach(
  "CallerCore lets go of the requests when the call ends, intercepted or not",
  async (links) => {
    for (const interceptors of [[], [idle]]) {
      for (const shape of UP_SHAPES) {
        for (const isRefused of [false, true]) {
          let isCancelled = false;
          const requests = new ReadableStream<unknown>({
            cancel: () => {
              isCancelled = true;
            },
          });
          const pair = await links.connect({
            caller: { interceptors },
            contracts: isRefused ? [] : [serveEach(() => "early")],
          });
          const call = callBox(pair.caller.client(Box), shape, { requests });
          if (isRefused) await assertStatus(call, RpcStatus.UNIMPLEMENTED);
          else assertEquals(await call, ["early"]);
          await pair.assertIdle();
          assert(isCancelled);
        }
      }
    }
  },
);

testOnEach(
  "CallerCore fails a call whose requests are no source, intercepted or not",
  async (links) => {
    for (const interceptors of [[], [idle]]) {
      const pair = await links.connect({
        caller: { interceptors },
        contracts: [serveEach(() => 1)],
      });
      for (const shape of UP_SHAPES) {
        // The types do not allow it.
        const requests = {} as unknown as RpcSource<unknown>;
        await assertRejects(callBox(pair.caller.client(Box), shape, { requests }), TypeError);
      }
      await pair.assertIdle();
    }
  },
);

testOnEach("CallerCore never throws at the call, whatever the interceptor does", async (links) => {
  const pair = await links.connect({
    caller: {
      interceptors: [Object.fromEntries(SHAPES.map((shape) => [shape, () => {
        throw new RangeError("Broken");
      }]))],
    },
  });
  const client = pair.caller.client(Box);
  await assertRejects(client.one(1), RangeError);
  await assertRejects(client.up([1]), RangeError);
  await assertRejects(client.down(1)[Symbol.asyncIterator]().next(), RangeError);
  await assertRejects(client.both([1])[Symbol.asyncIterator]().next(), RangeError);
});
