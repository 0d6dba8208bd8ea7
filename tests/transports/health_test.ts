import { createHealthStatus } from "../../src/transports/health.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("createHealthStatus() keeps what it was told", () => {
  const details = { size: 3 };
  const { timestamp: _, ...status } = createHealthStatus("cache", "degraded", {
    message: "Cold",
    details,
  });
  assertEquals(status, { component: "cache", level: "degraded", message: "Cold", details });
});

test("createHealthStatus() says when, and has no details unless given", () => {
  const before = Date.now();
  const status = createHealthStatus("cache", "healthy", { message: "Warm" });
  assert(status.timestamp >= before && status.timestamp <= Date.now());
  assertEquals(status.details, {});
});
