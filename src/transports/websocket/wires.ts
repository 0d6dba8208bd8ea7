import type { RpcWire } from "../../protocol/frame.ts";
import { NATIVE_PROTOCOL } from "../../protocol/native/constants.ts";
import { nativeWire } from "../../protocol/native/native_wire.ts";

/** The wires that this library speaks, preferred first. */
const WIRES: readonly RpcWire[] = [nativeWire];

/** Sub-protocols that a caller offers unless told otherwise. */
export const DEFAULT_PROTOCOLS: readonly string[] = [NATIVE_PROTOCOL];

/**
 * The first of the offered sub-protocols that this library speaks.
 *
 * @param offered Names of sub-protocols, preferred first
 * @returns The name; undefined when there is none
 *
 * @example Answer an upgrade
 * ```ts
 * import { selectProtocol } from "@rpc-ts/websocket/transports";
 *
 * if (selectProtocol(["chat", "rpc-ts.v1"]) !== "rpc-ts.v1") throw new Error("unexpected protocol");
 * ```
 */
export function selectProtocol(offered: readonly string[]): string | undefined {
  return findWire(offered)?.protocol;
}

/** The wire of the first protocol that has one. */
function findWire(protocols: readonly string[]): RpcWire | undefined {
  for (const protocol of protocols) {
    for (const wire of WIRES) if (wire.protocol === protocol) return wire;
  }
  return undefined;
}

/**
 * The wire that the first known of these sub-protocols names.
 *
 * @throws {RangeError} When there is none
 */
export function selectWire(protocols: readonly string[]): RpcWire {
  const wire = findWire(protocols);
  if (wire !== undefined) return wire;
  const found = protocols.map((name) => `"${name}"`).join(", ");
  const wanted = WIRES.map((known) => `"${known.protocol}"`).join(", ");
  throw new RangeError(
    `Cannot choose a wire: sub-protocols are ${found || "none"}, expected one of ${wanted}`,
  );
}
