import { LastEqual } from "../../internal/last_equal.ts";
import type { HelloFrame, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";

/** What the peer accepts, as far as it is asked for again and again. */
export type PeerSettings = Pick<
  HelloFrame,
  | "maxMessageBytes"
  | "maxStreams"
  | "streamWindowBytes"
  | "streamWindowMessages"
  | "connectionWindowBytes"
>;

/** Most connections of a program say the same. */
const HELLOS: LastEqual<HelloFrame> = /* @__PURE__ */ new LastEqual();

/**
 * What holds before the peer has said hello: the windows of the wire, and for sizes and numbers the
 * limits of this side. A peer with smaller ones refuses what is too much, call by call.
 */
export function initialPeer(wire: RpcWire, limits: RpcLimits): PeerSettings {
  const { maxMessageBytes, maxStreams } = limits;
  return { ...wire.initialHello, maxMessageBytes, maxStreams };
}

/** The hello that announces the limits of this side, and what it can undo. */
export function createHello(
  wire: RpcWire,
  limits: RpcLimits,
  compression?: { readonly names: readonly string[] },
): HelloFrame {
  return HELLOS.share({
    ...wire.initialHello,
    maxMessageBytes: limits.maxMessageBytes,
    maxMetadataBytes: limits.maxMetadataBytes,
    maxStreams: limits.maxStreams,
    streamWindowBytes: limits.streamWindowBytes,
    streamWindowMessages: limits.streamWindowMessages,
    connectionWindowBytes: limits.connectionWindowBytes,
    compressions: compression?.names ?? wire.initialHello.compressions,
  });
}
