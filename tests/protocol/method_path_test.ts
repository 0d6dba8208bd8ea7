import {
  checkMethodName,
  checkServiceName,
  formatMethodPath,
  isMethodPath,
  parseMethodPath,
} from "../../src/protocol/method_path.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const WRONG_IN_BOTH = ["", "a/b", "a b", "a\n", "\na", "é", "a:b", "a%20", "a\0", "\u212A"];

test("formatMethodPath() and parseMethodPath() are inverse", () => {
  for (const service of ["A", "acme.Chat.v2", "_rpc.System", "a-b_C.9", "..."]) {
    for (const method of ["m", "Send_it-2", "_", "-"]) {
      const path = formatMethodPath(service, method);
      assertEquals(path, `/${service}/${method}`);
      assertEquals(parseMethodPath(path), { service, method });
      assertEquals(isMethodPath(path), true);
    }
  }
});

test("checkServiceName() allows dots, checkMethodName() does not", () => {
  checkServiceName("acme.Chat");
  assertThrows(() => checkMethodName("room.join"), TypeError, 'found "room.join"');
});

test("checkServiceName() and checkMethodName() refuse what a path cannot hold", () => {
  for (const name of WRONG_IN_BOTH) {
    assertThrows(() => checkServiceName(name), TypeError, "Cannot name service");
    assertThrows(() => checkMethodName(name), TypeError, "Cannot name method");
    assertThrows(() => formatMethodPath(name, "m"), TypeError);
    assertThrows(() => formatMethodPath("S", name), TypeError);
  }
});

test("formatMethodPath() allows 1024 bytes and not one more", () => {
  const service = "s".repeat(1024 - 2 - 5);
  assertEquals(formatMethodPath(service, "12345").length, 1024);
  assertThrows(() => formatMethodPath(service, "123456"), TypeError, "limit is 1024 bytes");
});

test("checkServiceName() refuses a name that leaves no room for a method", () => {
  checkServiceName("s".repeat(1021));
  assertThrows(() => checkServiceName("s".repeat(1022)), TypeError, "limit is 1024 bytes");
  checkMethodName("m".repeat(1021));
  assertThrows(() => checkMethodName("m".repeat(1022)), TypeError, "limit is 1024 bytes");
});

test("parseMethodPath() refuses every other form", () => {
  const wrong = [
    "",
    "/",
    "//",
    "S/m",
    "/S",
    "/S/",
    "//m",
    "/S/m/",
    "/S/m/n",
    "/S/m.n",
    " /S/m",
    "/S/m ",
    "/S/m\n",
    "/S\n/m",
    "/ж/m",
  ];
  for (const path of wrong) {
    assertEquals(parseMethodPath(path), undefined, JSON.stringify(path));
    assertEquals(isMethodPath(path), false, JSON.stringify(path));
  }
});

test("parseMethodPath() and isMethodPath() hold a path to the limit given", () => {
  assertEquals(parseMethodPath("/Chat/send", 10)?.method, "send");
  assertEquals(parseMethodPath("/Chat/send", 9), undefined);
  assertEquals(isMethodPath("/Chat/send", 10), true);
  assertEquals(isMethodPath("/Chat/send", 9), false);
  assertEquals(isMethodPath(`/${"s".repeat(1020)}/mm`), true);
  assertEquals(isMethodPath(`/${"s".repeat(1020)}/mmm`), false);
});
