import type { RpcMetadata, RpcMetadataInit } from "../protocol/metadata.ts";

/** The call during which another call is made: what the handler's context offers. */
export interface RpcParentCall {
  /** Aborts when the outer call ends without an answer; one that is answered lets it be. */
  readonly signal: AbortSignal;
  /** Time left to the outer call, in milliseconds; undefined without a deadline. */
  readonly timeoutMs: number | undefined;
}

/** Settings of one call; each may be left out. */
export interface RpcCallOptions {
  /** Gives the call up when it aborts: the call fails with `CANCELLED` and the handler is told. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Time until the call fails with `DEADLINE_EXCEEDED`, on both sides, in milliseconds; no limit
   * unless given.
   */
  readonly timeoutMs?: number | undefined;
  /** Request headers; none unless given. */
  readonly metadata?: RpcMetadataInit | undefined;
  /** Called once with the response headers, before the first response. */
  readonly onHeaders?: ((headers: RpcMetadata) => void) | undefined;
  /**
   * Called once with the trailers when the call has ended, well or not; with empty ones when none came,
   * because this side gave the call up or it could not be made.
   */
  readonly onTrailers?: ((trailers: RpcMetadata) => void) | undefined;
  /**
   * The call that this one serves: it is given up with it and never outlives its deadline, but goes
   * on when the outer call has been answered. Inside a handler that is the handler's context; none
   * unless given.
   */
  readonly parent?: RpcParentCall | undefined;
}
