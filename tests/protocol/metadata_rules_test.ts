import { createLimits, DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import { RpcMetadata, type RpcMetadataInit } from "../../src/protocol/metadata.ts";
import {
  findBlockFault,
  findCountFault,
  findNameFault,
  findValueFault,
  isBinaryName,
  measureMetadata,
  type RpcMetadataLimits,
  validateMetadata,
} from "../../src/protocol/metadata_rules.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

function refuse(
  init: RpcMetadataInit,
  words: string,
  limits: RpcMetadataLimits = DEFAULT_LIMITS,
): RpcError {
  const error = assertThrows(
    () => validateMetadata(RpcMetadata.from(init), limits),
    RpcError,
    words,
  );
  assertEquals(error.maybeExecuted, false);
  return error;
}

test("validateMetadata() accepts what every wire carries", () => {
  validateMetadata(RpcMetadata.empty);
  validateMetadata(RpcMetadata.from({
    "authorization": "Bearer a.b-c_d/e+f==",
    "x-empty": "",
    "x-inner space": [],
    "x-quoted": 'a "b", c; d=e',
    "0._-": "~ !",
    "x-data-bin": new Uint8Array([0, 255, 10, 13]),
    "x-empty-bin": new Uint8Array(0),
    "x-tag": ["a", "b", "a"],
  }));
});

test("validateMetadata() names the header that is reserved", () => {
  for (const name of ["grpc-status", "content-type", "te", "x-client-cancelled", ":path"]) {
    const error = refuse({ [name]: "1" }, `"${name}": the name is reserved`);
    assertEquals(error.code, RpcStatus.INVALID_ARGUMENT);
  }
});

test("validateMetadata() refuses names outside the grammar", () => {
  const wrong = {
    "": "found nothing",
    "a b": "found U+0020 at 1",
    "a\n": "found U+000A at 1",
    "x/y": "found U+002F at 1",
    "é": "found U+00E9 at 0",
    "a\0": "found U+0000 at 1",
  };
  for (const [name, words] of Object.entries(wrong)) {
    assertEquals(refuse({ [name]: "1" }, words).code, RpcStatus.INVALID_ARGUMENT);
  }
});

test("validateMetadata() refuses text that is not printable ASCII, and names the header", () => {
  for (const value of ["a\rb", "a\nb", "a\0", "\t", "caf\u00e9", "\x7f", "\x1f", "жук"]) {
    const error = refuse({ "x-a": value }, "is not printable ASCII");
    assertEquals(
      /^\[INVALID_ARGUMENT\] Cannot use header "x-a": .* at \d /.test(error.message),
      true,
    );
    assertEquals(error.message.includes("U+"), false, "a character of the value is in the message");
    assertEquals(error.code, RpcStatus.INVALID_ARGUMENT);
    assertEquals(error.message.includes(value), false, "the value is in the message");
  }
});

test("validateMetadata() refuses a space at either end of a value, and none within", () => {
  refuse({ "x-a": " b" }, "begins or ends with a space");
  refuse({ "x-a": "b " }, "begins or ends with a space");
  refuse({ "x-a": " " }, "begins or ends with a space");
  validateMetadata(RpcMetadata.from({ "x-a": "b  c" }));
});

test("validateMetadata() wants bytes for -bin and text for all else", () => {
  refuse({ "x-a-bin": "text" }, 'header "x-a-bin": found text, expected bytes');
  refuse({ "x-a": new Uint8Array(1) }, 'header "x-a": found bytes, expected text');
});

test("validateMetadata() holds each limit, at it and one above", () => {
  const limits = createLimits({
    maxHeaders: 2,
    maxHeaderNameBytes: 4,
    maxHeaderValueBytes: 3,
    maxMetadataBytes: 19,
  });
  const check = (init: RpcMetadataInit) => validateMetadata(RpcMetadata.from(init), limits);
  check([["abcd", "123"], ["abcd", "123"]]);
  check({ "-bin": new Uint8Array(3) });
  const exceeding: readonly (readonly [RpcMetadataInit, string])[] = [
    [[["a", "1"], ["a", "1"], ["a", "1"]], "found 3 headers, limit is 2"],
    [{ abcde: "1" }, "found 5 bytes, limit is 4 bytes"],
    [{ abcd: "1234" }, 'header "abcd": found 4 bytes, limit is 3 bytes'],
    [{ "-bin": new Uint8Array(4) }, 'header "-bin": found 4 bytes, limit is 3 bytes'],
  ];
  for (const [init, words] of exceeding) {
    assertEquals(refuse(init, words, limits).code, RpcStatus.RESOURCE_EXHAUSTED);
  }
  const tight = createLimits({ maxMetadataBytes: 18 });
  refuse([["abcd", "123"], ["abcd", "123"]], "found 19 bytes, limit is 18 bytes", tight);
});

test("validateMetadata() stops at the total limit where each header is legal", () => {
  const headers = Array.from({ length: 64 }, (_, index) => [`x-${index}`, "v".repeat(8192)]);
  const error = refuse(headers as [string, string][], "limit is 65536 bytes");
  assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
});

test("validateMetadata() judges metadata that it found right again by other limits", () => {
  const metadata = RpcMetadata.from([["abcd", "123"], ["efgh", "456"]]);
  validateMetadata(metadata);
  const stricter: readonly (readonly [Partial<RpcMetadataLimits>, string])[] = [
    [{ maxHeaders: 1 }, "found 2 headers"],
    [{ maxHeaderNameBytes: 3 }, "found 4 bytes"],
    [{ maxHeaderValueBytes: 2 }, "found 3 bytes"],
    [{ maxMetadataBytes: 18 }, "found 19 bytes"],
  ];
  for (const [limits, words] of stricter) {
    assertThrows(() => validateMetadata(metadata, createLimits(limits)), RpcError, words);
  }
  validateMetadata(metadata);
});

test("measureMetadata() is the same the first time and later", () => {
  assertEquals(measureMetadata(RpcMetadata.empty, DEFAULT_LIMITS), 1);
  const metadata = RpcMetadata.from({ "x-a": "b".repeat(200), "x-b-bin": new Uint8Array(3) });
  // One for the count, then lengths and contents; 200 takes two bytes.
  const expected = 1 + (1 + 3 + 2 + 200) + (1 + 7 + 1 + 3);
  assertEquals(measureMetadata(metadata, DEFAULT_LIMITS), expected);
  assertEquals(measureMetadata(metadata, DEFAULT_LIMITS), expected);
});

test("findNameFault() and findValueFault() find nothing wrong with what is right", () => {
  assertEquals(findNameFault("x-a", DEFAULT_LIMITS), undefined);
  assertEquals(findNameFault("x".repeat(128), DEFAULT_LIMITS), undefined);
  assertEquals(findValueFault("x-a", "v".repeat(8192), DEFAULT_LIMITS), undefined);
  assertEquals(findNameFault("x".repeat(129), DEFAULT_LIMITS)?.code, RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals(findNameFault("X", DEFAULT_LIMITS)?.code, RpcStatus.INVALID_ARGUMENT);
});

test("findCountFault() and findBlockFault() hold the limit and one above", () => {
  assertEquals(findCountFault(128, DEFAULT_LIMITS), undefined);
  assertEquals(findCountFault(129, DEFAULT_LIMITS)?.code, RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals(findBlockFault(65536, DEFAULT_LIMITS), undefined);
  assertEquals(findBlockFault(65537, DEFAULT_LIMITS)?.code, RpcStatus.RESOURCE_EXHAUSTED);
});

test("isBinaryName() looks at the end of the name", () => {
  assertEquals(isBinaryName("x-bin"), true);
  assertEquals(isBinaryName("-bin"), true);
  assertEquals(isBinaryName("x-bin-a"), false);
  assertEquals(isBinaryName("bin"), false);
});
