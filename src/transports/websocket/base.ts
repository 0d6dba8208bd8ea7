import { callHook } from "../../internal/call_hook.ts";
import { type RpcClock, systemClock } from "../../internal/clock.ts";
import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import type { Placed, PlacedValue } from "../../internal/placed_value.ts";
import { type RpcLogger, silentLogger } from "../../logger.ts";
import { createLimits, type RpcLimits } from "../../protocol/limits.ts";
import type { RpcMetadata } from "../../protocol/metadata.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { Channel } from "../connection/channel.ts";
import { Connection } from "../connection/connection.ts";
import type { ConnectionEvent } from "../connection/connection_options.ts";
import {
  type ConnectionLoss,
  errorFromLoss,
  lossByClose,
  lossByReplacement,
} from "../connection/loss.ts";
import type { RpcCompression } from "../compression.ts";
import type { RpcHealthStatus } from "../health.ts";
import { hasMethodsOf, SENDING } from "../placing_transport.ts";
import { RpcMessageFeed } from "../message.ts";
import type {
  IRpcTransport,
  RpcPeerInfo,
  RpcStreamEnd,
  RpcStreamOpening,
  RpcTransportSide,
} from "../transport.ts";
import { settlesWithin } from "../../internal/settles_within.ts";
import { nameOf } from "../../internal/thrown.ts";
import { type RpcConnectionLoss, toConnectionLoss } from "./connection_loss.ts";
import { healthOf, highestLocalIdOf, type TransportState } from "./transport_state.ts";
import { WebSocketChannel } from "./web_socket_channel.ts";
import { isSocket, type WebSocketLike } from "./web_socket_like.ts";
import { selectWire } from "./wires.ts";

export type { RpcConnectionLoss } from "./connection_loss.ts";

/** How long a close waits for the peer's answer. */
const CLOSE_WAIT_MS = 2000;

/** Settings that every WebSocket transport takes. */
export interface RpcWebSocketTransportOptions {
  /** Limits to change; all others take their default. */
  readonly limits?: Partial<RpcLimits>;
  /** Compresses messages where the peer does too, as `gzipCompression()` does; off unless given. */
  readonly compression?: RpcCompression;
  /** Where records go; nowhere unless given. */
  readonly logger?: RpcLogger;
  /** Where time comes from; the platform's clock unless given. */
  readonly clock?: RpcClock;
}

/**
 * What the two WebSocket transports share: the connection of the moment, a feed that is stable over
 * reconnects, stream ids that go on, and checks of every byte from the wire.
 *
 * Extend it, or one of its subclasses, to add a policy of one's own: override
 * {@linkcode RpcWebSocketTransportBase.connectionLost} to reconnect, or any method of
 * {@linkcode IRpcTransport} to buffer, to delay or to refuse. Messages that come in reach the
 * endpoint whole, checked and in order whatever a subclass does.
 */
export abstract class RpcWebSocketTransportBase implements IRpcTransport {
  /** Which end this is. */
  abstract readonly side: RpcTransportSide;
  /** The other end. */
  abstract readonly peer: RpcPeerInfo;
  /** Limits of this side. */
  readonly limits: RpcLimits;
  /** Everything that comes in; stable over reconnects. */
  readonly incomingMessages: RpcMessageFeed = new RpcMessageFeed();
  /** Where records go. */
  protected readonly logger: RpcLogger;
  /** Where time comes from. */
  protected readonly clock: RpcClock;
  readonly #compression: RpcCompression | undefined;
  #state: TransportState | undefined;
  /** Whether the connection was lost and no other has been ready since. */
  #isLossTold = false;
  /** The attempt to make a connection that somebody waits for. */
  #reconnecting: Deferred<RpcHealthStatus> | undefined;

  /**
   * Makes a transport without a connection; a subclass attaches one.
   *
   * @param options Limits, logger and clock
   * @throws {RangeError} When a limit is not a positive whole number
   */
  constructor(options: RpcWebSocketTransportOptions = {}) {
    this.limits = createLimits(options.limits);
    this.#compression = options.compression;
    this.logger = options.logger ?? silentLogger;
    this.clock = options.clock ?? systemClock;
  }

  /** False: messages leave the process as bytes. */
  get supportsZeroCopy(): boolean {
    return false;
  }

  /** True unless a subclass sends in its own way: it may keep messages, to send them again. */
  get reusesMemory(): boolean {
    return hasMethodsOf(this, RpcWebSocketTransportBase.prototype, SENDING);
  }

  /** Whether a lost connection can be replaced. */
  abstract get canReconnect(): boolean;

  /**
   * Makes the socket of a new connection, which asks for the sub-protocol in `peer`. Called by
   * {@linkcode RpcWebSocketTransportBase.openConnection}, and only when `canReconnect` is true.
   *
   * It may take its time, to wait between attempts say: calls that are made meanwhile leave on this
   * socket when it opens, if it does so within `limits.connectTimeoutMs`. Wait for a socket to open
   * with `waitUntilOpen` only: by other means the first frame of the peer may be lost.
   *
   * @param signal Aborts when the socket is not wanted any more: the transport was closed, the
   *   connection replaced, or the time is up
   * @returns The socket, open or opening, or a promise of it
   * @throws {unknown} What keeps it from being made; the attempt has failed then
   */
  protected abstract openSocket(signal: AbortSignal): WebSocketLike | Promise<WebSocketLike>;

  /** Called when a connection carries frames: the first one, and every one that replaces it. */
  protected connectionReady(): void {}

  /**
   * Called when the connection was lost other than by {@linkcode close}, after all its calls have
   * been told: once a loss, and for a first connection that could not be made. Not called for a
   * connection that {@linkcode reconnect} replaced.
   */
  protected connectionLost(_loss: RpcConnectionLoss): void {}

  /**
   * Called when an attempt to replace a lost connection has failed, after the calls that were made
   * meanwhile have been told.
   */
  protected reconnectFailed(_loss: RpcConnectionLoss): void {}

  /**
   * Called when the socket of a connection is closed for good, which may be a while after the
   * connection has ended: a peer may take its time to answer a close, or never do.
   */
  protected socketClosed(): void {}

  get openStreams(): number {
    return this.#connected?.openStreams ?? 0;
  }

  get isClosed(): boolean {
    return this.#state?.kind === "closed" || (this.#state?.kind === "lost" && !this.canReconnect);
  }

  openStream(opening: RpcStreamOpening): number {
    return this.#connection().openStream(opening);
  }

  sendMessage(streamId: number, message: unknown): Promise<void> | undefined {
    if (!(message instanceof Uint8Array)) {
      throw new TypeError(`Cannot send message: it is ${typeof message}, expected bytes`);
    }
    return this.#connection().outbound.sendMessage(streamId, message);
  }

  /**
   * The transport whose messages {@linkcode RpcWebSocketTransportBase.placeMessage} sends as well.
   *
   * @ignore
   */
  get placesLike(): Pick<IRpcTransport, "sendMessage" | "waitForRoom"> {
    return RpcWebSocketTransportBase.prototype;
  }

  /**
   * Sends a message that is encoded where it leaves from; for the calls of this package.
   *
   * @ignore
   */
  placeMessage(streamId: number, value: PlacedValue): Placed | undefined {
    return this.#connected?.outbound.placeMessage(streamId, value);
  }

  waitForRoom(streamId: number, bytes: number): Promise<void> | undefined {
    return this.#connected?.outbound.waitForRoom(streamId, bytes);
  }

  sendHeaders(streamId: number, headers: RpcMetadata): void {
    this.#connection().outbound.sendHeaders(streamId, headers);
  }

  finishSending(streamId: number): void {
    this.#connection().outbound.finishSending(streamId);
  }

  endStream(streamId: number, end: RpcStreamEnd): void {
    this.#connection().outbound.endStream(streamId, end);
  }

  cancelStream(streamId: number, code: number, reason: string): void {
    // Streams ended with their connection: there is nobody left to tell.
    this.#connected?.outbound.cancelStream(streamId, code, reason);
  }

  releaseMessage(streamId: number, bytes: number): void {
    this.#connected?.releaseMessage(streamId, bytes);
  }

  health(): RpcHealthStatus {
    return healthOf(this.#state, this);
  }

  reconnect(): Promise<RpcHealthStatus> {
    if (this.#state?.kind === "closed" || !this.canReconnect) {
      return Promise.resolve(this.health());
    }
    if (this.#reconnecting !== undefined) return this.#reconnecting.promise;
    const attempt = createDeferred<RpcHealthStatus>();
    // It comes first: calls that are told of the end may ask again.
    this.#reconnecting = attempt;
    try {
      this.#replaceConnection();
    } catch (error) {
      attempt.reject(error);
    }
    return attempt.promise;
  }

  close(): Promise<void> {
    if (this.#state?.kind === "closed") return this.#state.done;
    const before = this.#state;
    const channel = before?.kind === "connected" ? before.channel : undefined;
    const done = channel === undefined
      ? Promise.resolve()
      : settlesWithin(channel.closed, CLOSE_WAIT_MS, this.clock);
    // The state comes first: what is told of the end must not find the transport open.
    this.#state = { kind: "closed", done };
    if (before?.kind === "connected") before.connection.close(lossByClose());
    this.#endAttempt();
    return done;
  }

  /** The same as {@linkcode RpcWebSocketTransportBase.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Tells the peer that no new streams are accepted; calls that run go on.
   *
   * @param reason Short ASCII text for the peer's calls that come too late
   */
  goAway(reason: string): void {
    this.#connected?.goAway(reason);
  }

  /**
   * Makes a connection of a socket; calls can be made on it at once. A subclass calls it at the end
   * of its constructor, when `side` and `peer` are set.
   *
   * @param socket The socket, open or opening, or a promise of it; owned from now on
   */
  protected attach(socket: WebSocketLike | Promise<WebSocketLike>): void {
    this.#attach(socket);
  }

  /**
   * Makes a connection of a socket that `openSocket` makes. When that throws the connection is lost,
   * and nothing is thrown here.
   */
  protected openConnection(): void {
    const controller = new AbortController();
    let socket: WebSocketLike | Promise<WebSocketLike>;
    try {
      const made = this.openSocket(controller.signal);
      // What is neither fails when it is there, as a promise of it does.
      socket = isSocket(made) ? made : Promise.resolve(made);
    } catch (error) {
      socket = Promise.reject(error);
    }
    this.#attach(socket, () => controller.abort());
  }

  #attach(socket: WebSocketLike | Promise<WebSocketLike>, onUnwanted?: () => void): void {
    const channel = new WebSocketChannel(socket, this.side, onUnwanted);
    const connection = new Connection(channel, {
      side: this.side,
      wire: selectWire([this.peer.protocol]),
      mustTellProtocol: this.canReconnect,
      limits: this.limits,
      clock: this.clock,
      logger: this.logger,
      compression: this.#compression,
      highestLocalId: highestLocalIdOf(this.#state),
      incoming: this.incomingMessages,
      owner: this,
    });
    this.#state = { kind: "connected", connection, channel };
  }

  /**
   * Hears what becomes of a connection of this transport; for those connections.
   *
   * @ignore
   */
  onConnectionEvent(event: ConnectionEvent, channel: Channel): void {
    if (event.kind === "channelClosed") this.#callHook(() => this.socketClosed());
    else if (this.#connectionOn(channel) !== undefined) this.#hear(channel, event);
    // A socket that is open may be heard at once; a subclass is still being built then.
    else queueMicrotask(() => this.#hear(channel, event));
  }

  /** The connection of now, if there is one. */
  get #connected(): Connection | undefined {
    return this.#state?.kind === "connected" ? this.#state.connection : undefined;
  }

  #connection(): Connection {
    const state = this.#state;
    if (state?.kind === "connected") return state.connection;
    if (state?.kind === "lost") throw errorFromLoss(state.loss, false);
    throw new RpcError(RpcStatus.FAILED_PRECONDITION, "Transport is closed", {
      maybeExecuted: false,
    });
  }

  #replaceConnection(): void {
    const before = this.#state;
    if (before?.kind === "connected") {
      // Taken out first, so that its end is not taken for a loss.
      this.#lose(lossByReplacement());
      before.connection.close(lossByReplacement());
    }
    // Calls that were told of the end may have closed the transport.
    if (this.#state?.kind !== "closed") this.openConnection();
    else this.#endAttempt();
  }

  #lose(loss: ConnectionLoss): void {
    this.#state = { kind: "lost", loss, highestLocalId: highestLocalIdOf(this.#state) };
  }

  /** The connection of now, if it is on this channel. */
  #connectionOn(channel: Channel): Connection | undefined {
    const state = this.#state;
    return state?.kind === "connected" && state.channel === channel ? state.connection : undefined;
  }

  /** Hears what becomes of a connection, unless another one has taken its place. */
  #hear(channel: Channel, event: Exclude<ConnectionEvent, { kind: "channelClosed" }>): void {
    if (this.#connectionOn(channel) === undefined) return;
    if (event.kind === "ended") return this.#ended(event.loss);
    this.logger.debug("Connected");
    this.#isLossTold = false;
    this.#endAttempt();
    this.#callHook(() => this.connectionReady());
  }

  #ended(loss: ConnectionLoss): void {
    this.#lose(loss);
    const isAgain = this.#isLossTold;
    this.#isLossTold = true;
    const told = toConnectionLoss(loss);
    const { closeCode, by } = told;
    this.logger.info(isAgain ? "Reconnect failed" : "Connection lost", { closeCode, by });
    this.#endAttempt();
    this.#callHook(() => isAgain ? this.reconnectFailed(told) : this.connectionLost(told));
  }

  /** Calls code of the user in an event of the socket, where a throw would end the process. */
  #callHook(hook: () => unknown): void {
    callHook(hook, (error) => {
      this.logger.error("Hook of the transport threw", { name: nameOf(error) });
    });
  }

  /** Tells who asked for a connection what has become of it, when the hooks have been called. */
  #endAttempt(): void {
    const attempt = this.#reconnecting;
    // From here on a hook may ask for the next attempt.
    this.#reconnecting = undefined;
    if (attempt !== undefined) queueMicrotask(() => attempt.resolve(this.health()));
  }
}
