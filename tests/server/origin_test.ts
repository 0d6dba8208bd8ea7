import { createOriginCheck } from "../../src/server/origin.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { upgradeRequest } from "../support/upgrade_request.ts";

type Cases = readonly (readonly [origin: string | undefined, isAllowed: boolean])[];

function assertCases(allowed: Parameters<typeof createOriginCheck>[0], cases: Cases): void {
  const check = createOriginCheck(allowed);
  for (const [origin, isAllowed] of cases) {
    assertEquals(check(upgradeRequest({ origin })), isAllowed, `origin ${origin}`);
  }
}

test("createOriginCheck() lets in the pages of the host that is asked for, unless told", () => {
  assertCases(undefined, [
    [undefined, true],
    ["http://api.example.com", true],
    ["https://api.example.com", true],
    ["HTTPS://API.Example.COM", true],
    ["https://api.example.com:443", true],
    ["https://api.example.com:8443", false],
    ["https://example.com", false],
    ["https://api.example.com.evil.com", false],
    ["https://evil.com/api.example.com", false],
    ["null", false],
    ["", false],
    ["file://", false],
    ["nonsense", false],
  ]);
});

test("createOriginCheck() compares ports, with the default one left out", () => {
  const check = createOriginCheck(undefined);
  const request = (host: string, origin: string): Request => upgradeRequest({ host, origin });
  assertEquals(check(request("a.example.com:443", "https://a.example.com")), true);
  assertEquals(check(request("a.example.com:8080", "http://a.example.com:8080")), true);
  assertEquals(check(request("a.example.com:8080", "http://a.example.com")), false);
  assertEquals(check(request("[::1]:8080", "http://[::1]:8080")), true);
});

test("createOriginCheck() falls back on the address where there is no Host header", () => {
  const check = createOriginCheck(undefined);
  const own = upgradeRequest({ host: undefined, origin: "http://api.example.com" });
  assertEquals(check(own), true);
});

test("createOriginCheck() compares a list in any case and lets in no one else", () => {
  assertCases(["https://App.example.com", "http://localhost:3000", "null"], [
    [undefined, true],
    ["https://app.example.com", true],
    ["https://APP.example.com", true],
    ["http://localhost:3000", true],
    ["null", true],
    ["http://app.example.com", false],
    ["https://api.example.com", false],
    ["http://localhost", false],
  ]);
});

test("createOriginCheck() lets no page in with an empty list, and every one with a star", () => {
  assertCases([], [[undefined, true], ["http://api.example.com", false]]);
  assertCases(["*"], [[undefined, true], ["https://anywhere.example.com", true], ["null", true]]);
});

test("createOriginCheck() refuses several Origin headers, whatever is allowed", () => {
  const twice = "http://api.example.com, http://api.example.com";
  for (const allowed of [undefined, ["*"], () => true]) {
    assertCases(allowed, [[twice, false]]);
  }
});

test("createOriginCheck() asks a function with the origin in lower case, and wants true", () => {
  const asked: string[] = [];
  const check = createOriginCheck((origin) => {
    asked.push(origin);
    return origin.endsWith(".example.com");
  });
  assertEquals(check(upgradeRequest({ origin: "https://A.Example.com" })), true);
  assertEquals(check(upgradeRequest({ origin: "https://evil.com" })), false);
  assertEquals(check(upgradeRequest()), true);
  assertEquals(asked, ["https://a.example.com", "https://evil.com"]);
});

test("createOriginCheck() rejects an origin that could never match", () => {
  for (const wrong of ["app.example.com", "https://a.example.com/", "https://a b", "", "//a"]) {
    assertThrows(() => createOriginCheck([wrong]), TypeError, `found "${wrong}"`);
  }
});

test("createOriginCheck() rejects what no browser sends, and names what it does", () => {
  const sent = [
    ["https://app.example.com:443", "https://app.example.com"],
    ["HTTP://Localhost:80", "http://localhost"],
    ["https://b\u00fccher.example", "https://xn--bcher-kva.example"],
    ["https://ada@app.example.com", "https://app.example.com"],
    ["http://127.1:8080", "http://127.0.0.1:8080"],
  ] as const;
  for (const [wrong, origin] of sent) {
    const words = `found "${wrong}", expected "${origin}"`;
    assertThrows(() => createOriginCheck([wrong]), TypeError, words);
    assertCases([origin], [[origin, true]]);
  }
  for (const wrong of ["https://a.example.com:99999", "https://a%zz.example.com"]) {
    assertThrows(
      () => createOriginCheck([wrong]),
      TypeError,
      `found "${wrong}", expected one like`,
    );
  }
});

test("createOriginCheck() takes origins of extensions and apps as they are", () => {
  const apps = ["chrome-extension://abcdefgh", "capacitor://localhost", "tauri://localhost:1430"];
  assertCases(apps, apps.map((origin) => [origin, true]));
});
