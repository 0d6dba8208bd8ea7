import type { HelloFrame, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import { INITIAL_HELLO } from "../../protocol/native/constants.ts";

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
export function initialPeer(_wire: RpcWire, limits: RpcLimits): PeerSettings {
  const { streamWindowBytes, streamWindowMessages, connectionWindowBytes } = INITIAL_HELLO;
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
export function createHello(limits: RpcLimits): HelloFrame {
  return {
    ...INITIAL_HELLO,
    maxMessageBytes: limits.maxMessageBytes,
    maxMetadataBytes: limits.maxMetadataBytes,
    maxStreams: limits.maxStreams,
    streamWindowBytes: limits.streamWindowBytes,
    streamWindowMessages: limits.streamWindowMessages,
    connectionWindowBytes: limits.connectionWindowBytes,
  };
}
