/** A WebSocket client that can do everything wrong, as it is made of bare TCP. */
import { connect, type Socket } from "node:net";
import { HANDSHAKE } from "../support/raw_http.ts";

/** Kinds of WebSocket frames. */
export const OPCODE = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** How a frame is to be written; right unless told otherwise. */
export interface FrameLies {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  /** The three reserved bits, as `0x40`, `0x20` and `0x10`. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What the header says, whatever the payload has. */
  readonly declaredLength?: bigint;
}

/** The bytes of a WebSocket frame from a client. */
export function socketFrame(payload: Uint8Array, lies: FrameLies = {}): Uint8Array<ArrayBuffer> {
  const { opcode = OPCODE.binary, isFinal = true, reserved = 0, isMasked = true } = lies;
  const length = lies.declaredLength ?? BigInt(payload.length);
  const extra = length < 126n ? 0 : length < 65536n ? 2 : 8;
  const start = 2 + extra + (isMasked ? 4 : 0);
  const frame = new Uint8Array(start + payload.length);
  const view = new DataView(frame.buffer);
  frame[0] = (isFinal ? 0x80 : 0) | reserved | opcode;
  frame[1] = (isMasked ? 0x80 : 0) | (extra === 0 ? Number(length) : extra === 2 ? 126 : 127);
  if (extra === 2) view.setUint16(2, Number(length));
  if (extra === 8) view.setBigUint64(2, BigInt.asUintN(64, length));
  // A mask of zeros is a mask.
  frame.set(payload, start);
  return frame;
}

/** The request of a good handshake. */
export function handshakeText(url: string): string {
  const { host, pathname } = new URL(url);
  const lines = [["Host", host], ...HANDSHAKE].map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A connection of bare TCP that never throws and always ends. */
export class RawSocket {
  readonly #socket: Socket;
  #received = new Uint8Array(0);
  /** Bytes that came in. */
  receivedBytes = 0;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    // A server that does not like what it gets may reset the connection.
    this.#socket.on("error", () => this.#socket.destroy());
    this.closed = new Promise((resolve) => {
      this.#socket.on("close", () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  /** Whether the connection is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What came first, as text: the head of the answer. */
  get head(): string {
    return String.fromCharCode(...this.#received.subarray(0, 4096));
  }

  /** Writes bytes; nothing happens when the connection is gone. */
  write(bytes: Uint8Array | string): void {
    if (!this.#isClosed && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Reads no more. */
  pause(): void {
    this.#socket.pause();
  }

  /** Makes a good handshake; false when the server did not agree. */
  async upgrade(url: string): Promise<boolean> {
    this.write(handshakeText(url));
    await this.until(() => this.head.includes("\r\n\r\n"), 5000);
    return this.head.startsWith("HTTP/1.1 101");
  }

  /** Waits until something has come in, or the connection is gone, or the time is up. */
  async until(isMet: () => boolean, mostMs: number): Promise<void> {
    const end = performance.now() + mostMs;
    for (let left = mostMs; left > 0 && !this.#isClosed && !isMet();) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      left = end - performance.now();
    }
  }

  /** Drops the connection, and waits until it is gone. */
  drop(): Promise<void> {
    this.#socket.destroy();
    return this.closed;
  }

  /** Resets the connection, and waits until it is gone. */
  reset(): Promise<void> {
    this.#socket.resetAndDestroy();
    return this.closed;
  }

  #receive(chunk: Uint8Array): void {
    this.receivedBytes += chunk.length;
    // Nobody looks at more than the beginning.
    if (this.#received.length < 4096) {
      const joined = new Uint8Array(this.#received.length + chunk.length);
      joined.set(this.#received);
      joined.set(chunk, this.#received.length);
      this.#received = joined;
    }
    this.#wake();
  }
}
