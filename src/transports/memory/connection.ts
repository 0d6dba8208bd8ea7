import type { RpcClock } from "../../internal/clock.ts";
import type { RpcLimits } from "../../protocol/limits.ts";
import type { RpcMetadata } from "../../protocol/metadata.ts";
import { validateMetadata } from "../../protocol/metadata_rules.ts";
import { isMethodPath } from "../../protocol/method_path.ts";
import { createPathError } from "../../protocol/native/method_path_reader.ts";
import { RpcStatus } from "../../protocol/status.ts";
import { notExecuted } from "../connection/inbound.ts";
import type { ConnectionLoss } from "../connection/loss.ts";
import { streamEndedError } from "../connection/end_reason.ts";
import type { RpcMessageListener } from "../message.ts";
import type { RpcStreamEnd, RpcStreamOpening, RpcTransportSide } from "../transport.ts";
import { MemoryInbound } from "./inbound.ts";
import { isMessageCarrier, type MessageCarrier, withoutMessage } from "./lost_message.ts";
import { MemoryOutbox } from "./outbox.ts";
import { type MemoryFrame, MemoryPipe } from "./pipe.ts";
import type { MemoryStream } from "./stream.ts";
import { MemoryStreams } from "./streams.ts";

/** What one end of a connection in memory is made of. */
export interface MemoryConnectionOptions {
  readonly side: RpcTransportSide;
  readonly limits: RpcLimits;
  readonly clock: RpcClock;
  readonly latencyMs: number;
  /** Whether the message in a frame that is sent gets lost. */
  readonly isLost: (frame: MessageCarrier) => boolean;
  /** The highest stream id that this side used on earlier connections; 0 for none. */
  readonly highestLocalId: number;
  /** Takes what is meant for the layers above. */
  readonly onMessage: RpcMessageListener;
  /** Called once, when the connection has ended and all its streams have been told. */
  readonly onEnded: (loss: ConnectionLoss) => void;
}

/** How a connection ends, as each end is told. */
export interface MemoryConnectionEnd {
  readonly near: ConnectionLoss;
  readonly far: ConnectionLoss;
  /** What is under way to the other end arrives before it is told; otherwise it is lost. */
  readonly isOrderly: boolean;
}

/** One end of a connection in memory, with its streams. */
export class MemoryConnection {
  readonly #options: MemoryConnectionOptions;
  readonly #pipe: MemoryPipe;
  readonly #outbox: MemoryOutbox;
  readonly #streams: MemoryStreams;
  readonly #inbound: MemoryInbound;
  #peer: MemoryConnection | undefined;
  #isEnded = false;
  #isPeerGoing = false;
  #isDraining = false;

  constructor(options: MemoryConnectionOptions) {
    this.#options = options;
    const { clock, latencyMs } = options;
    const deliver = (frame: MemoryFrame): void => this.#peer?.receive(frame);
    this.#pipe = new MemoryPipe({ clock, latencyMs, deliver });
    this.#outbox = new MemoryOutbox({
      send: (frame) => this.#send(frame),
      onEnded: (stream) => this.#streams.remove(stream),
    });
    const parts = { ...options, pipe: this.#pipe, outbox: this.#outbox };
    this.#streams = new MemoryStreams(parts);
    this.#inbound = new MemoryInbound({
      ...parts,
      streams: this.#streams,
      isDraining: () => this.#isDraining,
    });
  }

  /** Makes this end and the other one a connection. */
  join(peer: MemoryConnection): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  /** The highest id of a stream that this side opened, on this connection or earlier ones. */
  get highestLocalId(): number {
    return this.#streams.table.highestLocalId;
  }

  /** Streams open in both directions, and those that ended with messages unread. */
  get openStreams(): number {
    const { localStreams, peerStreams, unreadStreams } = this.#streams.table;
    return localStreams + peerStreams + unreadStreams;
  }

  /** Counters for health and diagnostics. */
  stats(): Readonly<Record<string, number>> {
    const { localStreams, peerStreams } = this.#streams.table;
    const queuedMessages = this.#outbox.waitingMessages;
    return { localStreams, peerStreams, queuedMessages, framesSent: this.#pipe.sent };
  }

  /** Opens a stream; see `IRpcTransport.openStream`. */
  openStream(opening: RpcStreamOpening): number {
    const { limits } = this.#options;
    const { table } = this.#streams;
    if (this.#isPeerGoing) throw notExecuted("UNAVAILABLE", "Peer is going away");
    if (table.localStreams >= limits.maxStreams) {
      const text = `Too many concurrent streams (max: ${limits.maxStreams})`;
      throw notExecuted("RESOURCE_EXHAUSTED", text);
    }
    if (!isMethodPath(opening.path, limits.maxPathBytes)) {
      throw createPathError(limits, opening.path.length);
    }
    validateMetadata(opening.headers, limits);
    const { path, timeoutMs, headers, message, end } = opening;
    const streamId = table.nextLocalId;
    const stream = this.#streams.add(streamId, true);
    stream.isSendEnded = end;
    if (message !== undefined) stream.sentMessages = 1;
    const rest = { more: false, compressed: false, end, fault: undefined };
    this.#send({ kind: "open", streamId, path, timeoutMs, headers, message, ...rest });
    return streamId;
  }

  /** Sends a message; see `IRpcTransport.sendMessage`. */
  sendMessage(streamId: number, message: unknown): Promise<void> | undefined {
    return this.#outbox.sendMessage(this.#sendable(streamId), message);
  }

  /** Sends response headers; see `IRpcTransport.sendHeaders`. */
  sendHeaders(streamId: number, headers: RpcMetadata): void {
    const stream = this.#sendable(streamId);
    validateMetadata(headers, this.#options.limits);
    this.#outbox.enqueue(stream, { kind: "headers", streamId, headers, fault: undefined });
  }

  /** Half-closes; see `IRpcTransport.finishSending`. */
  finishSending(streamId: number): void {
    const stream = this.#sendable(streamId);
    stream.isSendEnded = true;
    const messages = stream.sentMessages;
    this.#outbox.enqueue(stream, { kind: "halfClose", streamId, messages });
  }

  /** Ends a stream that the peer opened; see `IRpcTransport.endStream`. */
  endStream(streamId: number, end: RpcStreamEnd): void {
    const { limits } = this.#options;
    const stream = this.#sendable(streamId);
    validateMetadata(end.trailers, limits);
    if (end.headers !== undefined) validateMetadata(end.headers, limits);
    if (end.code !== RpcStatus.OK) this.#outbox.drop(stream, streamEndedError);
    const { code, text, details, maybeExecuted, headers, trailers, message } = end;
    if (message !== undefined) stream.sentMessages++;
    stream.isSendEnded = true;
    this.#outbox.enqueue(stream, {
      kind: "status",
      streamId,
      code,
      text,
      details,
      maybeExecuted,
      headers,
      trailers,
      message,
      compressed: false,
      messages: stream.sentMessages,
      fault: undefined,
    });
  }

  /** Gives up a stream; see `IRpcTransport.cancelStream`. */
  cancelStream(streamId: number, code: number, reason: string): void {
    const stream = this.#streams.table.get(streamId);
    if (stream === undefined || !stream.isLocal) return;
    this.#streams.remove(stream);
    this.#send({ kind: "cancel", streamId, code, reason });
  }

  /** Pays for a consumed message; see `IRpcTransport.releaseMessage`. */
  releaseMessage(streamId: number): void {
    const { table } = this.#streams;
    const stream = table.getReadable(streamId);
    if (stream === undefined || stream.unreadMessages === 0) return;
    stream.unreadMessages--;
    this.#streams.owe(stream);
    table.forgetRead(stream);
  }

  /** Tells the peer that no new streams are accepted; those that are open go on. */
  goAway(reason: string): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const lastStreamId = this.#streams.table.highestPeerId;
    this.#send({ kind: "goaway", lastStreamId, code: RpcStatus.UNAVAILABLE, reason });
  }

  /** Takes a frame of the peer. */
  receive(frame: MemoryFrame): void {
    if (frame.kind !== "goaway") return this.#inbound.receive(frame);
    this.#isPeerGoing = true;
    const text = frame.reason === "" ? "Peer is going away" : frame.reason;
    this.#streams.failAbove(frame.lastStreamId, notExecuted("UNAVAILABLE", text));
  }

  /**
   * Ends the connection: this end at once, the other one before the turn is over.
   *
   * @returns Settles when the other end has been told
   */
  end(end: MemoryConnectionEnd): Promise<void> {
    const peer = this.#peer;
    return new Promise((resolve) => {
      const tell = (): void => {
        if (peer !== undefined) peer.#end(end.far);
        resolve();
      };
      if (end.isOrderly) this.#pipe.finish(tell);
      else {
        this.#pipe.cut();
        queueMicrotask(tell);
      }
      this.#end(end.near);
    });
  }

  #end(loss: ConnectionLoss): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    // Nothing reaches this end any more.
    if (this.#peer !== undefined) this.#peer.#pipe.cut();
    this.#streams.failAll(loss);
    this.#options.onEnded(loss);
  }

  #send(frame: MemoryFrame): void {
    if (!isMessageCarrier(frame) || !this.#options.isLost(frame)) return this.#pipe.push(frame);
    for (const rest of withoutMessage(frame)) this.#pipe.push(rest);
  }

  #sendable(streamId: number): MemoryStream {
    const stream = this.#streams.table.get(streamId);
    if (stream === undefined || stream.isSendEnded) throw streamEndedError(streamId);
    return stream;
  }
}
