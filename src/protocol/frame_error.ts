import type { RpcStatusCode } from "./status.ts";

/**
 * The bytes of a peer break the framing, so that nothing after them can be read: the connection
 * ends with `closeCode`.
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
