/** This package, through its public interface, with its defaults. */
import {
  bidirectional,
  clientStream,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcWebSocketCallerTransport,
  serverStream,
  unary,
} from "../../../mod.ts";
import { bunRpc } from "../../../src/adapters/bun.ts";
import { denoRpcHandler } from "../../../src/adapters/deno.ts";
import {
  type BenchItem,
  type BenchMessage,
  countItems,
  type ItemRequest,
  MESSAGE,
  produceItems,
} from "../message.ts";
import type { BenchSystem } from "../system.ts";
import { serveOnBun, serveOnDeno } from "./listen.ts";

const Bench = defineContract("Bench", {
  echo: unary<BenchMessage, BenchMessage>(),
  down: serverStream<ItemRequest, BenchItem>(),
  up: clientStream<BenchItem, number>(),
  both: bidirectional<BenchItem, BenchItem>(),
});

const contract = implement(Bench, {
  echo: (message) => message,
  down: (request) => produceItems(request),
  up: (items) => countItems(items),
  async *both(items) {
    for await (const item of items) yield item;
  },
});

/** This package. */
export const ours: BenchSystem = {
  serve({ runtime }) {
    const options = { contracts: [contract] };
    const url = runtime === "deno"
      ? serveOnDeno(denoRpcHandler(options))
      : serveOnBun(bunRpc(options));
    return Promise.resolve(url);
  },
  async connect(url) {
    const transport = RpcWebSocketCallerTransport.connect(url);
    const caller = new RpcCallerEndpoint({ transport });
    const client = caller.client(Bench);
    // Calls wait for the connection.
    await client.echo(MESSAGE);
    return {
      echo: (message) => client.echo(message),
      down: (request) => countItems(client.down(request)),
      up: (request) => client.up(produceItems(request)),
      both: (request) => countItems(client.both(produceItems(request))),
      close: () => caller.close(),
    };
  },
};
