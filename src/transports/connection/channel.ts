/** Why a channel ended. */
export interface ChannelClose {
  /** WebSocket close code; 1006 for a loss without one. */
  readonly code: number;
  /** Close reason; often empty. */
  readonly reason: string;
  /** Whether a close frame came from the peer; some platforms report a reset as an unclean 1002. */
  readonly wasClean: boolean;
  /** What the platform reported before, if anything. */
  readonly cause: unknown;
}

/** What a channel tells its connection. All calls come in order; `onClose` comes once, and last. */
export interface ChannelListener {
  /** The channel can send. */
  onOpen(): void;
  /** One binary message. */
  onMessage(batch: Uint8Array): void;
  /** One text message, which no wire of ours uses. */
  onText(): void;
  /** Room in the send buffer, perhaps. */
  onDrain(): void;
  onClose(close: ChannelClose): void;
}

/** A pipe for binary messages, as a connection needs it of a socket. */
export interface Channel {
  /** The sub-protocol agreed on; empty when none was, or not yet. */
  readonly protocol: string;
  /** Whether messages can be sent now. */
  readonly isOpen: boolean;
  /**
   * Whether a message may wait in the socket for an acknowledgement of the network; see
   * {@linkcode StallGuard}.
   */
  readonly mayStall: boolean;
  /** Whether what is sent leaves only when the turn of the event loop ends. */
  readonly sendsLate: boolean;
  /** Whether `send` is done with its bytes when it returns. */
  readonly copiesOnSend: boolean;
  /** Bytes handed over but not yet given to the network. */
  readonly bufferedBytes: number;
  /** Begins to deliver; what came before is delivered first. */
  listen(listener: ChannelListener): void;
  /**
   * Sends one binary message.
   *
   * @throws {RpcError} When the socket refused or dropped it; the connection cannot go on then
   */
  send(batch: Uint8Array<ArrayBuffer>): void;
  /** Closes; `onClose` follows. Closing twice is quiet. */
  close(code: number, reason: string): void;
  /** Settles when the channel is closed and nothing more comes of it; never rejects. */
  readonly closed: Promise<void>;
}
