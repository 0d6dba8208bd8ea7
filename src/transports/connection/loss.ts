import {
  CLOSE_NORMAL,
  CLOSE_PROTOCOL_ERROR,
  CLOSE_TIMEOUT,
  statusFromCloseCode,
} from "../../protocol/close_code.ts";
import { FrameError } from "../../protocol/frame_error.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import type { RpcStatusCode } from "../../protocol/status.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { ChannelClose } from "./channel.ts";

/** How and why a connection ended. */
export interface ConnectionLoss {
  /** Status that calls in flight end with. */
  readonly code: RpcStatusCode;
  /** Status text, and the close reason where this side closes. */
  readonly text: string;
  /** WebSocket close code. */
  readonly closeCode: number;
  /** Which side ended it; `network` when nobody said so. */
  readonly by: "us" | "peer" | "network";
  readonly cause: unknown;
}

/** The loss that a closed channel means. */
export function lossFromClose(close: ChannelClose): ConnectionLoss {
  const isLost = close.code === 1006 || close.code === 0;
  const reason = close.reason === "" ? "" : `: ${close.reason}`;
  return {
    code: statusFromCloseCode(close.code, { wasClean: close.wasClean }),
    text: isLost && reason === ""
      ? "Connection was lost"
      : `WebSocket closed by peer with code ${close.code}${reason}`,
    closeCode: close.code,
    by: isLost ? "network" : "peer",
    cause: close.cause,
  };
}

/** The loss that a failure on this side means. */
export function lossFromError(error: RpcError, closeCode: number): ConnectionLoss {
  return { code: error.code, text: error.rawMessage, closeCode, by: "us", cause: error };
}

/** The loss that anything thrown while a frame was handled means. */
export function lossFromFault(error: unknown): ConnectionLoss {
  return error instanceof FrameError
    ? lossFromError(new RpcError(error.code, error.message), error.closeCode)
    : lossFromError(RpcError.from(error, RpcStatus.INTERNAL), CLOSE_PROTOCOL_ERROR);
}

/** The loss that a socket means which takes no more: its peer, or the path to it, has stopped. */
export function lossBySending(error: unknown): ConnectionLoss {
  const { rawMessage } = RpcError.from(error);
  const unavailable = new RpcError(RpcStatus.UNAVAILABLE, rawMessage, { cause: error });
  return lossFromError(unavailable, CLOSE_TIMEOUT);
}

/** The loss that a peer means which speaks another sub-protocol. */
export function lossByProtocol(found: string, wanted: string): ConnectionLoss {
  const text = `Peer chose sub-protocol "${found}", expected "${wanted}"`;
  return lossFromError(new RpcError(RpcStatus.FAILED_PRECONDITION, text), CLOSE_PROTOCOL_ERROR);
}

/** The loss that a peer means which says nothing. */
export function lossByTimeout(connectTimeoutMs: number): ConnectionLoss {
  const text = `Connection was not established within ${connectTimeoutMs} ms`;
  return lossFromError(new RpcError(RpcStatus.UNAVAILABLE, text), CLOSE_TIMEOUT);
}

/** The error that a call ends with because of a loss. */
export function errorFromLoss(loss: ConnectionLoss, maybeExecuted: boolean): RpcError {
  return new RpcError(loss.code, loss.text, { maybeExecuted, cause: loss.cause });
}

/** The loss that replacing the connection by hand means for the calls on the old one. */
export function lossByReplacement(): ConnectionLoss {
  return lossByUs(RpcStatus.UNAVAILABLE, "Connection was replaced");
}

/** The loss that closing the transport means. */
export function lossByClose(): ConnectionLoss {
  return lossByUs(RpcStatus.CANCELLED, "Transport closed");
}

function lossByUs(code: RpcStatusCode, text: string): ConnectionLoss {
  return { code, text, closeCode: CLOSE_NORMAL, by: "us", cause: undefined };
}
