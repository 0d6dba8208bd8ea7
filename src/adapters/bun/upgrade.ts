import { createRefusal } from "../../server/refusal.ts";
import type { RpcUpgrade } from "../../server/upgrader.ts";
import { formatAddress } from "../common/address.ts";
import { BunSocketData } from "./web_socket.ts";

/** The part of Bun's `Server` that is used. */
export interface RpcBunServer {
  /** Upgrades a request; `open` is called before it returns. */
  upgrade(
    request: Request,
    options: { data: unknown; headers?: Readonly<Record<string, string>> },
  ): boolean;
  /** Where a request came from. */
  requestIP(request: Request): { readonly address: string; readonly port: number } | null;
}

/** The caller's address. */
export function bunAddress(request: Request, server: RpcBunServer): string | undefined {
  const found = server.requestIP(request);
  return formatAddress(found?.address, found?.port);
}

/**
 * Makes the upgrade that was admitted.
 *
 * @returns The answer of a request that could not be upgraded; undefined when it was
 * @throws What Bun throws, for one where the server has no `websocket` object
 */
export function upgradeOnBun(
  request: Request,
  server: RpcBunServer,
  upgrade: RpcUpgrade,
): Response | undefined {
  try {
    if (makeUpgrade(request, server, upgrade)) return undefined;
  } catch (error) {
    upgrade.abandon();
    throw error;
  }
  // The client has gone, or somebody has taken the request.
  upgrade.abandon();
  return createRefusal(400, "Upgrade failed");
}

function makeUpgrade(request: Request, server: RpcBunServer, upgrade: RpcUpgrade): boolean {
  const protocol = upgrade.answerProtocol;
  const data = new BunSocketData(upgrade);
  if (protocol === undefined) return server.upgrade(request, { data });
  return server.upgrade(request, { data, headers: { "sec-websocket-protocol": protocol } });
}
