import type { OpenFrame } from "../protocol/frame.ts";
import { RpcMetadata } from "../protocol/metadata.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { IRpcTransport } from "../transports/transport.ts";
import { PING_PATH } from "./ping_protocol.ts";

/** Answers a call for which there is no handler: the ping well, any other with `UNIMPLEMENTED`. */
export function answerUnserved(
  transport: IRpcTransport,
  { streamId, path }: OpenFrame<unknown>,
): void {
  const isPing = path === PING_PATH;
  try {
    transport.endStream(streamId, {
      code: isPing ? RpcStatus.OK : RpcStatus.UNIMPLEMENTED,
      text: isPing ? "" : `Method ${path.slice(1).replace("/", ".")} is not registered`,
      details: [],
      maybeExecuted: isPing,
      headers: undefined,
      trailers: RpcMetadata.empty,
      message: undefined,
    });
  } catch {
    // The stream has gone, by itself or with its connection: nobody is left to tell.
  }
}
