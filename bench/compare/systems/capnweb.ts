/** capnweb: a target of one's own, streams as `ReadableStream`s that are handed over. */
import {
  type BenchItem,
  type BenchMessage,
  countItems,
  type ItemRequest,
  MESSAGE,
  produceItems,
} from "../message.ts";
import type { BenchContext, BenchSystem } from "../system.ts";
import { type BunServer, serveOnBun, serveOnDeno } from "./listen.ts";
import { connectSocket } from "./socket.ts";

interface Target {
  echo(message: BenchMessage): Promise<BenchMessage> | BenchMessage;
  down(request: ItemRequest): Promise<ReadableStream<BenchItem>> | ReadableStream<BenchItem>;
  up(items: ReadableStream<BenchItem>): Promise<number>;
  both(
    items: ReadableStream<BenchItem>,
  ): Promise<ReadableStream<BenchItem>> | ReadableStream<BenchItem>;
}

interface CapnWeb {
  readonly RpcTarget: new () => object;
  newWebSocketRpcSession(socket: WebSocket, main?: object): Target;
  /** Only what Bun loads has it. */
  newBunWebSocketRpcHandler(createMain: () => object): object;
}

function toStream(items: AsyncIterable<BenchItem>): ReadableStream<BenchItem> {
  const iterator = items[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const result = await iterator.next();
      if (result.done === true) controller.close();
      else controller.enqueue(result.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** The same iterator under both runtimes. */
async function* readStream(stream: ReadableStream<BenchItem>): AsyncGenerator<BenchItem> {
  const reader = stream.getReader();
  for (let result = await reader.read(); !result.done; result = await reader.read()) {
    yield result.value;
  }
}

async function load(context: BenchContext): Promise<CapnWeb> {
  // What the package exports at its pinned version.
  return await context.load("capnweb") as CapnWeb;
}

function createTarget({ RpcTarget }: CapnWeb): () => object {
  class BenchTarget extends RpcTarget implements Target {
    echo(message: BenchMessage): BenchMessage {
      return message;
    }

    down(request: ItemRequest): ReadableStream<BenchItem> {
      return toStream(produceItems(request));
    }

    up(items: ReadableStream<BenchItem>): Promise<number> {
      return countItems(readStream(items));
    }

    both(items: ReadableStream<BenchItem>): ReadableStream<BenchItem> {
      return toStream(readStream(items));
    }
  }
  return () => new BenchTarget();
}

/** capnweb. */
export const capnweb: BenchSystem = {
  async serve(context) {
    const library = await load(context);
    const create = createTarget(library);
    if (context.runtime === "deno") {
      return serveOnDeno((request) => {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onopen = () => void library.newWebSocketRpcSession(socket, create());
        return response;
      });
    }
    return serveOnBun({
      fetch: (request: Request, server: BunServer) => void server.upgrade(request, { data: {} }),
      websocket: library.newBunWebSocketRpcHandler(create),
    });
  },
  async connect(url, context) {
    const { newWebSocketRpcSession } = await load(context);
    // Given an address it never gets anywhere on Deno.
    const socket = await connectSocket(url);
    const api = newWebSocketRpcSession(socket);
    await api.echo(MESSAGE);
    return {
      echo: async (message) => await api.echo(message),
      down: async (request) => await countItems(readStream(await api.down(request))),
      up: async (request) => await api.up(toStream(produceItems(request))),
      both: async (request) => {
        return await countItems(readStream(await api.both(toStream(produceItems(request)))));
      },
      close: () => socket.close(),
    };
  },
};
