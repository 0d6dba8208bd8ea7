import {
  RpcCallerEndpoint,
  type RpcCallOptions,
  type RpcClient,
  RpcWebSocketCallerTransport,
} from "../../../mod.ts";
import {
  Chat,
  type Draft,
  type FileHead,
  MEMBER_HEADER,
  type RoomEvent,
  type RoomInfo,
  type UploadSummary,
} from "../contract.ts";

/** How the connection is doing. */
export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected"; readonly roundTripMs: number }
  | { readonly kind: "lost"; readonly retryInMs: number };

/** Where news go. */
export interface ChatListener {
  onConnection(state: ConnectionState): void;
  onRooms(rooms: readonly RoomInfo[]): void;
  onEvent(event: RoomEvent): void;
  onDraft(draft: Draft): void;
}

const PING_EVERY_MS = 2000;
const PING_LIMIT_MS = 5000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;
const PIECE_BYTES = 64 * 1024;

/** One stay in one room: ends when its signal aborts. */
interface Visit {
  readonly room: string;
  readonly name: string;
  readonly controller: AbortController;
}

/** The chat as the page uses it: one connection, which it keeps up, and one room at a time. */
export class ChatClient {
  readonly #listener: ChatListener;
  readonly #caller: RpcCallerEndpoint;
  readonly #chat: RpcClient<typeof Chat>;
  #visit: Visit | undefined;
  #key = "";
  #draft = "";
  #draftChanged = (): void => {};
  #retryMs = FIRST_RETRY_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string | URL, listener: ChatListener) {
    this.#listener = listener;
    const transport = RpcWebSocketCallerTransport.connect(url, {
      onConnectionLost: () => this.#lost(),
    });
    this.#caller = new RpcCallerEndpoint({ transport });
    this.#chat = this.#caller.client(Chat);
    listener.onConnection({ kind: "connecting" });
    void this.#begin();
    setInterval(() => void this.#ping(), PING_EVERY_MS);
  }

  /** Enters a room, and leaves the one before. */
  enter(room: string, name: string): void {
    this.#visit?.controller.abort();
    const visit: Visit = { room, name, controller: new AbortController() };
    this.#visit = visit;
    void this.#stay(visit);
  }

  /** Says something. */
  async send(text: string): Promise<void> {
    await this.#chat.send({ text }, this.#asMember({ timeoutMs: 10_000 }));
  }

  /** Shows the others what is being written; a newer text replaces one that has not left yet. */
  draft(text: string): void {
    this.#draft = text;
    this.#draftChanged();
  }

  /** Shares a file; `onProgress` gets how much of it has left, from 0 to 1. */
  upload(
    file: File,
    options: { signal: AbortSignal; onProgress: (share: number) => void },
  ): Promise<UploadSummary> {
    async function* parts(): AsyncGenerator<FileHead | Uint8Array> {
      yield { name: file.name, type: file.type };
      for (let at = 0; at < file.size; at += PIECE_BYTES) {
        yield new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
        options.onProgress(Math.min(1, (at + PIECE_BYTES) / file.size));
      }
    }
    return this.#chat.upload(parts(), this.#asMember({ signal: options.signal }));
  }

  /** The bytes of a file. */
  async download(id: string, type: string): Promise<Blob> {
    const pieces: BlobPart[] = [];
    for await (const piece of this.#chat.download({ id })) pieces.push(new Uint8Array(piece));
    return new Blob(pieces, { type });
  }

  /** Connects again, at once; enters the room again when that works. */
  async reconnect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#listener.onConnection({ kind: "connecting" });
    if (!this.#caller.health().isHealthy) await this.#caller.reconnect();
    if (this.#caller.health().isHealthy) return await this.#begin();
    this.#lost();
  }

  /** What every connection begins with. */
  async #begin(): Promise<void> {
    void this.#watchRooms();
    if (this.#visit !== undefined) this.enter(this.#visit.room, this.#visit.name);
    await this.#ping();
  }

  #lost(): void {
    clearTimeout(this.#retry);
    this.#listener.onConnection({ kind: "lost", retryInMs: this.#retryMs });
    this.#retry = setTimeout(
      () => void this.reconnect(),
      this.#retryMs * (0.75 + Math.random() / 2),
    );
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  async #ping(): Promise<void> {
    try {
      const { roundTripMs } = await this.#caller.ping({ timeoutMs: PING_LIMIT_MS });
      this.#retryMs = FIRST_RETRY_MS;
      this.#listener.onConnection({ kind: "connected", roundTripMs });
    } catch {
      // A connection that is gone has been reported; one that is slow is asked again.
    }
  }

  async #watchRooms(): Promise<void> {
    try {
      for await (const rooms of this.#chat.rooms(null)) this.#listener.onRooms(rooms);
    } catch {
      // The connection is gone: the next one begins with this again.
    }
  }

  async #stay({ room, name, controller: { signal } }: Visit): Promise<void> {
    try {
      for await (const event of this.#chat.join({ room, name }, { signal })) {
        if (event.kind === "welcome") {
          this.#key = event.key;
          void this.#talk(signal);
        }
        this.#listener.onEvent(event);
      }
    } catch {
      // The room was left, or the connection is gone, which has been reported.
    }
  }

  async #talk(signal: AbortSignal): Promise<void> {
    try {
      const drafts = this.#chat.talk(this.#drafts(signal), this.#asMember({ signal }));
      for await (const draft of drafts) this.#listener.onDraft(draft);
    } catch {
      // It ends with the stay in the room.
    }
  }

  async *#drafts(signal: AbortSignal): AsyncGenerator<string> {
    let sent = "";
    while (!signal.aborted) {
      if (this.#draft !== sent) yield sent = this.#draft;
      else await new Promise<void>((resolve) => this.#draftChanged = resolve);
    }
  }

  #asMember(options: RpcCallOptions): RpcCallOptions {
    return { ...options, metadata: { [MEMBER_HEADER]: this.#key } };
  }
}
