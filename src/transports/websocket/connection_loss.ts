import type { RpcError } from "../../protocol/rpc_error.ts";
import { type ConnectionLoss, errorFromLoss } from "../connection/loss.ts";

/** Why a connection ended, as hooks and listeners get it. */
export interface RpcConnectionLoss {
  /** What calls in flight ended with. */
  readonly error: RpcError;
  /** WebSocket close code; 1006 or 0 for a loss without one. */
  readonly closeCode: number;
  /** Which side ended it; `network` when neither said so. */
  readonly by: "us" | "peer" | "network";
}

/** A loss as hooks and listeners get it. */
export function toConnectionLoss(loss: ConnectionLoss): RpcConnectionLoss {
  return { error: errorFromLoss(loss, true), closeCode: loss.closeCode, by: loss.by };
}
