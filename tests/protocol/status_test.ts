import { formatStatus, RpcStatus, toStatusCode } from "../../src/protocol/status.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("RpcStatus has the seventeen codes of gRPC in order", () => {
  assertEquals(Object.values(RpcStatus), Array.from({ length: 17 }, (_, code) => code));
  assertEquals(RpcStatus.UNAUTHENTICATED, 16);
  assertEquals(RpcStatus.DATA_LOSS, 15);
});

test("formatStatus() names every code", () => {
  for (const [name, code] of Object.entries(RpcStatus)) {
    assertEquals<string>(formatStatus(code), name);
  }
});

test("formatStatus() and toStatusCode() make UNKNOWN of a number that no status has", () => {
  for (const code of [-1, 17, 255, 1.5, NaN, Infinity, 2 ** 53]) {
    assertEquals(formatStatus(code), "UNKNOWN", `${code}`);
    assertEquals(toStatusCode(code), RpcStatus.UNKNOWN, `${code}`);
  }
});

test("toStatusCode() keeps a code", () => {
  for (const code of Object.values(RpcStatus)) assertEquals(toStatusCode(code), code);
});
