import { MAX_CLOSE_REASON_BYTES, truncateCloseReason } from "../../src/protocol/close_reason.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}

test("truncateCloseReason() leaves a reason at the limit as it is", () => {
  const reason = "x".repeat(MAX_CLOSE_REASON_BYTES);
  assertEquals(truncateCloseReason(reason), reason);
  assertEquals(truncateCloseReason(""), "");
});

test("truncateCloseReason() cuts one byte above the limit", () => {
  const reason = "x".repeat(MAX_CLOSE_REASON_BYTES + 1);
  assertEquals(truncateCloseReason(reason), reason.slice(0, -1));
});

test("truncateCloseReason() counts bytes and cuts no character", () => {
  for (const character of ["é", "日", "\u{1F600}", "a\u{1F600}"]) {
    const cut = truncateCloseReason(character.repeat(200));
    assert(bytesIn(cut) <= MAX_CLOSE_REASON_BYTES);
    assert(bytesIn(cut) > MAX_CLOSE_REASON_BYTES - 4);
    assertEquals(cut.toWellFormed(), cut);
  }
});
