import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";

/** Makes the reason that those get who wait to send on a stream that has ended. */
export type EndReason = (streamId: number) => RpcError;

/** The reason when the stream ended before their message went out. */
export function streamEndedError(streamId: number): RpcError {
  return new RpcError(
    RpcStatus.FAILED_PRECONDITION,
    `Cannot send on stream ${streamId}: the stream is not open`,
  );
}

/** The reason when the peer, which serves the call, has ended it. */
export function endedByServer(streamId: number): RpcError {
  return new RpcError(
    RpcStatus.CANCELLED,
    `Cannot send on stream ${streamId}: the peer ended the call`,
  );
}

/** The reason when the peer, which made the call, has given it up. */
export function endedByCaller(streamId: number): RpcError {
  return new RpcError(
    RpcStatus.CANCELLED,
    `Cannot send on stream ${streamId}: the caller gave the call up`,
  );
}
