import { CLOSE_PROTOCOL_ERROR } from "./close_code.ts";
import { RpcStatus, type RpcStatusCode } from "./status.ts";

/**
 * The bytes of a peer break the framing, so that nothing after them can be read: the connection
 * ends with `closeCode`.
 *
 * @example Close a socket because of what came over it
 * ```ts
 * import { decodeBatch, DEFAULT_LIMITS, FrameError, nativeWire } from "@rpc-ts/websocket/protocol";
 *
 * let closeCode = 0;
 * try {
 *   decodeBatch(nativeWire.createDecoder(DEFAULT_LIMITS), new Uint8Array([99, 0, 0, 0]));
 * } catch (error) {
 *   if (error instanceof FrameError) closeCode = error.closeCode;
 * }
 * if (closeCode !== 4400) throw new Error("unexpected code");
 * ```
 */
export class FrameError extends Error {
  /** The status that calls in flight end with. */
  readonly code: RpcStatusCode;
  /** The WebSocket close code that tells the peer. */
  readonly closeCode: number;

  /** Makes an error; `message` becomes the close reason as well, so it holds no payload. */
  constructor(message: string, code: RpcStatusCode, closeCode: number) {
    super(message);
    this.name = "FrameError";
    this.code = code;
    this.closeCode = closeCode;
  }
}

/** The error of a peer that breaks a rule of the wire. */
export function framingError(text: string, closeCode: number = CLOSE_PROTOCOL_ERROR): FrameError {
  return new FrameError(text, RpcStatus.INTERNAL, closeCode);
}
