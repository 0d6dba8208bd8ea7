/**
 * Serves contracts with `Deno.serve`.
 *
 * The socket, its back-pressure and its pings are Deno's own; `server` on the handler is the
 * `RpcWebSocketServer` behind it. `Deno.HttpServer.shutdown()` closes sockets at once, so stop that
 * server first:
 *
 * @example Serve, and stop without losing a call
 * ```ts ignore because it listens until it is told to stop
 * import { denoRpcHandler } from "@rpc-ts/websocket/adapters/deno";
 *
 * const handler = denoRpcHandler({ contracts: [chat], path: "/rpc" });
 * const server = Deno.serve({ port: 8080 }, handler);
 * Deno.addSignalListener("SIGTERM", async () => {
 *   await handler.server.stop({ drainTimeoutMs: 10_000 });
 *   await server.shutdown();
 * });
 * ```
 *
 * Where `authorize` answers with a promise, the handler asks for the signal of the request, as only that
 * tells of a client that leaves meanwhile. Deno then prints once that this signal also aborts when all
 * went well, unless it is started with `--unstable-no-legacy-abort`; either way is fine here.
 *
 * @module
 */
import { RpcUpgrader } from "../server/upgrader.ts";
import type { RpcWebSocketServer } from "../server/web_socket_server.ts";
import { denoAddress, type RpcDenoInfo, upgradeOnDeno } from "./deno/upgrade.ts";
import { type RpcRoutedHandlerOptions, toIdleSeconds } from "./common/handler_options.ts";
import { answerOther, createRoute } from "./common/route.ts";

export type { RpcDenoInfo } from "./deno/upgrade.ts";
export type { RpcHandlerOptions, RpcRoutedHandlerOptions } from "./common/handler_options.ts";

/** Settings of {@linkcode denoRpcHandler}. */
export interface RpcDenoOptions extends RpcRoutedHandlerOptions {
  /**
   * Answers requests that ask for no WebSocket, or for another path; unless given they get 426 or 404.
   */
  readonly fallback?: (request: Request, info: RpcDenoInfo) => Response | Promise<Response>;
}

/** A handler for `Deno.serve`. */
export interface RpcDenoHandler {
  /** Answers a request. */
  (request: Request, info: RpcDenoInfo): Response | Promise<Response>;
  /** Serves the connections: stop it before the HTTP server. */
  readonly server: RpcWebSocketServer;
}

/**
 * Makes a handler for `Deno.serve` that serves contracts.
 *
 * @param options Contracts, path, who may connect, limits, hooks, logger
 * @returns The handler; its server is running
 * @throws {TypeError} When a contract, a path or an allowed origin is wrong
 * @throws {RangeError} When a limit or a time is out of range
 *
 * @example Serve one method beside other pages
 * ```ts
 * import { defineContract, implement, unary } from "@rpc-ts/websocket";
 * import { denoRpcHandler } from "@rpc-ts/websocket/adapters/deno";
 *
 * const Echo = defineContract("Echo", { say: unary<string, string>() });
 * const handler = denoRpcHandler({
 *   contracts: [implement(Echo, { say: (text) => text })],
 *   path: "/rpc",
 *   fallback: () => new Response("a page"),
 * });
 * // Deno.serve({ port: 8080 }, handler);
 *
 * const info = { remoteAddr: { transport: "tcp" } };
 * const page = await handler(new Request("http://127.0.0.1/"), info);
 * if (await page.text() !== "a page") throw new Error("unexpected answer");
 * await handler.server.close();
 * ```
 */
export function denoRpcHandler(options: RpcDenoOptions): RpcDenoHandler {
  const { fallback } = options;
  const route = createRoute(options.path);
  const idleSeconds = toIdleSeconds(options.idleTimeoutMs);
  const upgrader = new RpcUpgrader(options);
  const handle = (request: Request, info: RpcDenoInfo): Response | Promise<Response> => {
    const kind = route(request);
    if (kind !== "upgrade") return fallback?.(request, info) ?? answerOther(kind);
    const admitted = upgrader.admit(request, { address: denoAddress(info) });
    return upgradeOnDeno(request, { admitted, idleSeconds });
  };
  return Object.assign(handle, { server: upgrader.server });
}
