import type { HelloFrame, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";

/** What the peer accepts. */
export type PeerSettings = Pick<
  HelloFrame,
  | "maxMessageBytes"
  | "maxStreams"
  | "streamWindowBytes"
  | "streamWindowMessages"
  | "connectionWindowBytes"
>;

/**
 * What holds before the peer has said hello: the windows of the wire, and for sizes and numbers the
 * limits of this side. A peer with smaller ones refuses what is too much, call by call.
 */
export function initialPeer(wire: RpcWire, limits: RpcLimits): PeerSettings {
  const { streamWindowBytes, streamWindowMessages, connectionWindowBytes } = wire.initialHello;
  const { maxMessageBytes, maxStreams } = limits;
  return {
    maxMessageBytes,
    maxStreams,
    streamWindowBytes,
    streamWindowMessages,
    connectionWindowBytes,
  };
}

/** The hello that announces the limits of this side. */
export function createHello(wire: RpcWire, limits: RpcLimits): HelloFrame {
  return {
    ...wire.initialHello,
    maxMessageBytes: limits.maxMessageBytes,
    maxMetadataBytes: limits.maxMetadataBytes,
    maxStreams: limits.maxStreams,
    streamWindowBytes: limits.streamWindowBytes,
    streamWindowMessages: limits.streamWindowMessages,
    connectionWindowBytes: limits.connectionWindowBytes,
  };
}
