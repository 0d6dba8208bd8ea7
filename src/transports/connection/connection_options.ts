import type { RpcClock } from "../../internal/clock.ts";
import type { RpcLogger } from "../../logger.ts";
import type { RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcCompression } from "../compression.ts";
import type { RpcMessageFeed } from "../message.ts";
import type { RpcTransportSide } from "../transport.ts";
import type { Channel } from "./channel.ts";
import type { ConnectionLoss } from "./loss.ts";

/** Takes what comes in, and says how much of it waits for the layers above to listen. */
export type MessageSink = Pick<RpcMessageFeed, "push" | "waiting">;

/** Whose connection it is. */
export interface ConnectionOwner {
  /** Told of what becomes of the connection on a channel. */
  onConnectionEvent(event: ConnectionEvent, channel: Channel): void;
}

/** What a connection tells its owner, once each, in this order. */
export type ConnectionEvent =
  /** The peer's first frame has come. */
  | { readonly kind: "ready" }
  /** The connection has ended, and all its streams have been told. */
  | { readonly kind: "ended"; readonly loss: ConnectionLoss }
  /** The channel is closed, and nothing more comes of it. */
  | { readonly kind: "channelClosed" };

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly side: RpcTransportSide;
  readonly wire: RpcWire;
  /**
   * Whether the channel must tell the sub-protocol of the wire when it is open; otherwise one that
   * tells none is taken at its owner's word. Any other ends it.
   */
  readonly mustTellProtocol: boolean;
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  /** Compresses messages where the peer does too; none are unless given. */
  readonly compression?: RpcCompression | undefined;
  readonly logger: RpcLogger;
  /** The highest stream id that this side used on earlier connections; 0 for none. */
  readonly highestLocalId: number;
  /** Takes what is meant for the layers above. */
  readonly incoming: MessageSink;
  /** Told of what becomes of the connection. */
  readonly owner: ConnectionOwner;
}
