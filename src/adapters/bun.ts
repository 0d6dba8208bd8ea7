/**
 * Serves contracts with `Bun.serve`.
 *
 * All state of a socket is in its `data`; every answer of `send` is read, so that nothing is dropped
 * unnoticed. `server` beside the two members of `Bun.serve` is the `RpcWebSocketServer` behind them.
 * `stop()` of a Bun server waits until its sockets are closed, so stop that server first:
 *
 * @example Serve, and stop without losing a call
 * ```ts ignore because it listens until it is told to stop
 * import { bunRpc } from "@rpc-ts/websocket/adapters/bun";
 *
 * const rpc = bunRpc({ contracts: [chat], path: "/rpc" });
 * const server = Bun.serve({ port: 8080, ...rpc });
 * process.on("SIGTERM", async () => {
 *   await rpc.server.stop({ drainTimeoutMs: 10_000 });
 *   await server.stop();
 * });
 * ```
 *
 * @module
 */
import { type RpcUpgrade, RpcUpgrader } from "../server/upgrader.ts";
import type { RpcWebSocketServer } from "../server/web_socket_server.ts";
import { bunAddress, type RpcBunServer, upgradeOnBun } from "./bun/upgrade.ts";
import {
  createBunWebSocket,
  type RpcBunOtherWebSocketHandler,
  type RpcBunWebSocketHandler,
} from "./bun/web_socket.ts";
import type { RpcRoutedHandlerOptions } from "./common/handler_options.ts";
import { answerOther, createRoute } from "./common/route.ts";

export type { RpcBunServerWebSocket } from "./bun/server_socket.ts";
export type { RpcBunServer } from "./bun/upgrade.ts";
export {
  createBunWebSocket,
  type RpcBunOtherWebSocketHandler,
  type RpcBunWebSocketHandler,
  type RpcBunWebSocketOptions,
} from "./bun/web_socket.ts";
export type { RpcHandlerOptions, RpcRoutedHandlerOptions } from "./common/handler_options.ts";

/** What `fetch` of a Bun server answers; nothing when the request was upgraded. */
export type RpcBunAnswer = Response | undefined | Promise<Response | undefined>;

/** Settings of {@linkcode bunRpc}. */
export interface RpcBunOptions extends RpcRoutedHandlerOptions {
  /**
   * Answers requests that ask for no WebSocket, or for another path; unless given they get 426 or 404.
   */
  readonly fallback?: (request: Request, server: RpcBunServer) => RpcBunAnswer;
  /** Takes the events of sockets that `fallback` upgraded; nobody unless given. */
  readonly otherWebSocket?: RpcBunOtherWebSocketHandler;
}

/** What to spread into `Bun.serve`. */
export interface RpcBunHandler {
  /** Answers a request. */
  fetch(request: Request, server: RpcBunServer): RpcBunAnswer;
  /** Takes the events of sockets. */
  readonly websocket: RpcBunWebSocketHandler;
  /** Serves the connections: stop it before the HTTP server. Bun does not look at it. */
  readonly server: RpcWebSocketServer;
}

/**
 * Makes the members of `Bun.serve` that serve contracts.
 *
 * @param options Contracts, path, who may connect, limits, hooks, logger
 * @returns `fetch` and `websocket`, and the server, which is running
 * @throws {TypeError} When a contract, a path or an allowed origin is wrong
 * @throws {RangeError} When a limit or a time is out of range
 *
 * @example Serve one method
 * ```ts
 * import { defineContract, implement, unary } from "@rpc-ts/websocket";
 * import { bunRpc } from "@rpc-ts/websocket/adapters/bun";
 *
 * const Echo = defineContract("Echo", { say: unary<string, string>() });
 * const rpc = bunRpc({ contracts: [implement(Echo, { say: (text) => text })], path: "/rpc" });
 * // Bun.serve({ port: 8080, ...rpc });
 *
 * if (!rpc.server.isRunning) throw new Error("not running");
 * await rpc.server.close();
 * ```
 */
export function bunRpc(options: RpcBunOptions): RpcBunHandler {
  const { fallback, otherWebSocket } = options;
  const route = createRoute(options.path);
  const websocket = createBunWebSocket({
    ...options,
    ...(otherWebSocket === undefined ? {} : { other: otherWebSocket }),
  });
  const upgrader = new RpcUpgrader(options);
  const fetch = (request: Request, server: RpcBunServer): RpcBunAnswer => {
    const kind = route(request);
    if (kind !== "upgrade") {
      // A fallback that upgraded the request answers nothing.
      return fallback === undefined ? answerOther(kind) : fallback(request, server);
    }
    const admitted = upgrader.admit(request, { address: bunAddress(request, server) });
    return admitted instanceof Promise
      ? answerLater(request, server, admitted)
      : answer(request, server, admitted);
  };
  return { fetch, websocket, server: upgrader.server };
}

function answer(
  request: Request,
  server: RpcBunServer,
  admitted: Response | RpcUpgrade,
): Response | undefined {
  if (admitted instanceof Response) return admitted;
  return upgradeOnBun(request, server, admitted);
}

async function answerLater(
  request: Request,
  server: RpcBunServer,
  admitted: Promise<Response | RpcUpgrade>,
): Promise<Response | undefined> {
  return answer(request, server, await admitted);
}
