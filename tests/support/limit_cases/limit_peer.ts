/** A transport whose other side is the test, which keeps no limit itself. */
import { decodeBatch, encodeBatch } from "../../../src/protocol/batch.ts";
import type { HelloFrame, RpcFrame, StatusFrame } from "../../../src/protocol/frame.ts";
import { createLimits, type RpcLimits } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import type { RpcTransportMessage } from "../../../src/transports/message.ts";
import type { RpcTransportSide } from "../../../src/transports/transport.ts";
import { isCounted } from "../../../src/transports/connection/batch_acks.ts";
import { RpcWebSocketCallerTransport } from "../../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../../src/transports/websocket/responder.ts";
import { FakeClock, settle } from "../fake_clock.ts";
import { helloFrame } from "../native_frames.ts";
import { FakeSocket } from "../socket_pair.ts";

const WIDE = createLimits({
  maxMessageBytes: 2 ** 30,
  maxMetadataBytes: 2 ** 24,
  maxHeaders: 2 ** 16,
  maxHeaderNameBytes: 2 ** 16,
  maxHeaderValueBytes: 2 ** 20,
  maxPathBytes: 2 ** 16,
});

/** What a peer says that takes a lot. */
const WIDE_HELLO: Partial<HelloFrame> = {
  maxMessageBytes: 2 ** 26,
  maxMetadataBytes: 2 ** 20,
  maxStreams: 4096,
  streamWindowBytes: 2 ** 20,
  streamWindowMessages: 2 ** 16,
  connectionWindowBytes: 2 ** 26,
};

/** Settings of a {@linkcode LimitPeer}. */
export interface LimitPeerOptions {
  /** Of the transport. */
  readonly limits?: Partial<RpcLimits>;
  /** What the test says first, beside what takes a lot; `false` for nothing. */
  readonly hello?: Partial<HelloFrame> | false;
  /** Whether the sockets are open; true unless given. */
  readonly isOpen?: boolean;
  /** Whether somebody else, an endpoint say, will take what comes in. */
  readonly isFeedTaken?: boolean;
}

/** A transport under test with a peer that does as the test says. */
export class LimitPeer {
  readonly clock: FakeClock = new FakeClock();
  readonly transport: RpcWebSocketCallerTransport | RpcWebSocketResponderTransport;
  /** The transport's end. */
  readonly socket: FakeSocket;
  /** What the transport handed to the layers above. */
  readonly messages: RpcTransportMessage[] = [];
  /** What the transport sent. */
  readonly frames: RpcFrame[] = [];
  /** How the transport closed its socket: code and reason. */
  readonly closes: string[] = [];
  readonly #own: FakeSocket;
  #batches = 0;
  readonly #encoder = nativeWire.createEncoder(WIDE);
  readonly #decoder = nativeWire.createDecoder(WIDE);

  private constructor(side: RpcTransportSide, { limits = {}, isFeedTaken }: LimitPeerOptions) {
    const [own, socket] = FakeSocket.pair();
    this.#own = own;
    this.socket = socket;
    own.addEventListener("message", ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      const frames = decodeBatch(this.#decoder, new Uint8Array(data));
      this.frames.push(...frames);
      if (frames.some(isCounted)) this.#acknowledge();
    });
    own.addEventListener("close", ({ code, reason }) => this.closes.push(`${code} ${reason}`));
    const options = { limits, clock: this.clock };
    this.transport = side === "caller"
      ? new RpcWebSocketCallerTransport(socket, options)
      : new RpcWebSocketResponderTransport(socket, options);
    if (isFeedTaken === true) return;
    this.transport.incomingMessages.listen((message) => this.messages.push(message));
  }

  /** Makes a peer of a transport of one side, and says hello. */
  static async create(side: RpcTransportSide, options: LimitPeerOptions = {}): Promise<LimitPeer> {
    const peer = new LimitPeer(side, options);
    const { hello = {}, isOpen = true } = options;
    if (!isOpen) return peer;
    peer.#own.open();
    peer.socket.open();
    await settle();
    if (hello !== false) await peer.send(helloFrame({ ...WIDE_HELLO, ...hello }));
    return peer;
  }

  /** Acknowledges each batch at once. */
  #acknowledge(): void {
    const ack = { kind: "ack", batches: ++this.#batches } as const;
    if (this.#own.readyState === 1) this.#own.send(encodeBatch(this.#encoder, [ack]));
  }

  /** Sends frames, in one WebSocket message, and lets the transport deal with them. */
  async send(...frames: RpcFrame[]): Promise<void> {
    this.#own.send(encodeBatch(this.#encoder, frames));
    for (let turn = 0; turn < 3; turn++) await settle();
  }

  /** The status that the transport sent on a stream; undefined when it has not ended it. */
  status(streamId: number): StatusFrame | undefined {
    return this.frames.find((frame): frame is StatusFrame =>
      frame.kind === "status" && frame.streamId === streamId
    );
  }

  /** What the transport said first. */
  get hello(): HelloFrame | undefined {
    return this.frames.find((frame): frame is HelloFrame => frame.kind === "hello");
  }

  /** What the transport handed on of a stream, by kind. */
  kinds(streamId: number): string[] {
    return this.messages.filter((message) => message.streamId === streamId).map(({ kind }) => kind);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await settle();
  }
}
