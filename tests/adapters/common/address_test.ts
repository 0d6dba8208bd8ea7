import { formatAddress } from "../../../src/adapters/common/address.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("formatAddress() joins host and port, with brackets where the host has colons", () => {
  assertEquals(formatAddress("192.0.2.1", 50412), "192.0.2.1:50412");
  assertEquals(formatAddress("2001:db8::1", 50412), "[2001:db8::1]:50412");
  assertEquals(formatAddress("192.0.2.1", undefined), "192.0.2.1");
  assertEquals(formatAddress("", 5), undefined);
  assertEquals(formatAddress(undefined, undefined), undefined);
});
