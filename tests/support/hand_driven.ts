/** Endpoints whose other side is the test, frame by frame: it may lie, stall and break the rules. */
import { RpcCallerEndpoint, type RpcCallerEndpointOptions } from "../../src/endpoints/caller.ts";
import type { RpcEndpoint } from "../../src/endpoints/endpoint.ts";
import {
  RpcResponderEndpoint,
  type RpcResponderEndpointOptions,
} from "../../src/endpoints/responder.ts";
import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { FrameDecoder, FrameEncoder, HelloFrame, RpcFrame } from "../../src/protocol/frame.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "../../src/protocol/limits.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import type { RpcCompression } from "../../src/transports/compression.ts";
import { BatchAcks } from "../../src/transports/connection/batch_acks.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assertEquals } from "./assert.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { helloFrame } from "./native_frames.ts";
import { FakeSocket } from "./socket_pair.ts";

/** An endpoint whose other side is driven by hand. */
export interface HandDriven<Endpoint> {
  readonly endpoint: Endpoint;
  readonly peer: HandPeer;
  readonly clock: FakeClock;
  readonly records: RpcLogRecord[];
  /** Closes the endpoint and fails unless nothing is left of it. */
  close(): Promise<void>;
}

/** Settings of the transport. */
export interface HandDrivenOptions {
  readonly limits?: Partial<RpcLimits>;
  /** Turns compression on, on both sides. */
  readonly compression?: RpcCompression;
}

/** A caller whose server is driven by hand. */
export async function connectToHand(
  options: Omit<RpcCallerEndpointOptions, "transport"> & HandDrivenOptions = {},
): Promise<HandDriven<RpcCallerEndpoint>> {
  const { limits = {}, compression, ...rest } = options;
  const both = { limits, ...(compression === undefined ? {} : { compression }) };
  const made = prepare();
  const { clock, logger, peer } = made;
  const transport = new RpcWebSocketCallerTransport(peer.socket, { ...both, clock });
  const endpoint = new RpcCallerEndpoint({ transport, clock, logger, ...rest });
  await peer.open(compression === undefined ? {} : { compressions: ["gzip"] });
  return finish(endpoint, made);
}

/** A responder whose caller is driven by hand. */
export async function serveToHand(
  options: Omit<RpcResponderEndpointOptions, "transport"> & HandDrivenOptions = {},
): Promise<HandDriven<RpcResponderEndpoint>> {
  const { limits = {}, compression, ...rest } = options;
  const both = { limits, ...(compression === undefined ? {} : { compression }) };
  const made = prepare();
  const { clock, logger, peer } = made;
  const transport = new RpcWebSocketResponderTransport(peer.socket, { ...both, clock });
  const endpoint = new RpcResponderEndpoint({ transport, clock, logger, ...rest });
  endpoint.start();
  await peer.open(compression === undefined ? {} : { compressions: ["gzip"] });
  return finish(endpoint, made);
}

interface Prepared {
  readonly peer: HandPeer;
  readonly clock: FakeClock;
  readonly records: RpcLogRecord[];
  readonly logger: RpcLogger;
}

function prepare(): Prepared {
  const records: RpcLogRecord[] = [];
  const logger = new RpcLogger("test", { level: "debug", sink: (record) => records.push(record) });
  return { peer: new HandPeer(), clock: new FakeClock(), records, logger };
}

function finish<Endpoint extends RpcEndpoint>(
  endpoint: Endpoint,
  { peer, clock, records }: Prepared,
): HandDriven<Endpoint> {
  const close = async (): Promise<void> => {
    await endpoint.close();
    await settle();
    assertEquals([endpoint.activeCalls, endpoint.transport.openStreams, clock.pending], [0, 0, 0]);
  };
  return { endpoint, peer, clock, records, close };
}

/** One end of a pair of sockets that speaks in frames. */
export class HandPeer {
  /** The socket for the transport under test. */
  readonly socket: FakeSocket;
  readonly #own: FakeSocket;
  readonly #received: RpcFrame[] = [];
  readonly #encoder: FrameEncoder = nativeWire.createEncoder(DEFAULT_LIMITS);
  readonly #decoder: FrameDecoder = nativeWire.createDecoder(DEFAULT_LIMITS);

  constructor() {
    const [own, socket] = FakeSocket.pair();
    this.#own = own;
    this.socket = socket;
    const acks = new BatchAcks({
      clock: new FakeClock(),
      sendAck: (batches) => own.send(encodeBatch(this.#encoder, [{ kind: "ack", batches }])),
    });
    own.addEventListener("message", ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      for (const frame of decodeBatch(this.#decoder, new Uint8Array(data))) {
        acks.onFrame(frame);
        if (frame.kind !== "hello" && frame.kind !== "ack") this.#received.push(frame);
      }
      acks.onBatch(data.byteLength);
    });
  }

  /** Opens both ends and says hello. */
  async open(hello: Partial<HelloFrame> = {}): Promise<void> {
    const { maxMessageBytes, maxMetadataBytes, maxStreams } = DEFAULT_LIMITS;
    this.#own.open();
    this.socket.open();
    await this.send(helloFrame({ maxMessageBytes, maxMetadataBytes, maxStreams, ...hello }));
  }

  /** Sends frames in one message, if there are any, and lets the other side deal with them. */
  async send(...frames: RpcFrame[]): Promise<void> {
    if (frames.length > 0) this.#own.send(encodeBatch(this.#encoder, frames));
    for (let turn = 0; turn < 4; turn++) await settle();
  }

  /** Takes the frames that have come since it was last asked, but for the hello and acknowledgements. */
  take(): RpcFrame[] {
    return this.#received.splice(0);
  }

  /** Closes its end. */
  close(code: number, reason = ""): void {
    this.#own.close(code, reason);
  }

  /** Loses the connection, without a word. */
  lose(): void {
    this.#own.lose();
    this.socket.lose();
  }
}
