import type { RpcCallOptions } from "../contracts/call_options.ts";

/** What a ping found out. */
export interface RpcEndpointPingResult {
  /** When the ping was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /** When the answer came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Time between the two, in milliseconds, by a clock that does not jump. */
  readonly roundTripMs: number;
}

/** Path of the built-in method. */
export const PING_PATH = "/_rpc.System/Ping";

/** An endpoint that can ping, which all can. */
export interface RpcPingingEndpoint {
  /** Asks the peer's program for a sign of life. */
  ping(options?: RpcCallOptions): Promise<RpcEndpointPingResult>;
}

/** The shape of {@linkcode RpcEndpointPingProtocol}. */
export interface RpcPingProtocol {
  /** Path of the built-in method. */
  readonly path: string;
  /** The same as `endpoint.ping(options)`. */
  ping(endpoint: RpcPingingEndpoint, options?: RpcCallOptions): Promise<RpcEndpointPingResult>;
}

/**
 * The ping that every endpoint answers, with no contract registered: a call of `/_rpc.System/Ping`
 * without a message. It goes the way of every call, so it tells that the peer's program answers, and
 * not only its socket.
 */
export const RpcEndpointPingProtocol: RpcPingProtocol = /* @__PURE__ */ Object.freeze({
  path: PING_PATH,
  ping: (endpoint: RpcPingingEndpoint, options?: RpcCallOptions) => endpoint.ping(options),
});
