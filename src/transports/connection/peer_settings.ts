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

/**
 * What holds before the peer has said hello: the windows of the wire, and for sizes and numbers the
 * limits of this side. A peer with smaller ones refuses what is too much, call by call.
 */
export function initialPeer(wire: RpcWire, limits: RpcLimits): PeerSettings {
  const { maxMessageBytes, maxStreams } = limits;
  return toPeerSettings({ ...wire.initialHello, maxMessageBytes, maxStreams });
}

/** What of a hello is kept for as long as the connection lives. */
export function toPeerSettings(hello: HelloFrame): PeerSettings {
  const { maxMessageBytes, maxStreams } = hello;
  const { streamWindowBytes, streamWindowMessages, connectionWindowBytes } = hello;
  return {
    maxMessageBytes,
    maxStreams,
    streamWindowBytes,
    streamWindowMessages,
    connectionWindowBytes,
  };
}

/** The hello that announces the limits of this side, and what it can undo. */
export function createHello(
  wire: RpcWire,
  limits: RpcLimits,
  compression?: { readonly names: readonly string[] },
): HelloFrame {
  return {
    ...wire.initialHello,
    maxMessageBytes: limits.maxMessageBytes,
    maxMetadataBytes: limits.maxMetadataBytes,
    maxStreams: limits.maxStreams,
    streamWindowBytes: limits.streamWindowBytes,
    streamWindowMessages: limits.streamWindowMessages,
    connectionWindowBytes: limits.connectionWindowBytes,
    compressions: compression?.names ?? [],
  };
}
