import { textOf } from "../internal/thrown.ts";
import { type RpcLogger, silentLogger } from "../logger.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";
import { checkHandshake } from "./handshake.ts";
import { createUnavailable } from "./refusal.ts";
import {
  type RpcUpgradeDecision,
  RpcUpgradePolicy,
  type RpcUpgradePolicyOptions,
  type RpcUpgradeRequestOptions,
} from "./upgrade_policy.ts";
import type { RpcConnectionSlot } from "./connection_slot.ts";
import type { RpcAcceptedPeer, RpcServingOptions } from "./server_options.ts";
import { RpcWebSocketServer } from "./web_socket_server.ts";

/** Settings of {@linkcode RpcUpgrader}: those of the policy and of the server. */
export interface RpcUpgraderOptions extends RpcServingOptions, RpcUpgradePolicyOptions {}

/** A request that may become a connection; exactly one of the two methods is to be called. */
export interface RpcUpgrade {
  /** Sub-protocol that the answer must name; undefined when it must name none. */
  readonly answerProtocol: string | undefined;
  /**
   * Hands over the upgraded socket. It never throws: what goes wrong is logged, and the socket closed.
   *
   * @param socket The socket, open or opening
   */
  accept(socket: WebSocketLike): void;
  /** Says that nothing came of it, so that its place is free again. */
  abandon(): void;
}

/** What a {@linkcode HeldUpgrade} needs beside its place. */
interface HeldUpgradeOptions {
  readonly answerProtocol: string | undefined;
  readonly peer: RpcAcceptedPeer;
  readonly logger: RpcLogger;
}

/** An upgrade with a place among the connections. */
class HeldUpgrade implements RpcUpgrade {
  readonly #slot: RpcConnectionSlot;
  readonly #options: HeldUpgradeOptions;

  constructor(slot: RpcConnectionSlot, options: HeldUpgradeOptions) {
    this.#slot = slot;
    this.#options = options;
  }

  get answerProtocol(): string | undefined {
    return this.#options.answerProtocol;
  }

  accept(socket: WebSocketLike): void {
    const { peer, logger } = this.#options;
    try {
      this.#slot.accept(socket, peer);
    } catch (error) {
      logger.error("Connection could not be served", { error: textOf(error) });
      socket.close();
    }
  }

  abandon(): void {
    this.#slot.release();
  }
}

/**
 * What an adapter needs: requests go in, and come out refused with an answer or as an upgrade whose
 * socket is served. A place among the connections is held from before `authorize` is asked.
 *
 * @example Answer a request on a platform of one's own
 * ```ts
 * import { RpcUpgrader } from "@rpc-ts/websocket/server";
 *
 * const upgrader = new RpcUpgrader({ contracts: [] });
 * const answer = await upgrader.admit(new Request("https://api.example.com/rpc"));
 * if (!(answer instanceof Response)) throw new Error("a plain request became a connection");
 * if (answer.status !== 426) throw new Error("unexpected status");
 * await upgrader.server.close();
 * ```
 */
export class RpcUpgrader {
  /** Serves the sockets; it is running from the start. */
  readonly server: RpcWebSocketServer;
  readonly #policy: RpcUpgradePolicy;
  readonly #logger: RpcLogger;

  /**
   * Makes the policy and the server, and starts the server.
   *
   * @param options Those of both
   * @throws {TypeError} When a contract or an allowed origin is wrong
   * @throws {RangeError} When a limit is not a positive whole number
   */
  constructor(options: RpcUpgraderOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#policy = new RpcUpgradePolicy(options);
    this.server = new RpcWebSocketServer(options);
    // Nothing is waited for: the server is neither stopping nor closed.
    void this.server.start();
  }

  /**
   * Looks at a request.
   *
   * @param request The request
   * @param options The caller's address
   * @returns The answer that refuses it, or the upgrade to make; a promise, which never rejects, only
   *   where `authorize` answers with one
   */
  admit(
    request: Request,
    options: RpcUpgradeRequestOptions = {},
  ): Response | RpcUpgrade | Promise<Response | RpcUpgrade> {
    const malformed = checkHandshake(request);
    if (malformed !== undefined) return malformed;
    const slot = this.server.reserve();
    if (slot === undefined) return this.#createUnavailable();
    const decision = this.#policy.decide(request, options);
    return decision instanceof Promise
      ? this.#concludeLater(decision, slot, options)
      : this.#conclude(decision, slot, options);
  }

  async #concludeLater(
    decision: Promise<RpcUpgradeDecision>,
    slot: RpcConnectionSlot,
    options: RpcUpgradeRequestOptions,
  ): Promise<Response | RpcUpgrade> {
    return this.#conclude(await decision, slot, options);
  }

  #conclude(
    decision: RpcUpgradeDecision,
    slot: RpcConnectionSlot,
    options: RpcUpgradeRequestOptions,
  ): Response | RpcUpgrade {
    if (decision.kind === "accepted" && this.server.isRunning) {
      const { protocol, isOffered, auth } = decision;
      const peer = { protocol, auth, address: options.address };
      return new HeldUpgrade(slot, {
        answerProtocol: isOffered ? protocol : undefined,
        peer,
        logger: this.#logger,
      });
    }
    slot.release();
    return decision.kind === "refused" ? decision.response : this.#createUnavailable();
  }

  #createUnavailable(): Response {
    return createUnavailable(
      this.server.isRunning ? "Too many connections" : "Server is shutting down",
    );
  }
}
