import {
  createRefusal,
  createUnavailable,
  createUpgradeRequired,
} from "../../src/server/refusal.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("createRefusal() answers with plain text that is not kept or guessed at", async () => {
  const response = createRefusal(403, "Not here", { "x-extra": "1" });
  assertEquals(response.status, 403);
  assertEquals(await response.text(), "Not here\n");
  const names = ["content-type", "cache-control", "x-content-type-options", "x-extra"];
  assertEquals(names.map((name) => response.headers.get(name)), [
    "text/plain; charset=utf-8",
    "no-store",
    "nosniff",
    "1",
  ]);
});

test("createRefusal() keeps its text printable ASCII and short", async () => {
  const text = await createRefusal(400, `a\r\nb\u00e9${"c".repeat(1000)}`).text();
  assertEquals(text.slice(0, 6), "a??b?c");
  assertEquals(text.length, 301);
});

test("createUpgradeRequired() names what to upgrade to", () => {
  const response = createUpgradeRequired();
  assertEquals([response.status, response.headers.get("upgrade")], [426, "websocket"]);
});

test("createUnavailable() says when to try again", () => {
  const response = createUnavailable("Full");
  assertEquals([response.status, response.headers.get("retry-after")], [503, "1"]);
});
