import { isReservedMetadataName } from "../../src/protocol/reserved_names.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("isReservedMetadataName() knows the names of the wires and of HTTP", () => {
  const reserved = [
    "grpc-status",
    "grpc-timeout",
    "grpc-",
    "content-type",
    "te",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
    "host",
    "x-rpc-window-update",
    "x-rpc-window-update-messages",
    "x-rpc-conn-window-update",
    "x-rpc-ping-timestamp",
    "x-client-cancelled",
    "x-cancellation-reason",
    ":path",
    ":",
  ];
  for (const name of reserved) assertEquals(isReservedMetadataName(name), true, name);
});

test("isReservedMetadataName() leaves all other names to users", () => {
  const free = [
    "authorization",
    "cookie",
    "x-request-id",
    "x-trace-id",
    "x-rpc-custom",
    "x-grpc-test-echo-initial",
    "x-grpc-test-echo-trailing-bin",
    "grpc",
    "tea",
    "hostname",
    "",
  ];
  for (const name of free) assertEquals(isReservedMetadataName(name), false, name);
});
