import type { RpcWire } from "../frame.ts";
import type { RpcLimits } from "../limits.ts";
import {
  INITIAL_HELLO,
  MAX_FRAGMENT_BYTES,
  MAX_PLACED_BYTES,
  MESSAGE_COST_BYTES,
  NATIVE_PROTOCOL,
} from "./constants.ts";
import { NativeDecoder } from "./decoder.ts";
import { NativeEncoder } from "./encoder.ts";

/**
 * The wire of this library, sub-protocol `rpc-ts.v1` (PROTOCOL.md).
 *
 * @example Write a frame and read it
 * ```ts
 * import { decodeBatch, DEFAULT_LIMITS, encodeBatch, nativeWire } from "@rpc-ts/websocket/protocol";
 *
 * const batch = encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), [
 *   { kind: "cancel", streamId: 5, code: 1, reason: "Not needed any more" },
 * ]);
 * const [frame] = decodeBatch(nativeWire.createDecoder(DEFAULT_LIMITS), batch);
 * if (frame?.kind !== "cancel" || frame.streamId !== 5) throw new Error("unexpected frame");
 * ```
 */
export const nativeWire: RpcWire = /* @__PURE__ */ Object.freeze({
  protocol: NATIVE_PROTOCOL,
  capabilities: /* @__PURE__ */ Object.freeze({
    batches: true,
    fragments: true,
    hello: true,
    combinedStatus: true,
    resume: true,
    goaway: true,
    acks: true,
    messageCostBytes: MESSAGE_COST_BYTES,
    ping: true,
    // `Number.MAX_SAFE_INTEGER`.
    maxStreamId: 9_007_199_254_740_991,
  }),
  initialHello: INITIAL_HELLO,
  maxFragmentBytes: MAX_FRAGMENT_BYTES,
  maxPlacedBytes: MAX_PLACED_BYTES,
  createEncoder: (limits: RpcLimits) => new NativeEncoder(limits),
  createDecoder: (limits: RpcLimits) => new NativeDecoder(limits),
});
