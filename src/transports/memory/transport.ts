import { createDeferred } from "../../internal/deferred.ts";
import type { RpcClock } from "../../internal/clock.ts";
import type { RpcLogger } from "../../logger.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcMetadata } from "../../protocol/metadata.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import {
  type ConnectionLoss,
  errorFromLoss,
  lossByClose,
  lossByReplacement,
  lossFromClose,
} from "../connection/loss.ts";
import { createHealthStatus, type RpcHealthStatus } from "../health.ts";
import { RpcMessageFeed } from "../message.ts";
import type {
  IRpcTransport,
  RpcPeerInfo,
  RpcStreamEnd,
  RpcStreamOpening,
  RpcTransportSide,
} from "../transport.ts";
import { MemoryConnection } from "./connection.ts";
import type { MemoryLine, MemoryLineEnd } from "./line.ts";
import type { MessageCarrier } from "./lost_message.ts";

/** What both ends of a pair share. */
export interface MemoryTransportOptions {
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  readonly logger: RpcLogger;
  readonly latencyMs: number;
  /** Whether the message in a frame that a side sends gets lost. */
  readonly isLost: (frame: MessageCarrier, from: RpcTransportSide) => boolean;
}

type MemoryTransportState =
  | { readonly kind: "connected"; readonly connection: MemoryConnection }
  | { readonly kind: "lost"; readonly loss: ConnectionLoss }
  | { readonly kind: "closed"; readonly done: Promise<void> };

/** One end of a pair of transports in memory. */
export class MemoryTransport implements IRpcTransport, MemoryLineEnd {
  readonly side: RpcTransportSide;
  readonly supportsZeroCopy = true;
  readonly limits: RpcLimits;
  readonly peer: RpcPeerInfo = { address: undefined, protocol: "", auth: undefined };
  readonly incomingMessages: RpcMessageFeed = new RpcMessageFeed();
  readonly #line: MemoryLine;
  readonly #options: MemoryTransportOptions;
  readonly #logger: RpcLogger;
  #state: MemoryTransportState = { kind: "lost", loss: lossByReplacement() };
  #highestLocalId = 0;

  constructor(side: RpcTransportSide, line: MemoryLine, options: MemoryTransportOptions) {
    this.side = side;
    this.limits = options.limits;
    this.#line = line;
    this.#options = options;
    this.#logger = options.logger.child(side);
    line.add(this);
  }

  get openStreams(): number {
    return this.#state.kind === "connected" ? this.#state.connection.openStreams : 0;
  }

  get isEnded(): boolean {
    return this.#state.kind === "closed";
  }

  get isClosed(): boolean {
    return this.isEnded || (this.#state.kind === "lost" && !this.#line.isUsable);
  }

  openStream(opening: RpcStreamOpening): number {
    return this.#connection().openStream(opening);
  }

  sendMessage(streamId: number, message: unknown): Promise<void> | undefined {
    return this.#connection().sendMessage(streamId, message);
  }

  sendHeaders(streamId: number, headers: RpcMetadata): void {
    this.#connection().sendHeaders(streamId, headers);
  }

  finishSending(streamId: number): void {
    this.#connection().finishSending(streamId);
  }

  endStream(streamId: number, end: RpcStreamEnd): void {
    this.#connection().endStream(streamId, end);
  }

  cancelStream(streamId: number, code: number, reason: string): void {
    // Streams ended with their connection: there is nobody left to tell.
    if (this.#state.kind !== "connected") return;
    this.#state.connection.cancelStream(streamId, code, reason);
  }

  releaseMessage(streamId: number, _bytes: number): void {
    if (this.#state.kind === "connected") this.#state.connection.releaseMessage(streamId);
  }

  goAway(reason: string): void {
    if (this.#state.kind === "connected") this.#state.connection.goAway(reason);
  }

  health(): RpcHealthStatus {
    const state = this.#state;
    if (this.isClosed || state.kind === "closed") {
      return createHealthStatus("transport", "closed", { message: "Transport is closed" });
    }
    if (state.kind === "connected") {
      const details = { canReconnect: this.#line.isUsable, ...state.connection.stats() };
      return createHealthStatus("transport", "healthy", { message: "Connected", details });
    }
    if (this.#line.isReconnecting) {
      return createHealthStatus("transport", "reconnecting", { message: "Connecting" });
    }
    return createHealthStatus("transport", "degraded", {
      message: "Connection is down, reconnect is required",
      details: { canReconnect: true, closeCode: state.loss.closeCode, reason: state.loss.text },
    });
  }

  async reconnect(): Promise<RpcHealthStatus> {
    await this.#line.reconnect(this);
    return this.health();
  }

  disconnect(): void {
    if (this.#state.kind !== "connected") return;
    const loss = lossFromClose({ code: 1006, reason: "", wasClean: false, cause: undefined });
    void this.#state.connection.end({ near: loss, far: loss, isOrderly: false });
  }

  close(): Promise<void> {
    if (this.#state.kind === "closed") return this.#state.done;
    const before = this.#state;
    const told = createDeferred<void>();
    // The state comes first: what is told of the end must not find the transport open.
    this.#state = { kind: "closed", done: told.promise };
    if (before.kind !== "connected") told.resolve();
    else {
      this.#highestLocalId = before.connection.highestLocalId;
      const near = lossByClose();
      before.connection.end({ near, far: lossByPeer(near), isOrderly: true }).then(told.resolve);
    }
    return told.promise;
  }

  detach(): Promise<void> {
    const before = this.#state;
    if (before.kind !== "connected") return Promise.resolve();
    const near = lossByReplacement();
    // Taken out first, so that its end is not taken for a loss.
    this.#leave(before.connection, near);
    return before.connection.end({ near, far: { ...near, by: "peer" }, isOrderly: true });
  }

  createConnection(): MemoryConnection {
    const { isLost, ...options } = this.#options;
    const connection: MemoryConnection = new MemoryConnection({
      ...options,
      side: this.side,
      highestLocalId: this.#highestLocalId,
      isLost: (frame) => isLost(frame, this.side),
      onMessage: (message) => this.incomingMessages.push(message),
      onEnded: (loss) => this.#ended(connection, loss),
    });
    return connection;
  }

  attach(connection: MemoryConnection): void {
    this.#state = { kind: "connected", connection };
    this.#logger.debug("Connected");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connection(): MemoryConnection {
    const state = this.#state;
    if (state.kind === "connected") return state.connection;
    if (state.kind === "lost") throw errorFromLoss(state.loss, false);
    throw new RpcError(RpcStatus.FAILED_PRECONDITION, "Transport is closed", {
      maybeExecuted: false,
    });
  }

  #ended(connection: MemoryConnection, loss: ConnectionLoss): void {
    if (this.#state.kind !== "connected" || this.#state.connection !== connection) return;
    this.#leave(connection, loss);
    this.#logger.info("Connection lost", { closeCode: loss.closeCode, by: loss.by });
  }

  #leave(connection: MemoryConnection, loss: ConnectionLoss): void {
    this.#highestLocalId = connection.highestLocalId;
    this.#state = { kind: "lost", loss };
  }
}

/** What the other end is told when this one closes. */
function lossByPeer(near: ConnectionLoss): ConnectionLoss {
  return {
    ...near,
    code: RpcStatus.UNAVAILABLE,
    text: "Connection was closed by peer",
    by: "peer",
  };
}
