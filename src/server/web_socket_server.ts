import { checkContracts } from "../contracts/check_contracts.ts";
import type { RpcPeerEndpoint } from "../endpoints/peer.ts";
import { systemClock } from "../internal/clock.ts";
import { TimerQueue } from "../internal/timer_queue.ts";
import { type RpcLogger, silentLogger } from "../logger.ts";
import { createLimits } from "../protocol/limits.ts";
import { createHealthStatus, type RpcHealthStatus } from "../transports/health.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";
import { HeldSlot, type RpcConnectionSlot, type SlotOwner } from "./connection_slot.ts";
import { ConnectionSlots } from "./connection_slots.ts";
import { SourceReader } from "./connection_source.ts";
import { Drain } from "./drain.ts";
import { ServerConnection, type ServerConnectionOptions } from "./server_connection.ts";
import type {
  RpcAcceptedPeer,
  RpcAcceptedSocket,
  RpcServerStopOptions,
  RpcWebSocketServerOptions,
} from "./server_options.ts";

type ServerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "running" }
  | { readonly kind: "stopping"; readonly drain: Drain | undefined; readonly done: Promise<void> }
  | { readonly kind: "closed"; readonly done: Promise<void> };

/**
 * Serves contracts on many connections. It knows no runtime: sockets come from a source, or are handed
 * over one by one.
 *
 * Each connection has an endpoint of its own, which also can call the client. What goes wrong on one
 * costs that one only.
 *
 * @example Serve sockets from anywhere
 * ```ts
 * import { defineContract, implement, unary } from "@rpc-ts/websocket";
 * import { type RpcAcceptedSocket, RpcWebSocketServer } from "@rpc-ts/websocket/server";
 *
 * const Echo = defineContract("Echo", { say: unary<string, string>() });
 * const connections = new ReadableStream<RpcAcceptedSocket>(); // what a listener accepts
 *
 * const server = RpcWebSocketServer.createWithContracts({
 *   connections,
 *   port: 8080,
 *   contracts: [implement(Echo, { say: (text) => text })],
 * });
 * await server.start();
 * if (!server.isRunning) throw new Error("not running");
 * await server.stop({ drainTimeoutMs: 5000 });
 * await server.close();
 * ```
 */
export class RpcWebSocketServer implements AsyncDisposable {
  readonly #options: RpcWebSocketServerOptions;
  readonly #logger: RpcLogger;
  readonly #slots: ConnectionSlots;
  readonly #slotOwner: SlotOwner;
  /** What all connections share. */
  readonly #shared: ServerConnectionOptions;
  readonly #source: SourceReader | undefined;
  readonly #connections: Set<ServerConnection> = new Set();
  /** Those that have ended and whose sockets are not closed. */
  readonly #lingering: Set<ServerConnection> = new Set();
  #state: ServerState = { kind: "stopped" };
  /** How often it was to stop: a start that waits looks whether that was asked for since. */
  #stops = 0;

  /**
   * Makes a server; it takes no connection before {@linkcode RpcWebSocketServer.start}.
   *
   * @param options Contracts, source of sockets, limits, hooks, logger
   * @throws {TypeError} When a service is there twice, or a method has no handler
   * @throws {RangeError} When a limit is not a positive whole number
   */
  constructor(options: RpcWebSocketServerOptions) {
    checkContracts(options.contracts.map(({ contract }) => contract));
    for (const contract of options.contracts) contract.getServedMethods();
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#shared = this.#share();
    this.#slots = new ConnectionSlots(options.maxConnections, this.#logger);
    this.#slotOwner = {
      serve: (socket, peer) => this.#serve(socket, peer),
      giveBack: () => this.#slots.give(),
    };
    if (options.connections === undefined) return;
    this.#source = new SourceReader(options.connections, {
      logger: this.#logger,
      onItem: (item) => this.#acceptItem(item),
    });
  }

  /**
   * Makes a server of a source of sockets and contracts; the same as the constructor.
   *
   * @param options Contracts, source of sockets, limits, hooks, logger
   * @returns The server, which is not started
   * @throws {TypeError} When a service is there twice, or a method has no handler
   * @throws {RangeError} When a limit is not a positive whole number
   */
  static createWithContracts(options: RpcWebSocketServerOptions): RpcWebSocketServer {
    return new RpcWebSocketServer(options);
  }

  /** Whether connections are taken. */
  get isRunning(): boolean {
    return this.#state.kind === "running";
  }

  /** Connections there are, those that are being closed or authorized among them. */
  get connections(): number {
    return this.#slots.taken;
  }

  /** The endpoints of the connections of this moment; a connection that is being closed has none. */
  get endpoints(): Iterable<RpcPeerEndpoint> {
    return [...this.#connections].map(({ endpoint }) => endpoint).filter((one) => !one.isClosed);
  }

  /**
   * Begins to take connections; quiet when it does already. While the server stops it waits for that,
   * unless it is to stop again meanwhile.
   *
   * @returns Settles when connections are taken, or a later `stop()` has taken it back
   * @throws {TypeError} When the server is closed
   */
  start(): Promise<void> {
    if (this.#state.kind === "stopping") {
      const stops = this.#stops;
      return this.#state.done.then(() => this.#startUnless(this.#stops !== stops));
    }
    if (this.#state.kind === "closed") throw new TypeError("Cannot start server: it is closed");
    if (this.#state.kind === "stopped") {
      this.#state = { kind: "running" };
      this.#logger.info("Server started", { port: this.#options.port });
      this.#source?.start();
    }
    return Promise.resolve();
  }

  /**
   * Takes no more connections and closes those that are there; the server may be started again.
   *
   * With `drainTimeoutMs` clients are first told to make no new calls, and calls in flight, in both
   * directions, have that long to end. What is left then ends with `UNAVAILABLE` at the caller.
   * Stopping again takes back a `start()` that waits, and without a time ends the wait for calls;
   * quiet when the server is stopped.
   *
   * @param options How long to wait for calls in flight
   * @returns Settles when all connections are closed; never rejects
   * @throws {RangeError} When the time is not a number from 0
   */
  stop(options: RpcServerStopOptions = {}): Promise<void> {
    const { drainTimeoutMs = 0 } = options;
    if (!(drainTimeoutMs >= 0)) {
      throw new RangeError(
        `Cannot stop server: drainTimeoutMs is ${drainTimeoutMs}, expected a number from 0`,
      );
    }
    this.#stops++;
    if (this.#state.kind === "stopping" || this.#state.kind === "closed") {
      if (this.#state.kind === "stopping" && drainTimeoutMs === 0) this.#state.drain?.hurry();
      return this.#state.done;
    }
    if (this.#state.kind === "stopped") return Promise.resolve();
    const drain = drainTimeoutMs === 0 ? undefined : this.#drain(drainTimeoutMs);
    const done = this.#finishStop(drain);
    this.#state = { kind: "stopping", drain, done };
    return done;
  }

  /**
   * Stops at once and for good, and tells the source of sockets. Closing twice is quiet.
   *
   * @returns Settles when all connections are closed; never rejects
   */
  close(): Promise<void> {
    if (this.#state.kind === "closed") return this.#state.done;
    const done = this.stop();
    this.#state = { kind: "closed", done };
    this.#source?.cancel();
    return done;
  }

  /** The same as {@linkcode RpcWebSocketServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Serves a socket, for those that have no source of them.
   *
   * @param socket The socket, open or opening; the server owns it from now on
   * @param peer What is known of the caller
   * @returns The endpoint; undefined when the server is stopped or full, and the socket is closed
   * @throws {RangeError} When the sub-protocol is not one of this library
   */
  accept(socket: WebSocketLike, peer: RpcAcceptedPeer = {}): RpcPeerEndpoint | undefined {
    const slot = this.reserve();
    if (slot !== undefined) return slot.accept(socket, peer);
    refuseSocket(socket, this.isRunning ? "Too many connections" : "Server is not running");
    return undefined;
  }

  /**
   * Holds a place for a connection while its request is looked at, as an adapter does.
   *
   * @returns The place; undefined when the server is stopped or full
   */
  reserve(): RpcConnectionSlot | undefined {
    return this.isRunning && this.#slots.take() ? new HeldSlot(this.#slotOwner) : undefined;
  }

  /** How the server is doing; cheap. */
  health(): RpcHealthStatus {
    const details = {
      port: this.#options.port,
      connections: this.#slots.taken,
      maxConnections: this.#slots.max,
      isSourceEnded: this.#source?.isEnded ?? false,
    };
    switch (this.#state.kind) {
      case "running":
        return this.#slots.isFull
          ? createHealthStatus("server", "degraded", { message: "Server is full", details })
          : createHealthStatus("server", "healthy", { message: "Server is running", details });
      case "stopping":
        return createHealthStatus("server", "degraded", { message: "Server is stopping", details });
      case "stopped":
        return createHealthStatus("server", "closed", { message: "Server is stopped", details });
      case "closed":
        return createHealthStatus("server", "closed", { message: "Server is closed", details });
    }
  }

  #acceptItem(item: unknown): void {
    if (typeof item !== "object" || item === null) {
      throw new TypeError(`Cannot accept connection: found ${typeof item}, expected a socket`);
    }
    // What a source gives is typed by RpcConnectionSource; a socket has no field `socket`.
    const accepted = ("socket" in item ? item : { socket: item }) as RpcAcceptedSocket;
    try {
      this.accept(accepted.socket, accepted);
    } catch (error) {
      refuseSocket(accepted.socket, "Connection could not be served");
      throw error;
    }
  }

  /** Checks what depends on the options alone, once for all connections. */
  #share(): ServerConnectionOptions {
    const { contracts, compression, ...serving } = this.#options;
    const limits = createLimits(serving.limits);
    const clock = TimerQueue.on(serving.clock ?? systemClock);
    return {
      serving: {
        ...serving,
        logger: this.#logger,
        // A list that cannot change is looked through once.
        contracts: Object.freeze([...contracts]),
      },
      transport: {
        limits,
        clock,
        logger: this.#logger,
        ...(compression === undefined ? {} : { compression }),
      },
      onEnded: (connection) => {
        this.#connections.delete(connection);
        this.#lingering.add(connection);
      },
      onGone: (connection) => {
        this.#lingering.delete(connection);
        this.#slots.give();
      },
    };
  }

  #serve(socket: WebSocketLike, peer: RpcAcceptedPeer): RpcPeerEndpoint | undefined {
    if (!this.isRunning) {
      this.#slots.give();
      refuseSocket(socket, "Server is not running");
      return undefined;
    }
    try {
      const connection = new ServerConnection(socket, peer, this.#shared);
      this.#connections.add(connection);
      return connection.endpoint;
    } catch (error) {
      this.#slots.give();
      throw error;
    }
  }

  #startUnless(isTakenBack: boolean): Promise<void> {
    // A server that was closed meanwhile says so, as it never starts again.
    return isTakenBack && this.#state.kind !== "closed" ? Promise.resolve() : this.start();
  }

  #drain(timeoutMs: number): Drain {
    const clock = this.#options.clock ?? systemClock;
    return new Drain([...this.#connections], { clock, timeoutMs });
  }

  async #finishStop(drain: Drain | undefined): Promise<void> {
    await drain?.done;
    // All at once: peers that do not answer cost one time-out together.
    await Promise.all([...this.#connections].map(({ endpoint }) => endpoint.close()));
    for (const connection of this.#lingering) connection.giveUp();
    this.#logger.info("Server stopped", { port: this.#options.port });
    if (this.#state.kind === "stopping") this.#state = { kind: "stopped" };
  }
}

/** Closes a socket that is not served; a client takes 1000 for an invitation to try again. */
function refuseSocket(socket: WebSocketLike, reason: string): void {
  try {
    // On some platforms an error event without a listener ends the process.
    socket.addEventListener("error", () => {});
    socket.close(1000, reason);
  } catch {
    // It is closed already, or no socket at all: there is nothing left to close.
  }
}
