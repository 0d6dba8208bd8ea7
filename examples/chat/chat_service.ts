import {
  type RpcContractHandlers,
  RpcError,
  type RpcHandlerContext,
  RpcResponderContract,
  RpcStatus,
} from "../../mod.ts";
import {
  Chat,
  type ChatFile,
  type Draft,
  type FileHead,
  MEMBER_HEADER,
  type RoomEvent,
  type RoomInfo,
  type UploadSummary,
} from "./contract.ts";
import { Mailbox } from "./mailbox.ts";
import { Room, type Stay } from "./room.ts";

const ROOMS: Readonly<Record<string, string>> = {
  general: "Everything and everyone",
  ideas: "Half-baked is fine",
  music: "What are you listening to?",
};

const LONGEST_NAME = 32;
const LONGEST_TEXT = 2000;
const LARGEST_FILE_BYTES = 8 * 1024 * 1024;
const MOST_PIECES = 4096;
const PIECE_BYTES = 64 * 1024;

/** The server's side of the chat; one object serves every connection. */
export class ChatService extends RpcResponderContract<typeof Chat>
  implements RpcContractHandlers<typeof Chat> {
  readonly #rooms: ReadonlyMap<string, Room>;
  readonly #stays: Map<string, Stay> = new Map();
  readonly #files: Map<string, Uint8Array[]> = new Map();
  readonly #roomWatchers: Set<Mailbox<readonly RoomInfo[]>> = new Set();

  constructor() {
    super(Chat);
    const forget = (file: ChatFile): void => void this.#files.delete(file.id);
    this.#rooms = new Map(
      Object.entries(ROOMS).map(([name, topic]) => [name, new Room(name, topic, forget)]),
    );
  }

  send({ text }: { text: string }, context: RpcHandlerContext): { id: number; at: Date } {
    const { room, member } = this.#stayOf(context);
    const { id, at } = room.say(member, checkText(text, "text", LONGEST_TEXT));
    return { id, at };
  }

  /** Being in the room is the call itself: whatever ends it, the member is gone. */
  async *join(
    request: { room: string; name: string },
    context: RpcHandlerContext,
  ): AsyncGenerator<RoomEvent, void> {
    const room = this.#rooms.get(request.room);
    if (room === undefined) throw new RpcError(RpcStatus.NOT_FOUND, "There is no such room");
    const stay = room.enter(checkText(request.name, "name", LONGEST_NAME), context.signal);
    this.#stays.set(stay.key, stay);
    this.#tellRooms();
    try {
      yield* stay.events;
    } finally {
      this.#stays.delete(stay.key);
      room.leave(stay);
      this.#tellRooms();
    }
  }

  async upload(
    parts: AsyncIterable<FileHead | Uint8Array>,
    context: RpcHandlerContext,
  ): Promise<UploadSummary> {
    const { room, member } = this.#stayOf(context);
    let head: FileHead | undefined;
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of parts) {
      if (!(part instanceof Uint8Array)) head = part;
      // Bytes are counted, and what has none would cost memory all the same.
      else if (part.length > 0) {
        bytes += part.length;
        pieces.push(part);
        if (bytes > LARGEST_FILE_BYTES || pieces.length > MOST_PIECES) {
          throw new RpcError(
            RpcStatus.RESOURCE_EXHAUSTED,
            `Files may have 8 MiB in ${MOST_PIECES} pieces`,
          );
        }
      }
    }
    if (head === undefined) throw new RpcError(RpcStatus.INVALID_ARGUMENT, "The file has no name");
    const name = checkText(head.name, "file name", 200);
    const file: ChatFile = { id: crypto.randomUUID(), name, type: head.type, bytes };
    this.#files.set(file.id, pieces);
    room.say(member, "", file);
    return { file, pieces: pieces.length };
  }

  /** Both directions at once: drafts of this member are shown while those of the others come. */
  async *talk(texts: AsyncIterable<string>, context: RpcHandlerContext): AsyncGenerator<Draft> {
    const stay = this.#stayOf(context);
    const drafts = new Mailbox<Draft>(context.signal);
    stay.room.listen(stay, drafts);
    const reading = (async () => {
      for await (const text of texts) stay.room.draft(stay, text.slice(0, LONGEST_TEXT));
    })().finally(() => {
      stay.room.draft(stay, "");
      drafts.close();
    });
    // Waited for below; a call that is given up ends both halves, and only one may be left to see it.
    reading.catch(() => {});
    yield* drafts;
    await reading;
  }

  async *rooms(
    _request: null,
    context: RpcHandlerContext,
  ): AsyncGenerator<readonly RoomInfo[], void> {
    const news = new Mailbox<readonly RoomInfo[]>(context.signal);
    this.#roomWatchers.add(news);
    try {
      yield this.#listRooms();
      yield* news;
    } finally {
      this.#roomWatchers.delete(news);
    }
  }

  *download({ id }: { id: string }): Generator<Uint8Array, void> {
    const pieces = this.#files.get(id);
    if (pieces === undefined) throw new RpcError(RpcStatus.NOT_FOUND, "The file is gone");
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        yield piece.subarray(at, at + PIECE_BYTES);
      }
    }
  }

  #stayOf(context: RpcHandlerContext): Stay {
    const key = context.metadata.get(MEMBER_HEADER);
    const stay = typeof key === "string" ? this.#stays.get(key) : undefined;
    if (stay === undefined) throw new RpcError(RpcStatus.UNAUTHENTICATED, "Join a room first");
    return stay;
  }

  #listRooms(): RoomInfo[] {
    return [...this.#rooms.values()].map(({ name, topic, size }) => ({
      name,
      topic,
      members: size,
    }));
  }

  #tellRooms(): void {
    const rooms = this.#listRooms();
    for (const watcher of this.#roomWatchers) watcher.put(rooms);
  }
}

function checkText(text: unknown, what: string, longest: number): string {
  if (typeof text !== "string" || text.trim() === "") {
    throw new RpcError(RpcStatus.INVALID_ARGUMENT, `The ${what} is empty`);
  }
  if (text.length > longest) {
    throw new RpcError(RpcStatus.INVALID_ARGUMENT, `The ${what} is longer than ${longest}`);
  }
  return text.trim();
}
