import { onNextTurn } from "../../internal/next_turn.ts";
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

/** What {@linkcode upgradeOnDeno} needs beside the request. */
interface DenoUpgradeOptions {
  /** What the upgrader says to the request. */
  readonly admitted: Response | RpcUpgrade | Promise<Response | RpcUpgrade>;
  readonly idleSeconds: number;
}

/**
 * Makes the upgrade of a request that is admitted. To be called in the turn that the request came in;
 * the answer must be returned as it is.
 */
export function upgradeOnDeno(
  request: Request,
  { admitted, idleSeconds }: DenoUpgradeOptions,
): Response | Promise<Response> {
  return admitted instanceof Promise
    ? answerLater(request, admitted, idleSeconds)
    : answer(request, admitted, idleSeconds);
}

/** Deno also upgrades a request whose client has gone, and of that socket nothing is ever heard. */
async function answerLater(
  request: Request,
  admitted: Promise<Response | RpcUpgrade>,
  idleSeconds: number,
): Promise<Response> {
  // It notices a loss only from when it is first asked for.
  const { signal } = request;
  const found = await admitted;
  if (found instanceof Response) return found;
  // A loss that the platform knows of already is told within a turn.
  await new Promise<void>((resolve) => onNextTurn(resolve));
  return signal.aborted ? giveUp(found) : answer(request, found, idleSeconds);
}

function answer(
  request: Request,
  admitted: Response | RpcUpgrade,
  idleSeconds: number,
): Response {
  if (admitted instanceof Response) return admitted;
  const protocol = admitted.answerProtocol;
  try {
    const upgraded = findDeno()?.upgradeWebSocket(request, {
      idleTimeout: idleSeconds,
      // Naming one that was not offered throws.
      ...(protocol === undefined ? {} : { protocol }),
    });
    if (upgraded === undefined) throw new TypeError("Cannot upgrade: this is not Deno");
    admitted.accept(upgraded.socket);
    return upgraded.response;
  } catch {
    // The client has gone, or somebody has taken the request: the text would not help it.
    return giveUp(admitted);
  }
}

function giveUp(upgrade: RpcUpgrade): Response {
  upgrade.abandon();
  return createRefusal(400, "Upgrade failed");
}
