import {
  DEFAULT_PROTOCOLS,
  selectProtocol,
  selectWire,
} from "../../../src/transports/websocket/wires.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("selectProtocol() picks the first that this library speaks", () => {
  assertEquals(selectProtocol(["chat", "rpc-ts.v1", "other"]), "rpc-ts.v1");
});

test("selectProtocol() finds nothing among strangers and in other cases", () => {
  for (const offered of [[], ["chat"], ["RPC-TS.V1"], ["rpc-ts.v2"]]) {
    assertEquals(selectProtocol(offered), undefined);
  }
});

test("selectWire() finds the wire of a sub-protocol", () => {
  assertEquals(selectWire(["chat", "rpc-ts.v1"]).protocol, "rpc-ts.v1");
  assertEquals(selectWire(DEFAULT_PROTOCOLS).protocol, "rpc-ts.v1");
});

test("selectWire() names what it found and what it wants", () => {
  assertThrows(
    () => selectWire(["chat", "soap"]),
    RangeError,
    'Cannot choose a wire: sub-protocols are "chat", "soap", expected one of "rpc-ts.v1"',
  );
  assertThrows(() => selectWire([]), RangeError, "sub-protocols are none");
});
