import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { HelloFrame, RpcFrame } from "../../src/protocol/frame.ts";
import { createLimits, type RpcLimits } from "../../src/protocol/limits.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { Connection } from "../../src/transports/connection/connection.ts";
import type { ConnectionLoss } from "../../src/transports/connection/loss.ts";
import type { RpcTransportMessage } from "../../src/transports/message.ts";
import type { RpcTransportSide } from "../../src/transports/transport.ts";
import { FakeChannel } from "./fake_channel.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { helloFrame } from "./native_frames.ts";

/** Settings of a {@linkcode RawPeer}. */
export interface RawPeerOptions {
  /** Of the connection. */
  readonly limits?: Partial<RpcLimits>;
  /** Which side the connection is; `caller` unless given. */
  readonly side?: RpcTransportSide;
  /** What the peer says first; `false` for nothing. */
  readonly hello?: Partial<HelloFrame> | false;
  /** Whether the channel is open from the start; true unless given. */
  readonly isOpen?: boolean;
  readonly highestLocalId?: number;
}

/** A connection whose peer is the test, frame by frame. */
export class RawPeer {
  readonly channel: FakeChannel = new FakeChannel();
  readonly clock: FakeClock = new FakeClock();
  readonly connection: Connection;
  /** What the connection handed to the layers above. */
  readonly messages: RpcTransportMessage[] = [];
  /** How the connection ended; at most one. */
  readonly losses: ConnectionLoss[] = [];
  readonly records: RpcLogRecord[] = [];
  /** How often the connection said that it is ready. */
  ready = 0;
  readonly #encoder = nativeWire.createEncoder(createLimits({ maxMessageBytes: 2 ** 30 }));
  readonly #decoder = nativeWire.createDecoder(createLimits({ maxMessageBytes: 2 ** 30 }));
  #read = 0;

  constructor(options: RawPeerOptions = {}) {
    this.channel.isOpen = options.isOpen ?? true;
    this.connection = new Connection(this.channel, {
      side: options.side ?? "caller",
      wire: nativeWire,
      protocols: ["rpc-ts.v1"],
      limits: createLimits(options.limits),
      clock: this.clock,
      logger: new RpcLogger("test", { sink: (record) => this.records.push(record) }),
      highestLocalId: options.highestLocalId ?? 0,
      onMessage: (message) => this.messages.push(message),
      onReady: () => this.ready++,
      onEnded: (loss) => this.losses.push(loss),
    });
    if (options.hello !== false) this.send(wideHello(options.hello));
  }

  /** Sends frames to the connection, in one batch. */
  send(...frames: RpcFrame[]): void {
    this.channel.receive(encodeBatch(this.#encoder, frames));
  }

  /**
   * Takes the frames that the connection has sent since the last time, without its hello and the
   * pings by which it measures the path.
   */
  async take(): Promise<RpcFrame[]> {
    await settle();
    const frames: RpcFrame[] = [];
    for (; this.#read < this.channel.sent.length; this.#read++) {
      const batch = this.channel.sent[this.#read];
      if (batch !== undefined) frames.push(...decodeBatch(this.#decoder, batch));
    }
    return frames.filter(({ kind }) => kind !== "hello" && kind !== "ping");
  }

  /** What came on a stream, by kind. */
  kinds(streamId: number): string[] {
    return this.messages.filter((message) => message.streamId === streamId).map(({ kind }) => kind);
  }
}

/** A hello of a peer that takes a lot. */
export function wideHello(hello: Partial<HelloFrame> = {}): HelloFrame {
  return helloFrame({
    maxMessageBytes: 64 * 1024 * 1024,
    maxStreams: 4096,
    streamWindowBytes: 256 * 1024,
    streamWindowMessages: 1024,
    connectionWindowBytes: 16 * 1024 * 1024,
    ...hello,
  });
}
