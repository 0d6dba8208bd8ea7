/** Two members who follow a script, as programs use the chat: over all four shapes of call. */
import { setTimeout as delay } from "node:timers/promises";
import {
  RpcCallerEndpoint,
  type RpcCallOptions,
  type RpcClient,
  type RpcResponseStream,
  type RpcSource,
  RpcWebSocketCallerTransport,
} from "../../mod.ts";
import {
  Chat,
  type ChatMessage,
  type Draft,
  type FileHead,
  MEMBER_HEADER,
  type RoomEvent,
  type UploadSummary,
} from "./contract.ts";
import type { Speaker, Transcript } from "./transcript.ts";

/** A program that is in the chat. */
export class ScriptedMember {
  readonly name: Speaker;
  readonly #caller: RpcCallerEndpoint;
  readonly #chat: RpcClient<typeof Chat>;
  #room: RpcResponseStream<RoomEvent> | undefined;
  #events: AsyncIterator<RoomEvent> | undefined;
  #key = "";

  private constructor(name: Speaker, caller: RpcCallerEndpoint) {
    this.name = name;
    this.#caller = caller;
    this.#chat = caller.client(Chat);
  }

  /** Connects; nothing is sent before the first call. */
  static connect(name: Speaker, url: string): ScriptedMember {
    const transport = RpcWebSocketCallerTransport.connect(url);
    return new ScriptedMember(name, new RpcCallerEndpoint({ transport }));
  }

  /** Time to the server and back, in milliseconds. */
  async measure(): Promise<number> {
    const { roundTripMs } = await this.#caller.ping();
    return roundTripMs;
  }

  /** Enters a room; answers with the names of those who are there. */
  async join(room: string): Promise<string[]> {
    this.#room = this.#chat.join({ room, name: this.name });
    this.#events = this.#room[Symbol.asyncIterator]();
    const welcome = await this.next("welcome");
    this.#key = welcome.key;
    return welcome.members.map(({ name }) => name);
  }

  /** The next event of a kind; those before it are passed over. */
  async next<Kind extends RoomEvent["kind"]>(
    kind: Kind,
  ): Promise<Extract<RoomEvent, { kind: Kind }>> {
    while (true) {
      const { value, done } = await this.#events?.next() ?? { done: true, value: undefined };
      if (done === true) throw new Error(`${this.name} left before "${kind}" came`);
      // The kind tells the type, which the compiler cannot follow through a type parameter.
      if (value.kind === kind) return value as Extract<RoomEvent, { kind: Kind }>;
    }
  }

  /** Says something. */
  send(text: string): Promise<{ id: number; at: Date }> {
    return this.#chat.send({ text }, this.#asMember());
  }

  /** Shows others what is being written, and hears what they write. */
  talk(texts: RpcSource<string>): RpcResponseStream<Draft> {
    return this.#chat.talk(texts, this.#asMember());
  }

  /** Shares a file. */
  upload(parts: AsyncIterable<FileHead | Uint8Array>): Promise<UploadSummary> {
    return this.#chat.upload(parts, this.#asMember());
  }

  /** Reads a file; answers with the number of its bytes. */
  async download(id: string): Promise<number> {
    let bytes = 0;
    for await (const piece of this.#chat.download({ id })) bytes += piece.length;
    return bytes;
  }

  /** Leaves the room by giving up the call that is the stay in it, and disconnects. */
  async leave(): Promise<void> {
    this.#room?.cancel();
    await this.#caller.close();
  }

  #asMember(): RpcCallOptions {
    return { metadata: { [MEMBER_HEADER]: this.#key } };
  }
}

/** What the script needs to know. */
export interface ScriptOptions {
  /** Address of the calls: `ws://…/rpc`. */
  readonly url: string;
  readonly transcript: Transcript;
  /** Pause between two letters that are written. */
  readonly letterMs: number;
}

/** Plays the script: join, write, talk, upload, leave. */
export async function playScript({ url, transcript, letterMs }: ScriptOptions): Promise<void> {
  const ada = ScriptedMember.connect("Ada", url);
  const ben = ScriptedMember.connect("Ben", url);
  transcript.line("Ada", `connects; round trip ${(await ada.measure()).toFixed(1)} ms`, "ping");
  transcript.line("Ada", `joins #general: ${await listNames(ada)}`, "server stream");
  transcript.line("Ben", `joins #general: ${await listNames(ben)}`, "server stream");
  const { member } = await ada.next("joined");
  transcript.line("Ada", `sees ${member.name} come in`);

  await write(ada, ben, { transcript, letterMs, text: "Shall we ship it today?" });
  await write(ben, ada, { transcript, letterMs, text: "Yes! I have the notes here." });

  const { file, pieces } = await ben.upload(notes());
  transcript.line(
    "Ben",
    `uploads ${file.name}: ${file.bytes} bytes in ${pieces} pieces`,
    "client stream",
  );
  const shared = await nextFile(ada);
  const bytes = await ada.download(shared.id);
  transcript.line("Ada", `downloads ${shared.name}: ${bytes} bytes`, "server stream");

  await ben.leave();
  transcript.line("Ben", "leaves", "cancel");
  const { member: gone } = await ada.next("left");
  transcript.line("Ada", `sees ${gone.name} go`);
  await ada.leave();
  transcript.line("Ada", "leaves", "cancel");
}

async function listNames(member: ScriptedMember): Promise<string> {
  const names = await member.join("general");
  return names.length === 1 ? "nobody else is here" : `${names.join(" and ")} are here`;
}

/** One writes letter by letter while the other watches, then sends what is written. */
async function write(
  writer: ScriptedMember,
  reader: ScriptedMember,
  { text, transcript, letterMs }: Omit<ScriptOptions, "url"> & { text: string },
): Promise<void> {
  const hasSeenAll = Promise.withResolvers<void>();
  async function* letters(): AsyncGenerator<string> {
    for (let length = 1; length <= text.length; length++) {
      yield text.slice(0, length);
      await delay(letterMs);
    }
    await hasSeenAll.promise;
  }
  // Whoever writes hears of others meanwhile, in the same call; here there is nothing to hear.
  const writing = writer.talk(letters());
  const isWritten = writing.trailers;
  void writing[Symbol.asyncIterator]().next();

  let seen = 0;
  for await (const draft of reader.talk(silence(isWritten))) {
    seen++;
    if (draft.text === text) hasSeenAll.resolve();
  }
  transcript.line(reader.name, `watches ${writer.name} write: ${seen} drafts`, "bidirectional");
  const { id } = await writer.send(text);
  transcript.line(writer.name, `says “${text}” (message ${id})`, "unary");
  const { from, text: heard } = await nextText(reader);
  transcript.line(reader.name, `hears ${from.name}: “${heard}”`);
  await nextText(writer);
}

/** Writes nothing, for as long as something else goes on. */
function silence(meanwhile: Promise<unknown>): ReadableStream<string> {
  return new ReadableStream({
    async start(controller): Promise<void> {
      await meanwhile;
      controller.close();
    },
  });
}

async function nextText(member: ScriptedMember): Promise<ChatMessage> {
  const { message } = await member.next("message");
  return message;
}

async function nextFile(member: ScriptedMember): Promise<NonNullable<ChatMessage["file"]>> {
  while (true) {
    const { file } = await nextText(member);
    if (file !== null) return file;
  }
}

async function* notes(): AsyncGenerator<FileHead | Uint8Array> {
  yield { name: "notes.txt", type: "text/plain" };
  const page = new TextEncoder().encode("One socket, many calls.\n".repeat(1000));
  for (let number = 0; number < 5; number++) yield page;
}
