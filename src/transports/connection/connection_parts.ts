import type { RpcClock } from "../../internal/clock.ts";
import type { FrameDecoder, FrameEncoder, RpcWire } from "../../protocol/frame.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import type { RpcConnectionCompression } from "../compression.ts";
import { BatchAcks, type BatchAcksOptions } from "./batch_acks.ts";
import { BatchWriter } from "./batch_writer.ts";
import type { BatchWriterOwner } from "./batch_writer_options.ts";
import type { Channel } from "./channel.ts";
import type { ConnectionOptions, MessageSink } from "./connection_options.ts";
import { GoingAway, type GoingAwayOptions } from "./going_away.ts";
import { Inbound, type InboundOptions } from "./inbound.ts";
import { Outbound, type OutboundOptions } from "./outbound.ts";
import { createHello, initialPeer } from "./peer_settings.ts";
import { PingAnswers, type PingAnswersOptions } from "./ping_answers.ts";
import { ReceiveLedger, type ReceiveLedgerOwner } from "./receive_ledger.ts";
import { SendScheduler, type SendSchedulerOwner } from "./send_scheduler.ts";
import { StreamLifecycle, type StreamLifecycleOptions } from "./stream_lifecycle.ts";
import type { StreamState } from "./stream_state.ts";
import { StreamTable } from "./stream_table.ts";
import { WindowTuner } from "./window_tuner.ts";

/** Token of the pings that measure the path. */
export const PROBE_TOKEN = 1;

/** What each part finds here, and where each says what the others must know. */
type Joints =
  & InboundOptions
  & OutboundOptions
  & StreamLifecycleOptions
  & GoingAwayOptions
  & PingAnswersOptions
  & BatchAcksOptions
  & BatchWriterOwner
  & SendSchedulerOwner
  & ReceiveLedgerOwner;

/**
 * What a connection is made of, joined to each other: each part is given all of them, and looks at
 * those that it needs. What most connections never need is made when it is.
 */
export class ConnectionParts implements Joints {
  readonly wire: RpcWire;
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  readonly incoming: MessageSink;
  readonly compression: RpcConnectionCompression | undefined;
  readonly encoder: FrameEncoder;
  readonly decoder: FrameDecoder;
  readonly table: StreamTable;
  readonly writer: BatchWriter;
  readonly scheduler: SendScheduler;
  readonly lifecycle: StreamLifecycle;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  readonly acks: BatchAcks;
  readonly #connection: Pick<BatchWriterOwner, "onFailure">;
  #ledger: ReceiveLedger | undefined;
  #pings: PingAnswers | undefined;
  #goingAway: GoingAway | undefined;

  /** `connection` is told when the channel refused a batch. */
  constructor(
    channel: Channel,
    options: ConnectionOptions,
    connection: Pick<BatchWriterOwner, "onFailure">,
  ) {
    const { wire, limits } = options;
    this.#connection = connection;
    this.wire = wire;
    this.limits = limits;
    this.clock = options.clock;
    this.incoming = options.incoming;
    this.compression = wire.capabilities.hello ? options.compression?.begin(options) : undefined;
    this.encoder = wire.createEncoder(limits);
    this.decoder = wire.createDecoder(limits);
    this.table = new StreamTable(options);
    this.writer = new BatchWriter(channel, this);
    this.scheduler = new SendScheduler(this.writer, this);
    this.acks = new BatchAcks(this);
    this.lifecycle = new StreamLifecycle(this, initialPeer(wire, limits));
    this.inbound = new Inbound(this);
    this.outbound = new Outbound(this);
  }

  /** Counts what the peer may send; the messages of a unary call cost nothing. */
  get ledger(): ReceiveLedger {
    return this.#ledger ??= new ReceiveLedger(this);
  }

  /** Answers the pings of the peer. */
  get pings(): PingAnswers {
    return this.#pings ??= new PingAnswers(this);
  }

  /** Says that one of the sides takes no new streams. */
  get goingAway(): GoingAway {
    return this.#goingAway ??= new GoingAway(this);
  }

  /** Whether this side takes no new streams. */
  get isDraining(): boolean {
    return this.#goingAway?.isGoing ?? false;
  }

  /** Whether the peer takes no new streams. */
  get isPeerGoing(): boolean {
    return this.#goingAway?.isPeerGoing ?? false;
  }

  /** Writes the first frame, where the wire has one. */
  sayHello(): void {
    if (!this.wire.capabilities.hello) return;
    this.writer.write(createHello(this.wire, this.limits, this.compression));
  }

  onWritable(): void {
    this.scheduler.pump();
  }

  onFailure(error: unknown): void {
    this.#connection.onFailure(error);
  }

  onEnded(stream: StreamState): void {
    this.lifecycle.remove(stream);
  }

  sendAck(batches: number): void {
    this.writer.write({ kind: "ack", batches });
  }

  sendCredit(streamId: number, bytes: number, messages: number): void {
    this.writer.write({ kind: "credit", streamId, bytes, messages });
  }

  makeRoom(error: RpcError): void {
    this.lifecycle.failUnplaced(error);
  }

  createTuner(): WindowTuner {
    const { limits, wire } = this;
    // A reader that stops must leave enough of the connection's window to all others.
    const most = Math.min(limits.maxStreamWindowBytes, limits.connectionWindowBytes / 2);
    return new WindowTuner({
      windowBytes: limits.streamWindowBytes,
      windowMessages: limits.streamWindowMessages,
      maxWindowBytes: wire.capabilities.ping ? most : limits.streamWindowBytes,
      clock: this.clock,
      probe: () => this.writer.write({ kind: "ping", token: PROBE_TOKEN }),
    });
  }
}
