import type { ChatFile, ChatMessage, Draft, Member, RoomEvent } from "./contract.ts";
import { Mailbox } from "./mailbox.ts";

/** How many messages a room remembers; the files of those it forgets are forgotten as well. */
const MOST_MESSAGES = 100;

/** Somebody's stay in a room, from `join` until that call ends. */
export interface Stay {
  /** Known to this member only; proves who calls. */
  readonly key: string;
  readonly member: Member;
  readonly room: Room;
  /** What the member hears of the room. */
  readonly events: Mailbox<RoomEvent>;
  /** Where the drafts of the others go while the member listens to them. */
  drafts: Mailbox<Draft> | undefined;
  /** What the member is writing; empty when that is nothing. */
  draft: string;
}

/** A room: who is in it, and what was said. */
export class Room {
  readonly name: string;
  readonly topic: string;
  readonly #stays: Set<Stay> = new Set();
  readonly #messages: ChatMessage[] = [];
  readonly #onForgotten: (file: ChatFile) => void;
  #lastId = 0;

  constructor(name: string, topic: string, onForgotten: (file: ChatFile) => void) {
    this.name = name;
    this.topic = topic;
    this.#onForgotten = onForgotten;
  }

  /** How many people are here. */
  get size(): number {
    return this.#stays.size;
  }

  /** Lets somebody in; the others hear of it. */
  enter(name: string, signal: AbortSignal): Stay {
    const member: Member = { id: crypto.randomUUID().slice(0, 8), name };
    this.#tell({ kind: "joined", member });
    const stay: Stay = {
      key: crypto.randomUUID(),
      member,
      room: this,
      events: new Mailbox(signal),
      drafts: undefined,
      draft: "",
    };
    this.#stays.add(stay);
    stay.events.put({
      kind: "welcome",
      key: stay.key,
      self: member,
      members: [...this.#stays].map((other) => other.member),
      messages: [...this.#messages],
    });
    return stay;
  }

  /** Lets somebody go; the others hear of it. */
  leave(stay: Stay): void {
    if (!this.#stays.delete(stay)) return;
    stay.events.close();
    stay.drafts?.close();
    this.#tell({ kind: "left", member: stay.member });
  }

  /** Says something, or shares a file, to everybody including the one who says it. */
  say(from: Member, text: string, file: ChatFile | null = null): ChatMessage {
    const message: ChatMessage = { id: ++this.#lastId, from, at: new Date(), text, file };
    this.#messages.push(message);
    if (this.#messages.length > MOST_MESSAGES) {
      const forgotten = this.#messages.shift()?.file;
      if (forgotten) this.#onForgotten(forgotten);
    }
    this.#tell({ kind: "message", message });
    return message;
  }

  /** Begins to show somebody what the others are writing, at once and as they go on. */
  listen(listener: Stay, drafts: Mailbox<Draft>): void {
    listener.drafts = drafts;
    for (const { member, draft } of this.#stays) {
      if (draft !== "" && member !== listener.member) drafts.put({ from: member, text: draft });
    }
  }

  /** Shows the others what somebody is writing. */
  draft(writer: Stay, text: string): void {
    writer.draft = text;
    for (const stay of this.#stays) {
      if (stay !== writer) stay.drafts?.put({ from: writer.member, text });
    }
  }

  #tell(event: RoomEvent): void {
    for (const stay of this.#stays) stay.events.put(event);
  }
}
