import { createRefusal } from "../../server/refusal.ts";
import type { RpcUpgrade } from "../../server/upgrader.ts";
import type { WebSocketLike } from "../../transports/websocket/web_socket_like.ts";
import { formatAddress } from "../common/address.ts";

/** Where a request came from, as Deno tells it. */
export interface RpcDenoInfo {
  /** The other end of the connection; a host and a port over TCP. */
  readonly remoteAddr: {
    readonly transport: string;
    readonly hostname?: string;
    readonly port?: number;
  };
}

/** The part of Deno that is used, so that this file checks and loads without it. */
interface DenoRuntime {
  upgradeWebSocket(
    request: Request,
    options: { protocol?: string; idleTimeout: number },
  ): { socket: WebSocketLike; response: Response };
}

/** Deno, where that is the platform. */
export function findDeno(): DenoRuntime | undefined {
  // Bun and browsers have no such global; Deno's has more than this.
  return (globalThis as { Deno?: DenoRuntime }).Deno;
}

/** The caller's address. */
export function denoAddress(info: Partial<RpcDenoInfo> | undefined): string | undefined {
  return formatAddress(info?.remoteAddr?.hostname, info?.remoteAddr?.port);
}

/** Makes the upgrade that was admitted; the answer must be returned as it is. */
export function upgradeOnDeno(
  request: Request,
  { upgrade, idleSeconds }: { upgrade: RpcUpgrade; idleSeconds: number },
): Response {
  const protocol = upgrade.answerProtocol;
  try {
    const upgraded = findDeno()?.upgradeWebSocket(request, {
      idleTimeout: idleSeconds,
      // Naming one that was not offered throws.
      ...(protocol === undefined ? {} : { protocol }),
    });
    if (upgraded === undefined) throw new TypeError("Cannot upgrade: this is not Deno");
    upgrade.accept(upgraded.socket);
    return upgraded.response;
  } catch {
    // The client has gone, or somebody has taken the request: the text would not help it.
    upgrade.abandon();
    return createRefusal(400, "Upgrade failed");
  }
}
