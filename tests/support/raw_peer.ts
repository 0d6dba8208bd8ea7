import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { HelloFrame, RpcFrame } from "../../src/protocol/frame.ts";
import { createLimits, type RpcLimits } from "../../src/protocol/limits.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { BatchAcks } from "../../src/transports/connection/batch_acks.ts";
import { Connection } from "../../src/transports/connection/connection.ts";
import type { ConnectionLoss } from "../../src/transports/connection/loss.ts";
import { gzipCompression } from "../../src/transports/gzip_compression.ts";
import type { RpcTransportMessage } from "../../src/transports/message.ts";
import type { RpcTransportSide } from "../../src/transports/transport.ts";
import { FakeChannel } from "./fake_channel.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { helloFrame } from "./native_frames.ts";

/** Settings of a {@linkcode RawPeer}. */
export interface RawPeerOptions {
  /** Of the connection. */
  readonly limits?: Partial<RpcLimits>;
  /** Turns compression on, from so many bytes on. */
  readonly compressMinBytes?: number;
  /** Which side the connection is; `caller` unless given. */
  readonly side?: RpcTransportSide;
  /** What the peer says first; `false` for nothing. */
  readonly hello?: Partial<HelloFrame> | false;
  /** Whether the channel is open from the start; true unless given. */
  readonly isOpen?: boolean;
  readonly highestLocalId?: number;
  /** Whether the peer acknowledges what it takes, once it has said hello; true unless given. */
  readonly acknowledges?: boolean;
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
  /** What the connection has acknowledged, each time. */
  readonly acks: number[] = [];
  /** How often the connection said that it is ready. */
  ready = 0;
  readonly #encoder = nativeWire.createEncoder(createLimits({ maxMessageBytes: 2 ** 30 }));
  readonly #decoder = nativeWire.createDecoder(createLimits({ maxMessageBytes: 2 ** 30 }));
  readonly #ownAcks: BatchAcks;
  readonly #acknowledges: boolean;
  #hasSaidHello = false;
  #read = 0;

  constructor(options: RawPeerOptions = {}) {
    const { compressMinBytes } = options;
    this.channel.isOpen = options.isOpen ?? true;
    this.connection = new Connection(this.channel, {
      side: options.side ?? "caller",
      wire: nativeWire,
      mustTellProtocol: true,
      limits: createLimits(options.limits),
      clock: this.clock,
      compression: compressMinBytes === undefined
        ? undefined
        : gzipCompression({ minBytes: compressMinBytes }),
      logger: new RpcLogger("test", { sink: (record) => this.records.push(record) }),
      highestLocalId: options.highestLocalId ?? 0,
      incoming: { push: (message) => this.messages.push(message), waiting: 0 },
      owner: {
        onConnectionEvent: (event) => {
          if (event.kind === "ready") this.ready++;
          if (event.kind === "ended") this.losses.push(event.loss);
        },
      },
    });
    this.#acknowledges = options.acknowledges ?? true;
    this.#ownAcks = new BatchAcks({
      clock: this.clock,
      sendAck: (batches) => this.send({ kind: "ack", batches }),
    });
    if (options.hello !== false) this.send(wideHello(options.hello));
  }

  /** Sends frames to the connection, in one batch. */
  send(...frames: RpcFrame[]): void {
    if (frames.some(({ kind }) => kind === "hello")) this.#hasSaidHello = true;
    this.channel.receive(encodeBatch(this.#encoder, frames));
  }

  /**
   * Takes the frames that the connection has sent since the last time, without its hello, its
   * acknowledgements, and the pings by which it measures the path.
   */
  async take(): Promise<RpcFrame[]> {
    const frames: RpcFrame[] = [];
    await settle();
    while (this.#read < this.channel.sent.length) {
      const batch = this.channel.sent[this.#read++];
      if (batch !== undefined) frames.push(...this.#takeBatch(batch));
      // What the acknowledgements let go on comes as well.
      if (this.#read === this.channel.sent.length) await settle();
    }
    return frames.filter(({ kind }) => kind !== "hello" && kind !== "ping" && kind !== "ack");
  }

  #takeBatch(batch: Uint8Array): RpcFrame[] {
    const frames = decodeBatch(this.#decoder, batch);
    for (const frame of frames) {
      if (frame.kind === "ack") this.acks.push(frame.batches);
      if (this.#acknowledges && this.#hasSaidHello) this.#ownAcks.onFrame(frame);
    }
    this.#ownAcks.onBatch(batch.length);
    return frames;
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
