import type { RpcClock } from "../../internal/clock.ts";
import type { RpcLogger } from "../../logger.ts";
import type { RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcMessageListener } from "../message.ts";
import type { RpcTransportSide } from "../transport.ts";
import type { ConnectionLoss } from "./loss.ts";

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly side: RpcTransportSide;
  readonly wire: RpcWire;
  /** Sub-protocols that the open channel may have; any other ends it. */
  readonly protocols: readonly string[];
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  readonly logger: RpcLogger;
  /** The highest stream id that this side used on earlier connections; 0 for none. */
  readonly highestLocalId: number;
  /** Takes what is meant for the layers above. */
  readonly onMessage: RpcMessageListener;
  /** Messages that wait for the layers above to listen; none unless given. */
  readonly countUnheard?: () => number;
  /** Called once, when the peer's first frame has come. */
  readonly onReady: () => void;
  /** Called once, when the connection has ended and all its streams have been told. */
  readonly onEnded: (loss: ConnectionLoss) => void;
}
