/**
 * The outcome of a call: the seventeen status codes of gRPC, by name.
 *
 * @see https://grpc.io/docs/guides/status-codes/
 */
export const RpcStatus = {
  /** The call completed. */
  OK: 0,
  /** The caller gave the call up. */
  CANCELLED: 1,
  /** The failure carries no better code. */
  UNKNOWN: 2,
  /** The request is wrong whatever the state of the system. */
  INVALID_ARGUMENT: 3,
  /** The deadline passed before the call completed. */
  DEADLINE_EXCEEDED: 4,
  /** Something that the request names does not exist. */
  NOT_FOUND: 5,
  /** Something that the request would create exists already. */
  ALREADY_EXISTS: 6,
  /** The caller is known but may not do this. */
  PERMISSION_DENIED: 7,
  /** A limit was reached: of size, rate, number or space. */
  RESOURCE_EXHAUSTED: 8,
  /** The system is not in a state that allows the call. */
  FAILED_PRECONDITION: 9,
  /** The call lost a race with another one. */
  ABORTED: 10,
  /** The request points past the valid range. */
  OUT_OF_RANGE: 11,
  /** The method does not exist here. */
  UNIMPLEMENTED: 12,
  /** An invariant is broken; the fault is on the side that serves, or on the wire. */
  INTERNAL: 13,
  /** The service cannot be reached now; a later try may succeed. */
  UNAVAILABLE: 14,
  /** A message was lost or damaged. */
  DATA_LOSS: 15,
  /** The caller is not known. */
  UNAUTHENTICATED: 16,
} as const;

/** The name of a status, for example `NOT_FOUND`. */
export type RpcStatusName = keyof typeof RpcStatus;

/** The number of a status, 0 to 16. */
export type RpcStatusCode = (typeof RpcStatus)[RpcStatusName];

// `Object.keys` keeps the order of the literal above, which is the order of the numbers.
const NAMES = /* @__PURE__ */ Object.keys(RpcStatus) as RpcStatusName[];

/**
 * Names a status code for people.
 *
 * @param code Any number
 * @returns The name, or `UNKNOWN` for a number that no status has
 *
 * @example Name a code
 * ```ts
 * import { formatStatus } from "@rpc-ts/websocket/protocol";
 *
 * if (formatStatus(5) !== "NOT_FOUND") throw new Error("unexpected name");
 * ```
 */
export function formatStatus(code: number): RpcStatusName {
  return NAMES[code] ?? "UNKNOWN";
}

/**
 * Makes a status code of any number, as a peer may send one that does not exist.
 *
 * @param code Any number
 * @returns The same number when it is a status code, otherwise `UNKNOWN`
 *
 * @example Map a number that no status has
 * ```ts
 * import { RpcStatus, toStatusCode } from "@rpc-ts/websocket/protocol";
 *
 * if (toStatusCode(99) !== RpcStatus.UNKNOWN) throw new Error("unexpected code");
 * ```
 */
export function toStatusCode(code: number): RpcStatusCode {
  // The check makes the number one of the union's members.
  return NAMES[code] === undefined ? RpcStatus.UNKNOWN : code as RpcStatusCode;
}
