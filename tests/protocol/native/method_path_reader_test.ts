import { FrameError } from "../../../src/protocol/frame_error.ts";
import { createLimits, DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import {
  createPathError,
  MethodPathReader,
} from "../../../src/protocol/native/method_path_reader.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { bytesOf } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function readPath(paths: MethodPathReader, path: string): string | number {
  const reader = new FrameReader();
  const bytes = bytesOf(path);
  const length = bytes.length < 128
    ? [bytes.length]
    : [bytes.length & 0x7f | 0x80, bytes.length >> 7];
  reader.open(Uint8Array.from([...length, ...bytes]));
  return paths.readPath(reader);
}

function readNumber(paths: MethodPathReader, ...bytes: number[]): string | number {
  const reader = new FrameReader();
  reader.open(Uint8Array.from(bytes));
  return paths.readNumber(reader);
}

test("MethodPathReader numbers paths from 1", () => {
  const paths = new MethodPathReader(DEFAULT_LIMITS);
  assertEquals(readPath(paths, "/A/a"), "/A/a");
  assertEquals(readPath(paths, "/B/b"), "/B/b");
  assertEquals([readNumber(paths, 1), readNumber(paths, 2)], ["/A/a", "/B/b"]);
  for (const number of [0, 3]) {
    assertThrows(() => readNumber(paths, number), FrameError, `number is ${number}, known are 2`);
  }
});

test("MethodPathReader numbers a path again that comes again", () => {
  const paths = new MethodPathReader(DEFAULT_LIMITS);
  readPath(paths, "/A/a");
  readPath(paths, "/A/a");
  assertEquals(readNumber(paths, 2), "/A/a");
});

test("MethodPathReader numbers a path that it refuses, and tells its length", () => {
  const paths = new MethodPathReader(createLimits({ maxPathBytes: 200 }));
  const longest = `/S/${"m".repeat(197)}`;
  assertEquals(readPath(paths, "no path"), 7);
  assertEquals(readPath(paths, longest), longest);
  assertEquals(readPath(paths, `${longest}m`), 201);
  assertEquals([readNumber(paths, 1), readNumber(paths, 2), readNumber(paths, 3)], [
    7,
    longest,
    201,
  ]);
});

test("MethodPathReader numbers no more than 256 paths", () => {
  const paths = new MethodPathReader(DEFAULT_LIMITS);
  for (let index = 1; index <= 257; index++) readPath(paths, `/S/m${index}`);
  assertEquals(readNumber(paths, 0x80, 0x02), "/S/m256");
  assertThrows(() => readNumber(paths, 0x81, 0x02), FrameError, "number is 257, known are 256");
});

test("MethodPathReader refuses a long path that another connection may send", () => {
  assertEquals(readPath(new MethodPathReader(DEFAULT_LIMITS), "/Long/path"), "/Long/path");
  const strict = new MethodPathReader(createLimits({ maxPathBytes: 9 }));
  assertEquals([readPath(strict, "/Long/path"), readPath(strict, "/Long/pat")], [10, "/Long/pat"]);
});

test("createPathError() says that no handler ran, and both lengths where it is too long", () => {
  for (
    const [bytes, words] of [
      [1024, "path is not /service/method of at most 1024 bytes"],
      [1025, "path is 1025 bytes, limit is 1024 bytes"],
    ] as const
  ) {
    const error = createPathError(DEFAULT_LIMITS, bytes);
    assertEquals([error.code, error.maybeExecuted], [RpcStatus.INVALID_ARGUMENT, false]);
    assertEquals(error.rawMessage, `Cannot open call: ${words}`);
  }
});
