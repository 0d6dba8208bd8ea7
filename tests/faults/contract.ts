/** What the server of the fault tests serves. */
import { rawCodec } from "../../src/codecs/raw.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";

/** A stream that is asked for. */
export interface FlowRequest {
  /** What the test calls it. */
  readonly name: string;
  readonly items: number;
  /** Of each item. */
  readonly bytes: number;
}

/** What an upload came to. */
export interface UploadReply {
  readonly items: number;
  readonly bytes: number;
  /** What was wrong with the first wrong item; empty when all were right. */
  readonly fault: string;
}

/** Streams of numbered items, and small calls beside them. */
export const Faults = defineContract("faults.Faults", {
  /** Sends numbered items. */
  flow: serverStream<FlowRequest, Uint8Array>({ responseCodec: rawCodec() }),
  /** Takes numbered items, with {@linkcode UPLOAD_NAME} and perhaps {@linkcode UPLOAD_HOLD}. */
  upload: clientStream<Uint8Array, UploadReply>({ requestCodec: rawCodec() }),
  /** Gives back every item. */
  talk: bidirectional<Uint8Array, Uint8Array>({ codec: rawCodec() }),
  /** Answers at once. */
  echo: unary<Uint8Array, Uint8Array>({ codec: rawCodec() }),
  /** Answers with a large message of so many bytes. */
  make: unary<number, Uint8Array>({ responseCodec: rawCodec() }),
  /** Answers what is wrong with a large message; empty when nothing is. */
  check: unary<Uint8Array, string>({ requestCodec: rawCodec() }),
  /** Answers never; its call has this name. */
  wait: unary<string, null>(),
});

/** Request header with the name of an upload. */
export const UPLOAD_NAME = "x-name";

/** Request header that makes an upload take one item and then wait to be told to go on. */
export const UPLOAD_HOLD = "x-hold";

/** What the server knows of one call. */
export interface CallReport {
  /** Items that its generator has made. */
  readonly produced: number;
  /** Items that it has taken. */
  readonly taken: number;
  /** The status that its signal was aborted with; undefined while it was not. */
  readonly aborted: number | undefined;
}

/** How a server is doing. */
export interface ServerState {
  /** By name. */
  readonly calls: Readonly<Record<string, CallReport>>;
  /** Handlers of this service that have been entered and not left. */
  readonly running: number;
  /** Handlers that the endpoints count. */
  readonly handlers: number;
  readonly connections: number;
  /** Open streams of all connections. */
  readonly streams: number;
}

/** What a program holds after a forced collection of garbage. */
export interface MemoryReport {
  /** Resident memory. */
  readonly residentBytes: number;
  /** What the program can still reach, without the room that the runtime keeps. */
  readonly heapBytes: number;
}

/** How the upload of a client program is doing. */
export interface UploadProgress {
  /** Items that its source has made. */
  readonly pulled: number;
  /** How the upload ended; undefined while it has not. */
  readonly reply: UploadReply | undefined;
  /** Why it failed; empty unless it did. */
  readonly error: string;
}
