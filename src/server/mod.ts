/**
 * Serving: sockets in, endpoints out. Nothing here knows a runtime; the adapters do.
 *
 * {@linkcode RpcWebSocketServer} serves contracts on every socket that it is given, counts them, and
 * stops them: at once, or after a drain that lets calls in flight end. {@linkcode RpcUpgradePolicy}
 * decides before a socket exists, with plain answers of HTTP: handshake, origin, sub-protocol, and the
 * `authorize` hook. {@linkcode RpcUpgrader} is the two together, for adapters.
 *
 * @example Make an adapter for another platform
 * ```ts
 * import type { WebSocketLike } from "@rpc-ts/websocket";
 * import { RpcUpgrader } from "@rpc-ts/websocket/server";
 *
 * interface Platform {
 *   upgrade(request: Request, protocol?: string): { socket: WebSocketLike; response: Response };
 * }
 *
 * const upgrader = new RpcUpgrader({ contracts: [] });
 *
 * async function handle(request: Request, platform: Platform): Promise<Response> {
 *   const admitted = await upgrader.admit(request);
 *   if (admitted instanceof Response) return admitted;
 *   const { socket, response } = platform.upgrade(request, admitted.answerProtocol);
 *   admitted.accept(socket);
 *   return response;
 * }
 * if (handle.length !== 2) throw new Error("unexpected arguments");
 * await upgrader.server.close();
 * ```
 *
 * @module
 */
export type { RpcAuthorize, RpcUpgradeInfo } from "./authorization.ts";
export type { RpcConnectionSlot } from "./connection_slot.ts";
export type { RpcAllowedOrigins } from "./origin.ts";
export type {
  RpcAcceptedPeer,
  RpcAcceptedSocket,
  RpcConnectionSource,
  RpcServerStopOptions,
  RpcServingOptions,
  RpcWebSocketServerOptions,
} from "./server_options.ts";
export {
  type RpcUpgradeDecision,
  RpcUpgradePolicy,
  type RpcUpgradePolicyOptions,
  type RpcUpgradeRequestOptions,
} from "./upgrade_policy.ts";
export { type RpcUpgrade, RpcUpgrader, type RpcUpgraderOptions } from "./upgrader.ts";
export { RpcWebSocketServer } from "./web_socket_server.ts";
export type { RpcClock, RpcTimer } from "../internal/clock.ts";
