/** What is sent: the same for every system. */

/** A message of eight fields; 110 bytes as JSON. */
export interface BenchMessage {
  readonly id: number;
  readonly room: string;
  readonly user: string;
  readonly text: string;
  readonly at: number;
  readonly score: number;
  readonly ok: boolean;
  readonly reply: string | null;
}

/** The message of every call and the item of every stream. */
export const MESSAGE: BenchMessage = {
  id: 12345,
  room: "general",
  user: "u-42",
  text: "hello!",
  at: 1722945600,
  score: 0.5,
  ok: true,
  reply: null,
};

/** What a stream carries: messages, messages with 4 KiB of text, or 64 KiB of bytes. */
export type ItemKind = "message" | "block" | "chunk";

/** An item of a stream. */
export type BenchItem = BenchMessage | Uint8Array;

/** So many items of a kind. */
export interface ItemRequest {
  readonly kind: ItemKind;
  readonly count: number;
  /** Whether a bare socket sends within the event that asks; it begins a turn later unless given. */
  readonly isAtOnce?: boolean;
}

/** Bytes of a chunk. */
export const CHUNK_BYTES = 65_536;

/** The one item of each kind that is sent over and over. */
export const ITEMS: Readonly<Record<ItemKind, BenchItem>> = {
  message: MESSAGE,
  block: withText(4096),
  chunk: new Uint8Array(CHUNK_BYTES).fill(7),
};

/** The same items for systems that carry bytes alone: JSON as text, made ahead. */
export const ITEM_BYTES: Readonly<Record<ItemKind, Uint8Array<ArrayBuffer>>> = {
  message: toBytes(MESSAGE),
  block: toBytes(ITEMS.block),
  chunk: new Uint8Array(CHUNK_BYTES).fill(7),
};

/** A message with a text of so many letters. */
export function withText(letters: number): BenchMessage {
  return { ...MESSAGE, text: "x".repeat(letters) };
}

/** A value as JSON in UTF-8. */
export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** How many items have been taken out of producers in this process. */
export const produced = { items: 0 };

/** The handler of a server stream and the source of an upload, for every system that takes one. */
export async function* produceItems({ kind, count }: ItemRequest): AsyncGenerator<BenchItem> {
  const item = ITEMS[kind];
  for (let index = 0; index < count; index++) {
    produced.items++;
    yield item;
  }
}

/** Reads a source to its end; answers how many items there were. */
export async function countItems(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _item of items) count++;
  return count;
}
