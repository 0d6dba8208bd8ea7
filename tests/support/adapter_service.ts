/** What the servers of the adapter suite serve. */
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { implement, type RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { rawCodec } from "../../src/codecs/raw.ts";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";

/** One method for each thing that the suite asks. */
export const Service = defineContract("adapter.Suite", {
  add: unary<{ a: number; b: number }, number>(),
  echo: unary<Uint8Array, Uint8Array>({ codec: rawCodec() }),
  meet: unary<null, { auth: unknown; address: string; protocol: string; name: string }>(),
  fail: unary<"rpc" | "other", null>(),
  wait: unary<null, string>(),
  count: serverStream<number, number>(),
  flood: serverStream<{ items: number; bytes: number }, Uint8Array>(),
  sum: clientStream<number, number>(),
  double: bidirectional<number, number>(),
});

/** What a client of the suite serves itself. */
export const Client = defineContract("adapter.Client", { name: unary<null, string>() });

/** The client's answers. */
export function createClientContract(name: string): RpcResponderContract {
  return implement(Client, { name: () => name });
}

/** The service, and what its handlers did. */
export interface ServiceProbe {
  readonly contract: RpcResponderContract;
  /** Settles when `wait` has been entered. */
  readonly entered: Deferred<void>;
  /** Lets `wait` answer. */
  readonly gate: Deferred<string>;
  /** Settles with why `wait` was aborted. */
  readonly aborted: Deferred<unknown>;
  /** Items that `flood` has made. */
  made: number;
}

/** Makes a service with nothing in it yet. */
export function createService(): ServiceProbe {
  const probe = {
    entered: createDeferred<void>(),
    gate: createDeferred<string>(),
    aborted: createDeferred<unknown>(),
    made: 0,
  };
  const contract = implement(Service, {
    add: ({ a, b }) => a + b,
    echo: (bytes) => bytes,
    meet(_request, context) {
      const { auth, address, protocol } = context.peer;
      context.setHeader("x-header", "head");
      context.setTrailer("x-trailer", "tail");
      const name = context.metadata.get("x-name") ?? "";
      return { auth: auth ?? null, address: address ?? "", protocol, name };
    },
    fail(kind) {
      if (kind === "other") throw new Error("a secret");
      throw new RpcError(RpcStatus.NOT_FOUND, "No such thing", {
        details: [{ type: "google.rpc.ErrorInfo", reason: "GONE", domain: "test", metadata: {} }],
      });
    },
    wait: (_request, context) => waitForGate(probe, context),
    async *count(to) {
      for (let number = 1; number <= to; number++) yield await Promise.resolve(number);
    },
    async *flood({ items, bytes }) {
      for (; probe.made < items; probe.made++) {
        yield await Promise.resolve(new Uint8Array(bytes).fill(probe.made));
      }
    },
    async sum(numbers) {
      let sum = 0;
      for await (const number of numbers) sum += number;
      return sum;
    },
    async *double(numbers) {
      for await (const number of numbers) yield number * 2;
    },
  });
  return Object.assign(probe, { contract });
}

function waitForGate(
  probe: Omit<ServiceProbe, "contract">,
  { signal }: RpcHandlerContext,
): Promise<string> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      probe.aborted.resolve(signal.reason);
      reject(signal.reason);
    });
  });
  probe.entered.resolve();
  return Promise.race([probe.gate.promise, aborted]);
}
