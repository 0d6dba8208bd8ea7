import {
  type RpcUpgradeDecision,
  RpcUpgradePolicy,
  type RpcUpgradePolicyOptions,
} from "../../src/server/upgrade_policy.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { test } from "../support/test.ts";
import { upgradeRequest } from "../support/upgrade_request.ts";

async function assertRefused(
  decision: RpcUpgradeDecision | Promise<RpcUpgradeDecision>,
  status: number,
  words: string,
): Promise<void> {
  const decided = await decision;
  assert(decided.kind === "refused", "was accepted");
  const text = await decided.response.text();
  assertEquals(decided.response.status, status, text);
  assert(text.includes(words), `"${text}" does not contain "${words}"`);
}

test("RpcUpgradePolicy.decide() accepts at once where nothing is to be asked", () => {
  const accepted = { kind: "accepted", protocol: "rpc-ts.v1", isOffered: true, auth: undefined };
  assertEquals(new RpcUpgradePolicy().decide(upgradeRequest()), accepted as RpcUpgradeDecision);
  const offers = upgradeRequest({ "sec-websocket-protocol": "chat, rpc-ts.v1" });
  assertEquals(new RpcUpgradePolicy().decide(offers), accepted as RpcUpgradeDecision);
});

test("RpcUpgradePolicy.decide() gives the hook request, address and sub-protocol", () => {
  const request = upgradeRequest();
  const seen: unknown[] = [];
  const policy = new RpcUpgradePolicy({
    authorize: (given, info) => {
      seen.push(given === request, info);
      return "u-1";
    },
  });
  const decision = policy.decide(request, { address: "192.0.2.1:5" });
  assert(!(decision instanceof Promise), "did not decide at once");
  assert(decision.kind === "accepted" && decision.auth === "u-1", "was not accepted with auth");
  assertEquals(seen, [true, { address: "192.0.2.1:5", protocol: "rpc-ts.v1" }]);
});

test("RpcUpgradePolicy.decide() asks the hook only when all else is right", async () => {
  let asked = 0;
  const policy = new RpcUpgradePolicy({ authorize: () => ++asked });
  await assertRefused(policy.decide(upgradeRequest({ upgrade: undefined })), 426, "Upgrade");
  await assertRefused(policy.decide(upgradeRequest({ origin: "https://x.com" })), 403, "Origin");
  const chat = upgradeRequest({ "sec-websocket-protocol": "chat" });
  await assertRefused(policy.decide(chat), 400, "Sub-protocol");
  assertEquals(asked, 0);
});

test("RpcUpgradePolicy.decide() names the sub-protocols found and supported", async () => {
  const policy = new RpcUpgradePolicy();
  const some = upgradeRequest({ "sec-websocket-protocol": "chat, mqtt" });
  const text = 'Sub-protocol is not supported: found "chat", "mqtt", expected one of "rpc-ts.v1"';
  await assertRefused(policy.decide(some), 400, text);
  const none = upgradeRequest({ "sec-websocket-protocol": undefined });
  await assertRefused(policy.decide(none), 400, "found none, expected one of");
  const wrong = upgradeRequest({ "sec-websocket-protocol": "rpc-ts.v1, rpc-ts.v1" });
  await assertRefused(policy.decide(wrong), 400, "malformed");
});

test("RpcUpgradePolicy.decide() logs a refused origin, and no health check", async () => {
  const { logger, records } = createLog();
  const policy = new RpcUpgradePolicy({ logger });
  await policy.decide(new Request("http://api.example.com/rpc"));
  assertEquals(records, []);
  await policy.decide(upgradeRequest({ origin: `https://${"x".repeat(500)}.com` }));
  assertEquals(messagesOf(records, "warn"), ["Upgrade refused: origin is not allowed"]);
  assertEquals(String(records[0]?.fields["origin"]).length, 200);
});

test("RpcUpgradePolicy.decide() refuses when the check of the origin throws", async () => {
  const { logger, records } = createLog();
  const allowedOrigins = (): never => {
    throw new Error("a secret");
  };
  const policy = new RpcUpgradePolicy({ allowedOrigins, logger });
  await assertRefused(policy.decide(upgradeRequest({ origin: "https://a.com" })), 403, "Origin");
  assertEquals(messagesOf(records, "error"), ["Check of the origin failed"]);
  assert(!JSON.stringify(records).includes("secret"), "the log holds a secret");
});

test("new RpcUpgradePolicy() rejects origins and limits that are wrong", () => {
  const origins: RpcUpgradePolicyOptions = { allowedOrigins: ["example.com"] };
  assertThrows(() => new RpcUpgradePolicy(origins), TypeError, "Cannot allow origin");
  const limits = { connectTimeoutMs: 0 };
  assertThrows(() => new RpcUpgradePolicy({ limits }), RangeError, "connectTimeoutMs");
});

test("RpcUpgradePolicy.decide() does not let requests fill the log", async () => {
  const clock = new FakeClock();
  const { logger, records } = createLog();
  const foreign = new RpcUpgradePolicy({ logger, clock });
  const failing = new RpcUpgradePolicy({
    logger,
    clock,
    authorize: () => {
      throw new Error("Broken");
    },
  });
  for (let count = 0; count < 1000; count++) {
    await assertRefused(foreign.decide(upgradeRequest({ origin: "https://x.com" })), 403, "Origin");
    await assertRefused(failing.decide(upgradeRequest()), 500, "Authorization failed");
  }
  assertEquals([messagesOf(records, "warn").length, messagesOf(records, "error").length], [10, 10]);
  await clock.advance(10_000);
  await foreign.decide(upgradeRequest({ origin: "https://x.com" }));
  assertEquals(records.at(-1)?.fields, { origin: "https://x.com", leftOut: 990 });
});
