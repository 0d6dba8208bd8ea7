/**
 * Serves contracts on a route of Hono, on Deno and on Bun.
 *
 * On Bun the server has one `websocket` object, which must be given to it, and the app must get the
 * server as the second argument of `fetch`, which it does in this form:
 *
 * @example Serve on Bun
 * ```ts ignore because it listens until it is told to stop
 * import { Hono } from "hono";
 * import { honoRpc, websocket } from "@rpc-ts/websocket/adapters/hono";
 *
 * const app = new Hono().get("/rpc", honoRpc({ contracts: [chat] }));
 * export default { port: 8080, fetch: app.fetch, websocket };
 * ```
 *
 * Where Hono's own `upgradeWebSocket` is in use as well, or limits are changed, make the object with
 * `createBunWebSocket({ other: websocketOfHono, limits })`. On Deno there is nothing more to it than
 * `Deno.serve(app.fetch)`; what `@rpc-ts/websocket/adapters/deno` says of `authorize` holds here too.
 *
 * No middleware that changes headers of the answer, CORS for one, may stand before the route: the answer
 * of an upgrade cannot be changed. `allowedOrigins` is what CORS would be for.
 *
 * To stop, wait for `stop()` of the handler's server before that of the HTTP server.
 *
 * @module
 */
import { RpcUpgrader } from "../server/upgrader.ts";
import type { RpcWebSocketServer } from "../server/web_socket_server.ts";
import { bunAddress, type RpcBunServer, upgradeOnBun } from "./bun/upgrade.ts";
import { createBunWebSocket, type RpcBunWebSocketHandler } from "./bun/web_socket.ts";
import { denoAddress, findDeno, type RpcDenoInfo, upgradeOnDeno } from "./deno/upgrade.ts";
import { type RpcHandlerOptions, toIdleSeconds } from "./common/handler_options.ts";
import { answerOther, createRoute } from "./common/route.ts";

export type { RpcBunServerWebSocket } from "./bun/server_socket.ts";
export {
  createBunWebSocket,
  type RpcBunOtherWebSocketHandler,
  type RpcBunWebSocketHandler,
  type RpcBunWebSocketOptions,
} from "./bun/web_socket.ts";
export type { RpcHandlerOptions } from "./common/handler_options.ts";

/** The part of Hono's context that is used. */
export interface RpcHonoContext {
  /** The request. */
  readonly req: { readonly raw: Request };
  /** What the app was given beside the request: on Bun the server, on Deno the address. */
  readonly env: unknown;
}

/** Goes on to the next handler of the route. */
export type RpcHonoNext = () => Promise<void>;

/** Settings of {@linkcode honoRpc}. */
export interface RpcHonoOptions extends RpcHandlerOptions {
  /** Whether requests that ask for no WebSocket go on to the next handler; unless so they get 426. */
  readonly passOn?: boolean;
}

/** A handler of a Hono route. */
export interface RpcHonoHandler {
  /** Answers a request, or goes on. */
  (context: RpcHonoContext, next: RpcHonoNext): Promise<Response | void>;
  /** Serves the connections: stop it before the HTTP server. */
  readonly server: RpcWebSocketServer;
}

/** The `websocket` object of `Bun.serve`, with the default limits. */
export const websocket: RpcBunWebSocketHandler = createBunWebSocket();

/**
 * Makes a handler of a Hono route that serves contracts.
 *
 * @param options Contracts, who may connect, limits, hooks, logger
 * @returns The handler; its server is running
 * @throws {TypeError} When a contract or an allowed origin is wrong
 * @throws {RangeError} When a limit or a time is out of range
 *
 * @example Serve one method
 * ```ts
 * import { Hono } from "hono";
 * import { defineContract, implement, unary } from "@rpc-ts/websocket";
 * import { honoRpc } from "@rpc-ts/websocket/adapters/hono";
 *
 * const Echo = defineContract("Echo", { say: unary<string, string>() });
 * const rpc = honoRpc({ contracts: [implement(Echo, { say: (text) => text })] });
 * const app = new Hono().get("/rpc", rpc);
 *
 * if ((await app.request("/rpc")).status !== 426) throw new Error("unexpected status");
 * await rpc.server.close();
 * ```
 */
export function honoRpc(options: RpcHonoOptions): RpcHonoHandler {
  const route = createRoute(undefined);
  const idleSeconds = toIdleSeconds(options.idleTimeoutMs);
  const upgrader = new RpcUpgrader(options);
  const handle = async (
    context: RpcHonoContext,
    next: RpcHonoNext,
  ): Promise<Response | void> => {
    const { raw: request } = context.req;
    const kind = route(request);
    if (kind !== "upgrade") return options.passOn === true ? await next() : answerOther("plain");
    const server = findBunServer(context.env);
    if (server === undefined && findDeno() === undefined) {
      throw new TypeError("Cannot upgrade: found no server, pass it as second argument of fetch");
    }
    const address = server === undefined
      // On Deno the app gets what `Deno.serve` tells; `app.request` in tests gives nothing.
      ? denoAddress(context.env as Partial<RpcDenoInfo> | undefined)
      : bunAddress(request, server);
    const admitted = upgrader.admit(request, { address });
    if (server === undefined) return upgradeOnDeno(request, { admitted, idleSeconds });
    const upgrade = await admitted;
    if (upgrade instanceof Response) return upgrade;
    // Hono wants an answer; Bun ignores that of an upgraded request.
    return upgradeOnBun(request, server, upgrade) ?? new Response(null);
  };
  return Object.assign(handle, { server: upgrader.server });
}

/** Bun's server, which an app gets as its environment or within it. */
function findBunServer(env: unknown): RpcBunServer | undefined {
  if (typeof env !== "object" || env === null) return undefined;
  const server: unknown = "server" in env ? env.server : env;
  if (typeof server !== "object" || server === null || !("upgrade" in server)) return undefined;
  // Bun's server is the only one with this method that an app is given.
  return typeof server.upgrade === "function" ? server as RpcBunServer : undefined;
}
