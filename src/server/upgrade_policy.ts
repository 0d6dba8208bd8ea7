import { type RpcClock, systemClock } from "../internal/clock.ts";
import { type RpcLogger, silentLogger } from "../logger.ts";
import { createLimits, type RpcLimits } from "../protocol/limits.ts";
import { DEFAULT_PROTOCOLS, selectProtocol } from "../transports/websocket/wires.ts";
import {
  type Authorization,
  type RpcAuthorize,
  type RpcUpgradeInfo,
  runAuthorize,
} from "./authorization.ts";
import { checkHandshake, parseProtocols } from "./handshake.ts";
import { createOriginCheck, type OriginCheck, type RpcAllowedOrigins } from "./origin.ts";
import { createRefusal } from "./refusal.ts";
import { RefusalLog } from "./refusal_log.ts";

/** Longest part of a refused origin that is logged. */
const MAX_LOGGED_ORIGIN = 200;

/** Settings of {@linkcode RpcUpgradePolicy}. */
export interface RpcUpgradePolicyOptions {
  /**
   * Pages that may connect. Unless given, only those of the host that is asked for; programs that are
   * no browser send no origin and always may. `["*"]` lets all pages in: then cookies must not be
   * what `authorize` goes by.
   */
  readonly allowedOrigins?: RpcAllowedOrigins;
  /** Decides who may connect; everyone may unless given. It has `limits.connectTimeoutMs`. */
  readonly authorize?: RpcAuthorize;
  /** Limits to change; of these only `connectTimeoutMs` matters here. */
  readonly limits?: Partial<RpcLimits>;
  /**
   * Where records go; nowhere unless given. Refusals are logged ten at once and then one in ten
   * seconds, with the number of those left out, as anybody can bring them about.
   */
  readonly logger?: RpcLogger;
  /** Where time comes from; the platform's clock unless given. */
  readonly clock?: RpcClock;
}

/** What a {@linkcode RpcUpgradePolicy} says to a request. */
export type RpcUpgradeDecision =
  | {
    readonly kind: "accepted";
    /** Sub-protocol that will be spoken. */
    readonly protocol: string;
    /** Whether the client offered it: only then may the answer name it. */
    readonly isOffered: boolean;
    /** What `authorize` returned. */
    readonly auth: unknown;
  }
  | {
    readonly kind: "refused";
    /** The answer. */
    readonly response: Response;
  };

/** Settings of {@linkcode RpcUpgradePolicy.decide}. */
export interface RpcUpgradeRequestOptions {
  /** Network address of the caller, for the hook; unknown unless given. */
  readonly address?: string | undefined;
}

/**
 * Decides which requests become connections, before they do: handshake, origin, sub-protocol, then
 * the `authorize` hook. It touches no socket, and every refusal is a plain answer of HTTP.
 *
 * @example Refuse a page of another site
 * ```ts
 * import { RpcUpgradePolicy } from "@rpc-ts/websocket/server";
 *
 * const policy = new RpcUpgradePolicy({ allowedOrigins: ["https://app.example.com"] });
 * const decision = await policy.decide(
 *   new Request("https://api.example.com/rpc", {
 *     headers: {
 *       connection: "Upgrade",
 *       upgrade: "websocket",
 *       "sec-websocket-version": "13",
 *       "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
 *       "sec-websocket-protocol": "rpc-ts.v1",
 *       origin: "https://evil.example.com",
 *     },
 *   }),
 * );
 * if (decision.kind !== "refused") throw new Error("the page was let in");
 * if (decision.response.status !== 403) throw new Error("unexpected status");
 * ```
 */
export class RpcUpgradePolicy {
  readonly #isOriginAllowed: OriginCheck;
  readonly #authorize: RpcAuthorize | undefined;
  readonly #timeoutMs: number;
  readonly #log: RefusalLog;
  readonly #clock: RpcClock;

  /**
   * Makes a policy.
   *
   * @param options Origins, hook, limits, logger, clock
   * @throws {TypeError} When an allowed origin could never match
   * @throws {RangeError} When a limit is not a positive whole number
   */
  constructor(options: RpcUpgradePolicyOptions = {}) {
    this.#isOriginAllowed = createOriginCheck(options.allowedOrigins);
    this.#authorize = options.authorize;
    this.#timeoutMs = createLimits(options.limits).connectTimeoutMs;
    this.#clock = options.clock ?? systemClock;
    this.#log = new RefusalLog(options.logger ?? silentLogger, this.#clock);
  }

  /**
   * Decides on a request.
   *
   * @param request The request
   * @param options The caller's address
   * @returns The decision; a promise, which never rejects, only where the hook answers with one
   */
  decide(
    request: Request,
    options: RpcUpgradeRequestOptions = {},
  ): RpcUpgradeDecision | Promise<RpcUpgradeDecision> {
    const malformed = checkHandshake(request);
    if (malformed !== undefined) return { kind: "refused", response: malformed };
    if (!this.#isOriginSound(request)) return refuse(403, "Origin is not allowed");
    const offered = parseProtocols(request.headers.get("sec-websocket-protocol"));
    if (offered === undefined) return refuse(400, 'Header "Sec-WebSocket-Protocol" is malformed');
    const protocol = selectProtocol(offered);
    if (protocol === undefined) return refuse(400, unsupportedText(offered));
    const isOffered = offered.includes(protocol);
    const hook = this.#authorize;
    if (hook === undefined) return { kind: "accepted", protocol, isOffered, auth: undefined };
    return this.#decideBy(hook, request, { address: options.address, protocol, isOffered });
  }

  #decideBy(
    hook: RpcAuthorize,
    request: Request,
    { address, protocol, isOffered }: RpcUpgradeInfo & { readonly isOffered: boolean },
  ): RpcUpgradeDecision | Promise<RpcUpgradeDecision> {
    const conclude = (found: Authorization): RpcUpgradeDecision =>
      found.kind === "refused"
        ? found
        : { kind: "accepted", protocol, isOffered, auth: found.auth };
    const found = runAuthorize(() => hook(request, { address, protocol }), {
      clock: this.#clock,
      logger: this.#log,
      timeoutMs: this.#timeoutMs,
    });
    return found instanceof Promise ? found.then(conclude) : conclude(found);
  }

  #isOriginSound(request: Request): boolean {
    try {
      if (this.#isOriginAllowed(request)) return true;
      const origin = request.headers.get("origin")?.slice(0, MAX_LOGGED_ORIGIN);
      this.#log.warn("Upgrade refused: origin is not allowed", { origin });
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      this.#log.error("Check of the origin failed", { name });
    }
    return false;
  }
}

function refuse(status: number, text: string): RpcUpgradeDecision {
  return { kind: "refused", response: createRefusal(status, text) };
}

function unsupportedText(offered: readonly string[]): string {
  return `Sub-protocol is not supported: found ${format(offered)}, ` +
    `expected one of ${format(DEFAULT_PROTOCOLS)}`;
}

function format(protocols: readonly string[]): string {
  return protocols.length === 0 ? "none" : protocols.map((name) => `"${name}"`).join(", ");
}
