import { type ByteWriter, varintLength } from "../../internal/byte_writer.ts";
import type { Placed, PlacedValue } from "../../internal/placed_value.ts";
import type { MessageFrame } from "../frame.ts";
import { MAX_PLACED_BYTES } from "./constants.ts";
import { HAS_MESSAGE, MESSAGE } from "./frame_type.ts";

/** There is room for so many bytes at least, and for half as many again as the last message had. */
const LEAST_ROOM_BYTES = 1024;

/**
 * Encodes messages in the batch itself, where they would be copied to otherwise.
 *
 * A message begins behind the head of its frame, whose length depends on that of the message. It is
 * taken to be as long as the last one; where it is not, the message moves.
 */
export class MessagePlaces {
  #lastBytes = 0;

  /** Takes note of a message that is not placed. */
  note(bytes: number): void {
    this.#lastBytes = bytes;
  }

  /** Appends a frame with a message; see `FrameEncoder.placeMessage`. */
  place(streamId: number, value: PlacedValue, out: ByteWriter): Placed | undefined {
    const last = this.#lastBytes;
    if (last > MAX_PLACED_BYTES) return undefined;
    const expectedHead = headLength(streamId, last);
    const memory = out.lend(expectedHead + Math.max(LEAST_ROOM_BYTES, last + (last >> 1)));
    const start = out.end;
    const expected = start + expectedHead;
    let length: Placed | undefined;
    try {
      length = value.encodeInto(memory, expected);
    } finally {
      if (typeof length !== "number") out.takeBack(0);
    }
    if (typeof length !== "number") {
      this.#lastBytes = length.length;
      return length;
    }
    this.#lastBytes = length;
    const body = start + headLength(streamId, length);
    if (length > MAX_PLACED_BYTES || body + length > memory.length) {
      out.takeBack(0);
      return memory.slice(expected, expected + length);
    }
    if (body !== expected) memory.copyWithin(body, expected, expected + length);
    putHead(memory, start, streamId, length);
    // Whoever wrote something meanwhile did so elsewhere: it comes first.
    return out.takeBack(body + length - start) ? length : memory.slice(body, body + length);
  }
}

/** Writes the head of a frame in front of its message, where there is memory for it. */
export function encodeInPlace(
  { message, streamId }: MessageFrame,
  flags: number,
): Uint8Array<ArrayBuffer> {
  const { length } = message;
  const head = headLength(streamId, length);
  // Memory that is shared with other threads has no headroom.
  const buffer = message.buffer as ArrayBuffer;
  const whole = new Uint8Array(buffer, message.byteOffset - head, head + length);
  putHead(whole, 0, streamId, length);
  whole[1] = flags & ~HAS_MESSAGE;
  return whole;
}

function headLength(streamId: number, length: number): number {
  return 2 + varintLength(streamId) + varintLength(length);
}

/** Writes the head of a frame with a message that is whole and not compressed. */
function putHead(bytes: Uint8Array, start: number, streamId: number, length: number): void {
  bytes[start] = MESSAGE;
  bytes[start + 1] = 0;
  putVarint(length, bytes, putVarint(streamId, bytes, start + 2));
}

/** Writes a varint at a position; answers the next one. */
function putVarint(value: number, bytes: Uint8Array, position: number): number {
  let rest = value;
  let end = position;
  while (rest > 0x7f) {
    bytes[end++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[end++] = rest;
  return end;
}
