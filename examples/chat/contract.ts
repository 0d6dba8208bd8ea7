/**
 * What the chat can do. The server implements this contract; the scripted members and the page in
 * the browser call it. There is no generator: both sides infer their types from here.
 */
import { bidirectional, clientStream, defineContract, serverStream, unary } from "../../mod.ts";

/** Somebody in a room. */
export interface Member {
  readonly id: string;
  readonly name: string;
}

/** A room as the list of rooms shows it. */
export interface RoomInfo {
  readonly name: string;
  readonly topic: string;
  /** How many people are in it now. */
  readonly members: number;
}

/** A file that somebody uploaded. */
export interface ChatFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
}

/** Something that was said, or a file that was shared. */
export interface ChatMessage {
  readonly id: number;
  readonly from: Member;
  readonly at: Date;
  readonly text: string;
  readonly file: ChatFile | null;
}

/** What a member hears of a room, in order; `welcome` comes first and once. */
export type RoomEvent =
  | {
    readonly kind: "welcome";
    /** Shown with every later call, as metadata: see {@linkcode MEMBER_HEADER}. */
    readonly key: string;
    readonly self: Member;
    readonly members: readonly Member[];
    readonly messages: readonly ChatMessage[];
  }
  | { readonly kind: "joined"; readonly member: Member }
  | { readonly kind: "left"; readonly member: Member }
  | { readonly kind: "message"; readonly message: ChatMessage };

/** What somebody is writing and has not sent yet; empty when they stopped. */
export interface Draft {
  readonly from: Member;
  readonly text: string;
}

/** The first message of an upload; the bytes follow in pieces. */
export interface FileHead {
  readonly name: string;
  readonly type: string;
}

/** What came of an upload. */
export interface UploadSummary {
  readonly file: ChatFile;
  /** In how many pieces it came, empty ones not counted. */
  readonly pieces: number;
}

/** Request header that says which member calls: the key that `welcome` gave. */
export const MEMBER_HEADER = "chat-member";

/** The chat: a method of every shape, and two more. */
export const Chat = defineContract("Chat", {
  /** One request, one response: says something. */
  send: unary<{ text: string }, { id: number; at: Date }>(),
  /** One request, many responses: enters a room, and leaves it when the call ends. */
  join: serverStream<{ room: string; name: string }, RoomEvent>(),
  /** Many requests, one response: shares a file. */
  upload: clientStream<FileHead | Uint8Array, UploadSummary>(),
  /** Many each way: what I am writing goes up, what the others are writing comes down. */
  talk: bidirectional<string, Draft>(),
  /** The rooms, again whenever somebody enters or leaves one. */
  rooms: serverStream<null, readonly RoomInfo[]>(),
  /** The bytes of a file, in pieces. */
  download: serverStream<{ id: string }, Uint8Array>(),
});
