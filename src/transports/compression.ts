import type { RpcClock } from "../internal/clock.ts";
import type { RpcLimits } from "../protocol/limits.ts";
import type { RpcCompressedMessage } from "./compressed_message.ts";

/**
 * Compression of messages, which `gzipCompression` makes. A transport that is given one announces it,
 * and uses it with peers that announce the same.
 */
export interface RpcCompression {
  /**
   * Begins on one connection.
   *
   * @param options What the connection has
   * @returns The compression of this connection; nothing where the platform cannot do it
   */
  begin(options: RpcCompressionOptions): RpcConnectionCompression | undefined;
}

/** What a compression gets of its connection. */
export interface RpcCompressionOptions {
  /** Limits of this side: no message becomes larger than `maxMessageBytes`. */
  readonly limits: RpcLimits;
  /** Where time comes from. */
  readonly clock: RpcClock;
}

/** Compression on one connection. */
export interface RpcConnectionCompression {
  /** What is announced to the peer, best first. */
  readonly names: readonly string[];
  /** Whether the peer has announced the same. */
  readonly isAgreed: boolean;
  /** Takes over what the peer announced. */
  setPeer(names: readonly string[]): void;
  /** Whether a message is to be compressed before it is sent. */
  wants(message: Uint8Array): boolean;
  /** Begins to compress a message. */
  deflate(message: Uint8Array): RpcDeflation;
  /** Makes of the bytes that came what is inflated when it is read. */
  receive(bytes: Uint8Array): RpcCompressedMessage;
}

/** A message that is being compressed. */
export interface RpcDeflation {
  /** The smaller message; undefined when there is none, or it was dropped. It never rejects. */
  readonly promise: Promise<Uint8Array | undefined>;
  /** Stops at once; quiet when it is done. */
  drop(): void;
}
