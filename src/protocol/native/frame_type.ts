/** Numbers of the frame types (PROTOCOL.md, "Frames"). */
export const HELLO = 1;
export const OPEN = 2;
export const MESSAGE = 3;
export const HEADERS = 4;
export const HALF_CLOSE = 5;
export const STATUS = 6;
export const CANCEL = 7;
export const CREDIT = 8;
export const PING = 9;
export const PONG = 10;
export const GOAWAY = 11;
export const ACK = 12;
export const PROMPT = 13;
export const PIECE = 14;

/** Types from here up are extensions, which a receiver that does not know them skips. */
export const FIRST_EXTENSION = 0x80;

/** OPEN and STATUS: a message, or its first fragment, is in the frame. */
export const HAS_MESSAGE = 0x01;
/** OPEN and MESSAGE: more fragments of the message follow. PIECE: more pieces of the batch. */
export const MORE = 0x02;
/** OPEN, MESSAGE and STATUS: the message is compressed. */
export const COMPRESSED = 0x04;
/** OPEN: no message follows the one in the frame. */
export const END = 0x08;
/** OPEN and STATUS: a block of headers is in the frame. */
export const HAS_HEADERS = 0x10;
/** OPEN: the method is named by its path, not by a number. */
export const HAS_PATH = 0x20;
/** STATUS: a block of trailers is in the frame. */
export const HAS_TRAILERS = 0x20;
/** STATUS: text and details are in the frame. */
export const HAS_TEXT = 0x40;
/** STATUS: no handler saw the request. */
export const NOT_EXECUTED = 0x80;

/** Whether the stream id of a frame must be 0, must not, or may be both. */
export type FrameScope = "connection" | "stream" | "both";

/** What holds for all frames of one type. */
export interface FrameType {
  readonly name: string;
  /** The flags that exist. */
  readonly flags: number;
  readonly scope: FrameScope;
}

const TYPES: readonly (FrameType | undefined)[] = [
  undefined,
  { name: "HELLO", flags: 0, scope: "connection" },
  {
    name: "OPEN",
    flags: HAS_MESSAGE | MORE | COMPRESSED | END | HAS_HEADERS | HAS_PATH,
    scope: "stream",
  },
  { name: "MESSAGE", flags: MORE | COMPRESSED, scope: "stream" },
  { name: "HEADERS", flags: 0, scope: "stream" },
  { name: "HALF_CLOSE", flags: 0, scope: "stream" },
  {
    name: "STATUS",
    flags: HAS_MESSAGE | COMPRESSED | HAS_HEADERS | HAS_TRAILERS | HAS_TEXT | NOT_EXECUTED,
    scope: "stream",
  },
  { name: "CANCEL", flags: 0, scope: "stream" },
  { name: "CREDIT", flags: 0, scope: "both" },
  { name: "PING", flags: 0, scope: "connection" },
  { name: "PONG", flags: 0, scope: "connection" },
  { name: "GOAWAY", flags: 0, scope: "connection" },
  { name: "ACK", flags: 0, scope: "connection" },
  { name: "PROMPT", flags: 0, scope: "connection" },
  { name: "PIECE", flags: MORE, scope: "connection" },
];

/** What is known of a frame type; undefined for a number that has no meaning. */
export function findFrameType(type: number): FrameType | undefined {
  return TYPES[type];
}
