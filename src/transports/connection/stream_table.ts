import { IdMap } from "../../internal/id_map.ts";
import type { RpcTransportSide } from "../transport.ts";
import type { StreamState } from "./stream_state.ts";

/** What the table needs to know of a stream. */
export type TableStream = Pick<StreamState, "id" | "isLocal" | "unreadMessages">;

/**
 * The open streams of one connection, by id.
 *
 * Ids rise and are never reused, so the highest one seen tells a late frame from a wrong one, and
 * nothing has to be remembered of streams that ended.
 */
export class StreamTable<S extends TableStream = StreamState> {
  readonly #open: IdMap<S> = new IdMap();
  /** Those that ended with messages unread; undefined until there is one. */
  #unread: Map<number, S> | undefined;
  readonly #localParity: number;
  #local = 0;
  /** Streams that this side opened while the one of its that ended last was open. */
  openedMeanwhile = 0;
  /** The highest id that the peer opened. */
  highestPeerId = 0;
  /** The highest id that this side opened. */
  highestLocalId: number;

  constructor(options: { side: RpcTransportSide; highestLocalId: number }) {
    this.#localParity = options.side === "caller" ? 1 : 0;
    this.highestLocalId = options.highestLocalId;
  }

  /** Streams that this side opened. */
  get localStreams(): number {
    return this.#local;
  }

  /** Streams that the peer opened. */
  get peerStreams(): number {
    return this.#open.size - this.#local;
  }

  /** Whether no stream is open. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Streams that ended while messages of theirs were unread. */
  get unreadStreams(): number {
    return this.#unread?.size ?? 0;
  }

  /** The id of the next stream that this side opens. */
  get nextLocalId(): number {
    return this.highestLocalId === 0 ? 2 - this.#localParity : this.highestLocalId + 2;
  }

  /** Whether this side opens streams with such an id. */
  isLocalId(id: number): boolean {
    return id % 2 === this.#localParity;
  }

  /** The open stream with this id. */
  get(id: number): S | undefined {
    return this.#open.get(id);
  }

  /** The stream with this id, open or with unread messages. */
  getReadable(id: number): S | undefined {
    return this.#open.get(id) ?? this.#unread?.get(id);
  }

  /** Adds a stream. */
  add(stream: S): void {
    this.#open.set(stream.id, stream);
    if (stream.isLocal) {
      this.#local++;
      this.highestLocalId = stream.id;
    } else {
      this.highestPeerId = stream.id;
    }
  }

  /** Takes a stream out; it stays readable while messages of it are unread. False when it was out. */
  remove(stream: S): boolean {
    if (!this.#open.delete(stream.id)) return false;
    if (stream.isLocal) {
      this.#local--;
      this.openedMeanwhile = (this.highestLocalId - stream.id) / 2;
    }
    if (stream.unreadMessages > 0) (this.#unread ??= new Map()).set(stream.id, stream);
    return true;
  }

  /** Forgets a stream that ended and is read to its end. */
  forgetRead(stream: S): void {
    if (stream.unreadMessages === 0) this.#unread?.delete(stream.id);
  }

  /** Takes all streams out. */
  clear(): S[] {
    const streams = this.#open.values();
    this.#open.clear();
    this.#unread = undefined;
    this.#local = 0;
    return streams;
  }

  /** The open streams, oldest first. */
  [Symbol.iterator](): Iterator<S> {
    return this.#open.values()[Symbol.iterator]();
  }
}
