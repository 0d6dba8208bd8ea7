import type { GoawayFrame, RpcWire } from "../../protocol/frame.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus, toStatusCode } from "../../protocol/status.ts";
import type { BatchWriter } from "./batch_writer.ts";
import type { StreamLifecycle } from "./stream_lifecycle.ts";
import type { StreamTable } from "./stream_table.ts";

/** What {@linkcode GoingAway} works on. */
export interface GoingAwayOptions {
  readonly wire: RpcWire;
  readonly table: StreamTable;
  readonly writer: BatchWriter;
  readonly lifecycle: StreamLifecycle;
}

/** How either side says that it takes no new streams, while those that are open go on. */
export class GoingAway {
  readonly #options: GoingAwayOptions;
  /** The highest id that may still be open of this side's streams; infinite until the peer goes. */
  #highestServedId = Infinity;
  /** Whether this side goes. */
  isGoing = false;

  constructor(options: GoingAwayOptions) {
    this.#options = options;
  }

  /** Whether the peer goes. */
  get isPeerGoing(): boolean {
    return this.#highestServedId !== Infinity;
  }

  /** Tells the peer that this side goes. */
  start(reason: string): void {
    if (this.isGoing) return;
    this.isGoing = true;
    const { wire, table, writer } = this.#options;
    if (!wire.capabilities.goaway) return;
    const lastStreamId = table.highestPeerId;
    writer.write({ kind: "goaway", lastStreamId, code: RpcStatus.UNAVAILABLE, reason });
  }

  /** Takes the peer's word: it may come again, with a lower id. */
  receive({ lastStreamId, code, reason }: GoawayFrame): void {
    // Looking through the streams is work, which a peer must not get for a few bytes each time.
    if (lastStreamId >= this.#highestServedId) return;
    const status = code === RpcStatus.OK ? RpcStatus.UNAVAILABLE : toStatusCode(code);
    const text = reason === "" ? "Peer is going away" : reason;
    const error = new RpcError(status, text, { maybeExecuted: false });
    this.#highestServedId = 0;
    this.#highestServedId = this.#options.lifecycle.failAbove(lastStreamId, error);
  }
}
