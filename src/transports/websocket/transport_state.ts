import type { Channel } from "../connection/channel.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConnectionLoss } from "../connection/loss.ts";
import { createHealthStatus, type RpcHealthStatus } from "../health.ts";
import type { IRpcTransport } from "../transport.ts";

/** Where a WebSocket transport stands. */
export type TransportState =
  | { readonly kind: "connected"; readonly connection: Connection; readonly channel: Channel }
  | {
    readonly kind: "lost";
    readonly loss: ConnectionLoss;
    /** The highest id of a stream that this side opened. */
    readonly highestLocalId: number;
  }
  | { readonly kind: "closed"; readonly done: Promise<void> };

/** The highest id of a stream that this side opened, on connections of now and before. */
export function highestLocalIdOf(state: TransportState | undefined): number {
  if (state?.kind === "connected") return state.connection.highestLocalId;
  return state?.kind === "lost" ? state.highestLocalId : 0;
}

/** How a transport in this state is doing; undefined is before its first connection. */
export function healthOf(
  state: TransportState | undefined,
  { isClosed, canReconnect }: Pick<IRpcTransport, "isClosed"> & { readonly canReconnect: boolean },
): RpcHealthStatus {
  if (state === undefined || state.kind === "closed" || isClosed) {
    return createHealthStatus("transport", "closed", { message: "Transport is closed" });
  }
  if (state.kind === "lost") {
    return createHealthStatus("transport", "degraded", {
      message: "WebSocket connection is down, reconnect is required",
      details: { canReconnect: true, closeCode: state.loss.closeCode, reason: state.loss.text },
    });
  }
  const details = { canReconnect, ...state.connection.stats() };
  return state.connection.isReady
    ? createHealthStatus("transport", "healthy", { message: "Connected", details })
    : createHealthStatus("transport", "reconnecting", { message: "Connecting", details });
}
