/// <reference lib="dom" />
import type { ChatFile, ChatMessage, Draft, Member, RoomEvent, RoomInfo } from "../contract.ts";
import { create, createIcon, find } from "./dom.ts";

const GROUP_MS = 5 * 60_000;
const FILE_ICON = "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5";

/** What the view needs done. */
export interface RoomViewOptions {
  readonly onRoom: (name: string) => void;
  readonly onFile: (file: ChatFile) => void;
}

/** Shows rooms, people, messages and drafts. */
export class RoomView {
  readonly #options: RoomViewOptions;
  readonly #log = find("log", HTMLOListElement);
  readonly #members: Map<string, Member> = new Map();
  readonly #drafts: Map<string, HTMLElement> = new Map();
  #rooms: readonly RoomInfo[] = [];
  #room = "";
  #selfId = "";
  #last: ChatMessage | undefined;
  /** Whether the newest line is in view, and so stays there when more comes. */
  #isAtEnd = true;

  constructor(options: RoomViewOptions) {
    this.#options = options;
    const log = this.#log;
    log.addEventListener("scroll", () => {
      this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    });
    new ResizeObserver(() => this.#follow()).observe(log);
  }

  /** Marks the room that is being entered. */
  select(room: string): void {
    this.#room = room;
    this.showRooms(this.#rooms);
  }

  showRooms(rooms: readonly RoomInfo[]): void {
    this.#rooms = rooms;
    const items = rooms.map(({ name, members }) => {
      const button = create(
        "button",
        { class: "room", attributes: { type: "button" } },
        create("span", { text: name }),
        create("span", { class: "count", text: members > 0 ? String(members) : "" }),
      );
      button.setAttribute("aria-label", `${name}, ${members} here`);
      if (name === this.#room) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => this.#options.onRoom(name));
      return create("li", {}, button);
    });
    const list = find("rooms", HTMLUListElement);
    // Drawing anew must not take the focus away from whoever walks through the rooms by keyboard.
    const focused = [...list.querySelectorAll("button")].indexOf(
      document.activeElement as HTMLButtonElement,
    );
    list.replaceChildren(...items);
    items[focused]?.querySelector("button")?.focus();
    find("room-name", HTMLHeadingElement).textContent = this.#room;
    find("room-topic", HTMLParagraphElement).textContent =
      rooms.find(({ name }) => name === this.#room)?.topic ?? "";
  }

  showEvent(event: RoomEvent): void {
    switch (event.kind) {
      case "welcome":
        this.#reset(event.self, event.members);
        for (const message of event.messages) this.#addMessage(message);
        this.#addEvent(`You are in ${this.#room}`);
        this.#isAtEnd = true;
        break;
      case "joined":
        this.#members.set(event.member.id, event.member);
        this.#addEvent(`${event.member.name} joined`);
        break;
      case "left":
        this.#members.delete(event.member.id);
        this.showDraft({ from: event.member, text: "" });
        this.#addEvent(`${event.member.name} left`);
        break;
      case "message":
        this.#addMessage(event.message).classList.add("arriving");
    }
    this.#showPeople();
    this.#follow();
  }

  showDraft({ from, text }: Draft): void {
    let item = this.#drafts.get(from.id);
    if (text === "") {
      item?.remove();
      this.#drafts.delete(from.id);
    } else {
      if (item === undefined) {
        item = create("li", { class: "draft" }, createAvatar(from), create("p"));
        item.setAttribute("aria-label", `${from.name} is writing`);
        this.#drafts.set(from.id, item);
        find("drafts", HTMLUListElement).append(item);
      }
      const line = item.querySelector("p");
      // The end of a long text is what is being written.
      if (line) line.textContent = text.length > 70 ? `…${text.slice(-69)}` : text;
    }
  }

  /** Says something that no member said. */
  showRemark(text: string): void {
    this.#addEvent(text);
    this.#isAtEnd = true;
    this.#follow();
  }

  #reset(self: Member, members: readonly Member[]): void {
    this.#selfId = self.id;
    this.#last = undefined;
    this.#log.replaceChildren();
    this.#members.clear();
    for (const member of members) this.#members.set(member.id, member);
    this.#drafts.clear();
    find("drafts", HTMLUListElement).replaceChildren();
  }

  #follow(): void {
    if (this.#isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #addEvent(text: string): void {
    this.#last = undefined;
    this.#log.append(create("li", { class: "event", text }));
  }

  #addMessage(message: ChatMessage): HTMLElement {
    const { from, at, text, file } = message;
    const last = this.#last;
    const isFirst = last?.from.id !== from.id || at.getTime() - last.at.getTime() > GROUP_MS;
    this.#last = message;
    const item = create("li", { class: isFirst ? "message first" : "message" });
    const isOwn = from.id === this.#selfId;
    item.classList.toggle("own", isOwn);
    if (isFirst) {
      const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      const by = create("p", { class: "by" });
      by.append(create("strong", { text: isOwn ? "You" : from.name }), ` ${time}`);
      item.append(...isOwn ? [by] : [createAvatar(from), by]);
    }
    item.append(file === null ? create("p", { class: "body", text }) : this.#createFile(file));
    this.#log.append(item);
    return item;
  }

  #createFile(file: ChatFile): HTMLElement {
    const card = create(
      "button",
      { class: "body file", attributes: { type: "button", title: "Save this file" } },
      createIcon(FILE_ICON),
      create("span", { text: file.name }),
      create("small", { text: formatBytes(file.bytes) }),
    );
    card.addEventListener("click", () => this.#options.onFile(file));
    return card;
  }

  #showPeople(): void {
    const people = [...this.#members.values()].sort((a, b) => a.name.localeCompare(b.name));
    find("people-count", HTMLSpanElement).textContent = String(people.length);
    find("people", HTMLUListElement).replaceChildren(...people.map((member) => {
      const name = member.id === this.#selfId ? `${member.name} (you)` : member.name;
      return create(
        "li",
        { class: "person" },
        createAvatar(member),
        create("span", { text: name }),
      );
    }));
  }
}

function createAvatar({ name }: Member): HTMLElement {
  const avatar = create("span", {
    class: "avatar",
    text: [...name][0]?.toUpperCase() ?? "?",
    attributes: { "aria-hidden": "true" },
  });
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  avatar.style.setProperty("--hue", String(hue));
  return avatar;
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
