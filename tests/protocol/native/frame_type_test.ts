import {
  COMPRESSED,
  END,
  findFrameType,
  FIRST_EXTENSION,
  HAS_HEADERS,
  HAS_MESSAGE,
  HAS_PATH,
  HAS_TEXT,
  HAS_TRAILERS,
  MORE,
  NOT_EXECUTED,
} from "../../../src/protocol/native/frame_type.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("findFrameType() knows fourteen types, their flags and where they belong", () => {
  const found = Array.from({ length: FIRST_EXTENSION }, (_, type) => findFrameType(type))
    .flatMap((type, number) =>
      type === undefined ? [] : [[number, type.name, type.flags, type.scope]]
    );
  assertEquals(found, [
    [1, "HELLO", 0x00, "connection"],
    [2, "OPEN", 0x3f, "stream"],
    [3, "MESSAGE", 0x06, "stream"],
    [4, "HEADERS", 0x00, "stream"],
    [5, "HALF_CLOSE", 0x00, "stream"],
    [6, "STATUS", 0xf5, "stream"],
    [7, "CANCEL", 0x00, "stream"],
    [8, "CREDIT", 0x00, "both"],
    [9, "PING", 0x00, "connection"],
    [10, "PONG", 0x00, "connection"],
    [11, "GOAWAY", 0x00, "connection"],
    [12, "ACK", 0x00, "connection"],
    [13, "PROMPT", 0x00, "connection"],
    [14, "PIECE", 0x02, "connection"],
  ]);
});

test("the flags of a frame are one bit each, and different ones", () => {
  const open = [HAS_MESSAGE, MORE, COMPRESSED, END, HAS_HEADERS, HAS_PATH];
  const status = [HAS_MESSAGE, COMPRESSED, HAS_HEADERS, HAS_TRAILERS, HAS_TEXT, NOT_EXECUTED];
  for (const flags of [open, status]) {
    const sum = flags.reduce((all, flag) => all + flag, 0);
    assertEquals(flags.reduce((all, flag) => all | flag, 0), sum);
    assertEquals(flags.every((flag) => Number.isInteger(Math.log2(flag))), true);
  }
});
