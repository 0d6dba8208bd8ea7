import type { RpcTimer } from "../../internal/clock.ts";
import { CLOSE_PROTOCOL_ERROR } from "../../protocol/close_code.ts";
import { FrameError } from "../../protocol/frame_error.ts";
import type { FrameDecoder, HelloFrame, RpcFrame } from "../../protocol/frame.ts";
import type { RpcMetadata } from "../../protocol/metadata.ts";
import { RpcStatus } from "../../protocol/status.ts";
import type { RpcStreamEnd, RpcStreamOpening } from "../transport.ts";
import { BatchWriter } from "./batch_writer.ts";
import type { Channel } from "./channel.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { GoingAway } from "./going_away.ts";
import { Inbound, notExecuted } from "./inbound.ts";
import {
  type ConnectionLoss,
  errorFromLoss,
  lossByProtocol,
  lossByTimeout,
  lossFromClose,
  lossFromFault,
} from "./loss.ts";
import { Outbound } from "./outbound.ts";
import { createHello, initialPeer } from "./peer_settings.ts";
import { PingAnswers } from "./ping_answers.ts";
import { ReceiveLedger } from "./receive_ledger.ts";
import { SendScheduler } from "./send_scheduler.ts";
import { StreamLifecycle } from "./stream_lifecycle.ts";
import { StreamTable } from "./stream_table.ts";
import { WindowTuner } from "./window_tuner.ts";

/** Token of the pings that measure the path. */
const PROBE_TOKEN = 1;

type ConnectionState =
  /** The socket is opening, or the peer has not said hello. Frames may be written already. */
  | { readonly kind: "opening"; readonly timer: RpcTimer }
  | { readonly kind: "ready" }
  | { readonly kind: "ended"; readonly loss: ConnectionLoss };

/**
 * One socket's worth of streams: frames in one direction, messages in the other.
 *
 * It is born with its channel and ends with it; a transport that reconnects makes a new one. All
 * inbound work is done synchronously, in the channel's message event.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #channel: Channel;
  readonly #writer: BatchWriter;
  readonly #scheduler: SendScheduler;
  readonly #ledger: ReceiveLedger;
  readonly #tuner: WindowTuner;
  readonly #table: StreamTable;
  readonly #lifecycle: StreamLifecycle;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #pings: PingAnswers;
  readonly #goingAway: GoingAway;
  readonly #decoder: FrameDecoder;
  #state: ConnectionState;

  constructor(channel: Channel, options: ConnectionOptions) {
    const { wire, limits, clock } = options;
    const initial = initialPeer(wire, limits);
    this.#options = options;
    this.#channel = channel;
    this.#decoder = wire.createDecoder(limits);
    this.#table = new StreamTable(options);
    this.#writer = new BatchWriter(channel, {
      encoder: wire.createEncoder(limits),
      clock,
      batches: wire.capabilities.batches,
      maxQueuedBytes: limits.maxQueuedBytes,
      onWritable: () => this.#scheduler.pump(),
      onFailure: (error) => this.#fail(error),
    });
    this.#scheduler = new SendScheduler(this.#writer, {
      maxFragmentBytes: wire.maxFragmentBytes,
      connectionBytes: initial.connectionWindowBytes,
      onEnded: (stream) => this.#lifecycle.remove(stream),
    });
    this.#tuner = new WindowTuner({
      windowBytes: limits.streamWindowBytes,
      windowMessages: limits.streamWindowMessages,
      maxWindowBytes: limits.maxStreamWindowBytes,
      clock,
      probe: () => this.#writer.write({ kind: "ping", token: PROBE_TOKEN }),
    });
    this.#ledger = new ReceiveLedger(limits, {
      tuner: wire.capabilities.ping ? this.#tuner : undefined,
      windowBytes: Math.max(limits.connectionWindowBytes, initial.connectionWindowBytes),
      sendCredit: (streamId, bytes, messages) =>
        this.#writer.write({ kind: "credit", streamId, bytes, messages }),
    });
    const parts = {
      limits,
      wire,
      table: this.#table,
      writer: this.#writer,
      scheduler: this.#scheduler,
      ledger: this.#ledger,
      deliver: options.onMessage,
      clock,
      isDraining: () => this.#goingAway.isGoing,
      countUnheard: options.countUnheard ?? (() => 0),
    };
    this.#lifecycle = new StreamLifecycle(parts, initial);
    this.#pings = new PingAnswers(this.#writer, parts);
    this.#goingAway = new GoingAway({ ...parts, lifecycle: this.#lifecycle });
    this.#inbound = new Inbound({ ...parts, lifecycle: this.#lifecycle });
    this.#outbound = new Outbound({ ...parts, lifecycle: this.#lifecycle });
    const timer = clock.setTimer(() => this.#timeOut(), limits.connectTimeoutMs);
    this.#state = { kind: "opening", timer };
    if (wire.capabilities.hello) this.#writer.write(createHello(wire, limits));
    this.#listen();
  }

  /** Why the connection ended; undefined while it has not. */
  get loss(): ConnectionLoss | undefined {
    return this.#state.kind === "ended" ? this.#state.loss : undefined;
  }

  /** Whether the peer has said hello and the connection has not ended. */
  get isReady(): boolean {
    return this.#state.kind === "ready";
  }

  /** The highest id of a stream that this side opened, on this connection or earlier ones. */
  get highestLocalId(): number {
    return this.#table.highestLocalId;
  }

  /** Streams open in both directions, and those that ended with messages unread. */
  get openStreams(): number {
    return this.#table.localStreams + this.#table.peerStreams + this.#table.unreadStreams;
  }

  /** Counters for health and diagnostics. */
  stats(): Readonly<Record<string, number>> {
    return {
      localStreams: this.#table.localStreams,
      peerStreams: this.#table.peerStreams,
      queuedBytes: this.#outbound.queuedBytes,
      batchesSent: this.#writer.batches,
      framesSent: this.#writer.frames,
      bytesSent: this.#writer.bytes,
    };
  }

  /** Opens a stream; see `IRpcTransport.openStream`. */
  openStream(opening: RpcStreamOpening): number {
    if (this.#state.kind === "ended") throw errorFromLoss(this.#state.loss, false);
    if (this.#goingAway.isPeerGoing) throw notExecuted("UNAVAILABLE", "Peer is going away");
    const streamId = this.#outbound.openStream(opening);
    // The opening may have been what the socket could not take: nobody else tells its call.
    const { loss } = this;
    if (loss !== undefined) throw errorFromLoss(loss, true);
    return streamId;
  }

  /** Sends a message; see `IRpcTransport.sendMessage`. */
  sendMessage(streamId: number, message: Uint8Array): Promise<void> | undefined {
    return this.#outbound.sendMessage(streamId, message);
  }

  /** Sends response headers; see `IRpcTransport.sendHeaders`. */
  sendHeaders(streamId: number, headers: RpcMetadata): void {
    this.#outbound.sendHeaders(streamId, headers);
  }

  /** Half-closes; see `IRpcTransport.finishSending`. */
  finishSending(streamId: number): void {
    this.#outbound.finishSending(streamId);
  }

  /** Ends a stream that the peer opened; see `IRpcTransport.endStream`. */
  endStream(streamId: number, end: RpcStreamEnd): void {
    this.#outbound.endStream(streamId, end);
  }

  /** Gives up a stream; see `IRpcTransport.cancelStream`. */
  cancelStream(streamId: number, code: number, reason: string): void {
    this.#outbound.cancelStream(streamId, code, reason);
  }

  /** Pays for a consumed message; see `IRpcTransport.releaseMessage`. */
  releaseMessage(streamId: number, bytes: number): void {
    const stream = this.#table.getReadable(streamId);
    if (stream === undefined) return;
    this.#ledger.release(stream, bytes);
    this.#table.forgetRead(stream);
  }

  /** Tells the peer that no new streams are accepted; those that are open go on. */
  goAway(reason: string): void {
    this.#goingAway.start(reason);
  }

  /** Sends what waits in the batch, closes the channel and ends all streams with `loss`. */
  close(loss: ConnectionLoss): void {
    this.#end(loss);
  }

  #listen(): void {
    let hasSeenText = false;
    this.#channel.listen({
      onOpen: () => this.#open(),
      onMessage: (batch) => this.#receive(batch),
      onText: () => {
        // Said once, as a peer can send any number of them.
        if (!hasSeenText) this.#options.logger.warn("Ignored a text message");
        hasSeenText = true;
      },
      onDrain: () => this.#writer.checkDrained(),
      onClose: (close) => this.#end(lossFromClose(close)),
    });
  }

  #open(): void {
    const { protocol } = this.#channel;
    if (!this.#options.protocols.includes(protocol)) {
      this.#writer.end();
      return this.#end(lossByProtocol(protocol, this.#options.wire.protocol));
    }
    this.#writer.flush();
    if (!this.#options.wire.capabilities.hello) this.#ready();
    this.#scheduler.pump();
  }

  #ready(): void {
    if (this.#state.kind !== "opening") return;
    this.#options.clock.clearTimer(this.#state.timer);
    this.#state = { kind: "ready" };
    this.#options.onReady();
  }

  #receive(batch: Uint8Array): void {
    if (this.#state.kind === "ended") return;
    try {
      this.#decoder.decode(batch, this.#onFrame);
      // A peer that sends has mostly read as well, and not every socket tells that it has drained.
      this.#writer.checkDrained();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #onFrame = (frame: RpcFrame): void => {
    if (this.#state.kind === "ended") return;
    if (this.#options.wire.capabilities.hello) this.#checkOrder(frame);
    switch (frame.kind) {
      case "hello":
        return this.#hello(frame);
      case "ping":
        return this.#pings.answer(frame.token);
      case "pong":
        return frame.token === PROBE_TOKEN ? this.#tuner.onAnswer() : undefined;
      case "ack":
        return;
      case "goaway":
        return this.#goingAway.receive(frame);
      default:
        return this.#inbound.receive(frame);
    }
  };

  /** Each side says hello once, before anything else (PROTOCOL.md, "HELLO"). */
  #checkOrder(frame: RpcFrame): void {
    const isFirst = this.#state.kind === "opening";
    if (isFirst === (frame.kind === "hello")) return;
    const text = isFirst ? `First frame is ${frame.kind}, expected hello` : "Second hello frame";
    throw new FrameError(text, RpcStatus.INTERNAL, CLOSE_PROTOCOL_ERROR);
  }

  #hello(frame: HelloFrame): void {
    this.#lifecycle.setPeer(frame);
    this.#ready();
  }

  #timeOut(): void {
    this.#end(lossByTimeout(this.#options.limits.connectTimeoutMs));
  }

  #fail(error: unknown): void {
    if (this.#state.kind === "ended") return;
    this.#options.logger.warn("Connection failed", { error: String(error) });
    this.#end(lossFromFault(error));
  }

  #end(loss: ConnectionLoss): void {
    // Sending what waits may fail and end the connection already.
    if (this.#state.kind !== "ended") this.#writer.flush();
    if (this.#state.kind === "ended") return;
    if (this.#state.kind === "opening") this.#options.clock.clearTimer(this.#state.timer);
    const batchesSent = this.#writer.batches;
    this.#state = { kind: "ended", loss };
    this.#writer.end();
    this.#channel.close(loss.closeCode, loss.text);
    this.#lifecycle.failAll(loss, batchesSent);
    this.#options.onEnded(loss);
  }
}
