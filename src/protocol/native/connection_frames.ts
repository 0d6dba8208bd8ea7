import type { ConnectionFrame, HelloFrame } from "../frame.ts";
import { MAX_HELLO_BYTES, MAX_REASON_BYTES } from "./constants.ts";
import type { FrameReader } from "./frame_reader.ts";
import { ACK, CREDIT, GOAWAY, HELLO, PING, PONG, PROMPT } from "./frame_type.ts";
import { decodeHello } from "./hello_codec.ts";

/**
 * Reads the payload of a frame between two transports.
 *
 * @throws {FrameError} When it is malformed, or no such frame
 */
export function decodeConnectionFrame(
  reader: FrameReader,
  type: number,
  streamId: number,
): ConnectionFrame {
  switch (type) {
    case CREDIT:
      return decodeCredit(reader, streamId);
    case PING:
      return { kind: "ping", token: reader.varint("token") };
    case PONG:
      return { kind: "pong", token: reader.varint("token") };
    case ACK:
      return { kind: "ack", batches: reader.varint("number of batches") };
    case PROMPT:
      return decodePrompt(reader);
    case GOAWAY:
      return {
        kind: "goaway",
        lastStreamId: reader.varint("last stream id"),
        code: reader.varint("code"),
        reason: reader.restAsText(MAX_REASON_BYTES),
      };
    case HELLO:
      return decodeBoundedHello(reader);
    default:
      throw reader.wrong(`type ${type} is unknown`);
  }
}

function decodeCredit(reader: FrameReader, streamId: number): ConnectionFrame {
  const bytes = reader.varint("bytes");
  const messages = reader.varint("messages");
  if (streamId === 0 && messages !== 0) {
    throw reader.wrong(`messages is ${messages}, expected 0 for the connection`);
  }
  return { kind: "credit", streamId, bytes, messages };
}

function decodePrompt(reader: FrameReader): ConnectionFrame {
  const answers = reader.varint("number of answers");
  if (answers === 1 || answers === 2) return { kind: "prompt", answers };
  throw reader.wrong(`number of answers is ${answers}, expected 1 or 2`);
}

function decodeBoundedHello(reader: FrameReader): HelloFrame {
  const length = reader.end - reader.position;
  if (length <= MAX_HELLO_BYTES) return decodeHello(reader);
  throw reader.wrong(`payload is ${length} bytes, limit is ${MAX_HELLO_BYTES} bytes`);
}
