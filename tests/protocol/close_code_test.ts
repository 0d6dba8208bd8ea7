import {
  CLOSE_GOING_AWAY,
  CLOSE_NORMAL,
  CLOSE_PROTOCOL_ERROR,
  CLOSE_REPLACED,
  CLOSE_TIMEOUT,
  CLOSE_TOO_LARGE,
  CLOSE_TOO_MANY,
  statusFromCloseCode,
} from "../../src/protocol/close_code.ts";
import { formatStatus, type RpcStatusName } from "../../src/protocol/status.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

const TABLE: Readonly<Record<RpcStatusName, readonly number[]>> = {
  OK: [],
  CANCELLED: [],
  UNKNOWN: [1, 999, 1004, 1016, 2000, 3000, 3999, 4000, 4399, CLOSE_PROTOCOL_ERROR, 4401, 4999],
  INVALID_ARGUMENT: [],
  DEADLINE_EXCEEDED: [],
  NOT_FOUND: [],
  ALREADY_EXISTS: [],
  PERMISSION_DENIED: [1008],
  RESOURCE_EXHAUSTED: [1009, CLOSE_TOO_LARGE, CLOSE_TOO_MANY],
  FAILED_PRECONDITION: [],
  ABORTED: [],
  OUT_OF_RANGE: [],
  UNIMPLEMENTED: [],
  INTERNAL: [1002, 1003, 1007, 1010, 1011],
  UNAVAILABLE: [
    0,
    CLOSE_NORMAL,
    CLOSE_GOING_AWAY,
    1005,
    1006,
    1012,
    1013,
    1014,
    1015,
    CLOSE_TIMEOUT,
    CLOSE_REPLACED,
  ],
  DATA_LOSS: [],
  UNAUTHENTICATED: [],
};

test("statusFromCloseCode() gives each code its status", () => {
  for (const [name, codes] of Object.entries(TABLE)) {
    for (const code of codes) {
      assertEquals(formatStatus(statusFromCloseCode(code)), name as RpcStatusName, `${code}`);
    }
  }
});

test("statusFromCloseCode() takes an unclean 1002 for a lost connection", () => {
  assertEquals(formatStatus(statusFromCloseCode(1002, { wasClean: false })), "UNAVAILABLE");
  assertEquals(formatStatus(statusFromCloseCode(1002, { wasClean: true })), "INTERNAL");
  assertEquals(formatStatus(statusFromCloseCode(1008, { wasClean: false })), "PERMISSION_DENIED");
});

test("CLOSE_PROTOCOL_ERROR and the others are codes that an application may send", () => {
  const codes = [
    CLOSE_PROTOCOL_ERROR,
    CLOSE_REPLACED,
    CLOSE_TIMEOUT,
    CLOSE_TOO_LARGE,
    CLOSE_TOO_MANY,
  ];
  assert(codes.every((code) => code >= 3000 && code <= 4999));
  assertEquals(new Set(codes).size, codes.length);
});
