/// <reference lib="dom" />
/** The page: joins what the user does, the client of the chat, and what is shown. */
import type { ChatFile } from "../contract.ts";
import { ChatClient, type ConnectionState } from "./chat_client.ts";
import { create, find } from "./dom.ts";
import { RoomView } from "./room_view.ts";

const NAME_KEY = "chat-name";
const text = find("text", HTMLTextAreaElement);
const welcome = find("welcome", HTMLDialogElement);
const nameInput = find("name", HTMLInputElement);
const fileInput = find("file", HTMLInputElement);

const view = new RoomView({
  onRoom: (room) => location.hash = room,
  onFile: (file) => void save(file),
});
const client = new ChatClient(new URL("/rpc", location.href), {
  onConnection: showConnection,
  onRooms: (rooms) => view.showRooms(rooms),
  onEvent: (event) => view.showEvent(event),
  onDraft: (draft) => view.showDraft(draft),
});
let upload: AbortController | undefined;

function enterRoom(): void {
  const room = location.hash.slice(1) || "general";
  view.select(room);
  client.enter(room, nameInput.value);
  document.title = `${room} · Chat`;
  text.focus();
}

function showConnection(state: ConnectionState): void {
  const isConnected = state.kind === "connected";
  find("connection", HTMLParagraphElement).dataset["state"] = state.kind;
  setText(
    "connection-text",
    isConnected ? "Connected" : state.kind === "lost" ? "Offline" : "Connecting",
  );
  setText("round-trip", isConnected ? formatRoundTrip(state.roundTripMs) : "");
  const notice = find("notice", HTMLDivElement);
  if (isConnected) notice.hidden = true;
  else if (state.kind === "lost") {
    notice.hidden = false;
    const seconds = Math.round(state.retryInMs / 1000);
    setText("notice-text", `The connection is lost. Trying again in about ${seconds} s.`);
  }
  for (const control of [find("send", HTMLButtonElement), fileInput]) {
    control.disabled = !isConnected;
  }
}

/** Sets a text, unless it is there already: a screen reader would read it again. */
function setText(id: string, words: string): void {
  const element = find(id, HTMLElement);
  if (element.textContent !== words) element.textContent = words;
}

function formatRoundTrip(roundTripMs: number): string {
  return roundTripMs < 10 ? `${roundTripMs.toFixed(1)} ms` : `${Math.round(roundTripMs)} ms`;
}

async function send(): Promise<void> {
  const words = text.value.trim();
  if (words === "") return;
  text.value = "";
  client.draft("");
  try {
    await client.send(words);
  } catch (error) {
    // What could not be sent is given back, unless something else is being written by now.
    text.value ||= words;
    view.showRemark(`Not sent: ${describe(error)}`);
  }
}

async function share(file: File): Promise<void> {
  upload?.abort();
  const controller = new AbortController();
  upload = controller;
  const progress = find("upload-progress", HTMLProgressElement);
  progress.value = 0;
  setText("upload-name", file.name);
  find("upload", HTMLDivElement).hidden = false;
  try {
    await client.upload(file, {
      signal: controller.signal,
      onProgress: (share) => progress.value = share,
    });
  } catch (error) {
    if (!controller.signal.aborted) view.showRemark(`Not shared: ${describe(error)}`);
  }
  if (upload === controller) find("upload", HTMLDivElement).hidden = true;
}

async function save({ id, name, type }: ChatFile): Promise<void> {
  try {
    const url = URL.createObjectURL(await client.download(id, type));
    create("a", { attributes: { href: url, download: name } }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    view.showRemark(`Not saved: ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Not at its "submit": when it closes, the dialog gives the focus back to what had it before.
welcome.addEventListener("close", () => {
  sessionStorage.setItem(NAME_KEY, nameInput.value);
  enterRoom();
});
find("composer", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void send();
});
text.addEventListener("input", () => client.draft(text.value));
text.addEventListener("keydown", (event) => {
  // Enter also ends the choice of a word in an input method, which is no wish to send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void send();
});
fileInput.addEventListener("change", () => {
  const [file] = fileInput.files ?? [];
  if (file !== undefined) void share(file);
  fileInput.value = "";
});
find("upload-cancel", HTMLButtonElement).addEventListener("click", () => upload?.abort());
find("reconnect", HTMLButtonElement).addEventListener("click", () => void client.reconnect());
// Somebody who has not said a name cannot close the door behind them.
welcome.addEventListener("cancel", (event) => event.preventDefault());
addEventListener("hashchange", enterRoom);
addEventListener("online", () => void client.reconnect());

nameInput.value = sessionStorage.getItem(NAME_KEY) ?? "";
if (nameInput.value === "") welcome.showModal();
else enterRoom();
