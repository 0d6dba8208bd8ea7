import type { RpcTimer } from "../../internal/clock.ts";
import { textOf } from "../../internal/thrown.ts";
import { framingError } from "../../protocol/frame_error.ts";
import type { FrameSink, HelloFrame, RpcFrame } from "../../protocol/frame.ts";
import type { RpcLogger } from "../../logger.ts";
import type { RpcStreamOpening } from "../transport.ts";
import { BatchReader } from "./batch_reader.ts";
import type { Channel, ChannelClose, ChannelListener } from "./channel.ts";
import type { ConnectionOptions, ConnectionOwner } from "./connection_options.ts";
import { ConnectionParts, PROBE_TOKEN } from "./connection_parts.ts";
import { notExecuted } from "./inbound.ts";
import type { Outbound } from "./outbound.ts";
import {
  type ConnectionLoss,
  errorFromLoss,
  lossByProtocol,
  lossBySending,
  lossByTimeout,
  lossFromClose,
  lossFromFault,
} from "./loss.ts";

type ConnectionState =
  /** The socket is opening, or the peer has not said hello. Frames may be written already. */
  | { readonly kind: "opening"; readonly timer: RpcTimer }
  | { readonly kind: "ready" }
  | { readonly kind: "ended"; readonly loss: ConnectionLoss };

const READY: ConnectionState = /* @__PURE__ */ Object.freeze({ kind: "ready" });

/**
 * One socket's worth of streams: frames in one direction, messages in the other.
 *
 * It is born with its channel and ends with it; a transport that reconnects makes a new one. All
 * inbound work is done synchronously, in the channel's message event.
 */
export class Connection implements ChannelListener, FrameSink {
  readonly #logger: RpcLogger;
  readonly #mustTellProtocol: boolean;
  readonly #owner: ConnectionOwner;
  readonly #channel: Channel;
  readonly #parts: ConnectionParts;
  readonly #reader: BatchReader;
  #state: ConnectionState;
  #hasSeenText = false;

  constructor(channel: Channel, options: ConnectionOptions) {
    const { limits, clock } = options;
    this.#logger = options.logger;
    this.#mustTellProtocol = options.mustTellProtocol;
    this.#owner = options.owner;
    this.#channel = channel;
    this.#parts = new ConnectionParts(channel, options, this);
    this.#reader = new BatchReader(this.#parts.decoder, this);
    const timer = clock.setTimer(() => this.#timeOut(), limits.connectTimeoutMs);
    this.#state = { kind: "opening", timer };
    this.#parts.sayHello();
    channel.listen(this);
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
    return this.#parts.table.highestLocalId;
  }

  /** Streams open in both directions, and those that ended with messages unread. */
  get openStreams(): number {
    return this.#parts.table.localStreams + this.#parts.table.peerStreams +
      this.#parts.table.unreadStreams;
  }

  /** Counters for health and diagnostics. */
  stats(): Readonly<Record<string, number>> {
    return {
      localStreams: this.#parts.table.localStreams,
      peerStreams: this.#parts.table.peerStreams,
      queuedBytes: this.#parts.outbound.queuedBytes,
      batchesSent: this.#parts.writer.batches,
      framesSent: this.#parts.writer.frames,
      bytesSent: this.#parts.writer.bytes,
    };
  }

  /** Opens a stream; see `IRpcTransport.openStream`. */
  openStream(opening: RpcStreamOpening): number {
    if (this.#state.kind === "ended") throw errorFromLoss(this.#state.loss, false);
    if (this.#parts.isPeerGoing) throw notExecuted("UNAVAILABLE", "Peer is going away");
    const streamId = this.#parts.outbound.openStream(opening);
    // The opening may have been what the socket could not take: nobody else tells its call.
    const { loss } = this;
    if (loss !== undefined) throw errorFromLoss(loss, true);
    return streamId;
  }

  /** Sends on streams that are open. */
  get outbound(): Outbound {
    return this.#parts.outbound;
  }

  /** Pays for a consumed message; see `IRpcTransport.releaseMessage`. */
  releaseMessage(streamId: number, bytes: number): void {
    const stream = this.#parts.table.getReadable(streamId);
    if (stream === undefined) return;
    this.#parts.ledger.release(stream, bytes);
    this.#parts.table.forgetRead(stream);
  }

  /** Tells the peer that no new streams are accepted; those that are open go on. */
  goAway(reason: string): void {
    this.#parts.goingAway.start(reason);
  }

  /** Sends what waits in the batch, closes the channel and ends all streams with `loss`. */
  close(loss: ConnectionLoss): void {
    this.#end(loss);
  }

  /** Ends the connection, because the channel refused a batch. */
  onFailure(error: unknown): void {
    this.#fail(error, lossBySending(error));
  }

  onOpen(): void {
    const { protocol } = this.#channel;
    const { wire } = this.#parts;
    if (protocol !== wire.protocol && (this.#mustTellProtocol || protocol !== "")) {
      this.#parts.writer.end();
      return this.#end(lossByProtocol(protocol, wire.protocol));
    }
    this.#parts.writer.flush();
    if (!this.#parts.wire.capabilities.hello) this.#ready();
    this.#parts.scheduler.pump();
  }

  onText(): void {
    // Said once, as a peer can send any number of them.
    if (!this.#hasSeenText) this.#logger.warn("Ignored a text message");
    this.#hasSeenText = true;
  }

  onDrain(): void {
    this.#parts.writer.checkDrained();
  }

  onClose(close: ChannelClose): void {
    this.#end(lossFromClose(close));
    this.#owner.onConnectionEvent({ kind: "channelClosed" }, this.#channel);
  }

  #ready(): void {
    if (this.#state.kind !== "opening") return;
    this.#parts.clock.clearTimer(this.#state.timer);
    this.#state = READY;
    this.#owner.onConnectionEvent({ kind: "ready" }, this.#channel);
  }

  onMessage(message: Uint8Array): void {
    if (this.#state.kind === "ended") return;
    const { writer, table } = this.#parts;
    const before = table.highestPeerId;
    try {
      writer.size.onBatch(message.length, table.openedMeanwhile);
      const bytes = this.#reader.read(message);
      if (this.#parts.wire.capabilities.acks) this.#parts.acks.onBatch(bytes);
      // With all calls answered nothing comes to the answers.
      if (table.isEmpty && table.highestPeerId > before) writer.flush();
      // A peer that sends has mostly read as well, and not every socket tells that it has drained.
      writer.checkDrained();
    } catch (error) {
      this.#fail(error);
    }
  }

  onFrame(frame: RpcFrame): void {
    if (this.#state !== READY) {
      if (this.#state.kind === "ended") return;
      if (this.#parts.wire.capabilities.hello) checkFirst(frame);
    }
    this.#parts.acks.onFrame(frame);
    switch (frame.kind) {
      case "hello":
        return this.#hello(frame);
      case "ping":
        return this.#parts.pings.answer(frame.token);
      case "pong":
        return frame.token === PROBE_TOKEN ? this.#parts.ledger.onProbeAnswer() : undefined;
      case "ack":
        return this.#ack(frame.batches);
      case "prompt":
        return this.#parts.acks.prompt(frame.answers);
      case "piece":
        this.#reader.addPiece(frame);
        this.#parts.writer.size.onPiece();
        return this.#parts.acks.prompt(1);
      case "goaway":
        return this.#parts.goingAway.receive(frame);
      default:
        return this.#parts.inbound.receive(frame);
    }
  }

  #ack(batches: number): void {
    if (this.#parts.writer.onAck(batches)) return;
    throw framingError(`Peer acknowledges ${batches} batches, more than were sent`);
  }

  #hello(frame: HelloFrame): void {
    if (this.#state === READY) throw framingError("Second hello frame");
    this.#parts.lifecycle.setPeer(frame);
    this.#ready();
  }

  #timeOut(): void {
    this.#end(lossByTimeout(this.#parts.limits.connectTimeoutMs));
  }

  #fail(error: unknown, loss = lossFromFault(error)): void {
    if (this.#state.kind === "ended") return;
    this.#logger.warn("Connection failed", { error: textOf(error) });
    this.#end(loss);
  }

  #end(loss: ConnectionLoss): void {
    // Sending what waits may fail and end the connection already.
    if (this.#state.kind !== "ended") this.#parts.writer.flush();
    if (this.#state.kind === "ended") return;
    if (this.#state.kind === "opening") this.#parts.clock.clearTimer(this.#state.timer);
    const batchesSent = this.#parts.writer.batches;
    this.#state = { kind: "ended", loss };
    this.#parts.writer.end();
    this.#reader.end();
    this.#parts.acks.end();
    this.#channel.close(loss.closeCode, loss.text);
    this.#parts.lifecycle.failAll(loss, batchesSent);
    this.#owner.onConnectionEvent({ kind: "ended", loss }, this.#channel);
  }
}

/** Each side says hello once, before anything else (PROTOCOL.md, "HELLO"). */
function checkFirst({ kind }: RpcFrame): void {
  if (kind === "hello" || kind === "prompt" || kind === "piece") return;
  throw framingError(`First frame is ${kind}, expected hello`);
}
