import { answerOther, createRoute } from "../../../src/adapters/common/route.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { upgradeRequest } from "../../support/upgrade_request.ts";

test("createRoute() tells upgrades on its path from all else", () => {
  const route = createRoute("/rpc");
  const at = (path: string): Request => upgradeRequest({}, { url: `http://a.example.com${path}` });
  assertEquals(route(at("/rpc")), "upgrade");
  assertEquals(route(at("/rpc?token=1#x")), "upgrade");
  for (const path of ["/", "/rpc/", "/rpc2", "/other?path=/rpc"]) {
    assertEquals(route(at(path)), "elsewhere", path);
  }
  assertEquals(route(new Request("http://a.example.com/rpc")), "plain");
});

test("createRoute() takes every path unless given one", () => {
  const route = createRoute(undefined);
  assertEquals(route(upgradeRequest({}, { url: "http://a.example.com/any" })), "upgrade");
  assertEquals(route(new Request("http://a.example.com/any")), "plain");
});

test("createRoute() rejects what is no path", () => {
  for (const path of ["", "rpc", "/rpc?x=1", "/rpc#x", "http://a.example.com/rpc"]) {
    assertThrows(() => createRoute(path), TypeError, `found "${path}"`);
  }
});

test("answerOther() asks to upgrade on the path, and knows no other", () => {
  assertEquals(answerOther("plain").status, 426);
  assertEquals(answerOther("elsewhere").status, 404);
});
