import { denoAddress, findDeno, upgradeOnDeno } from "../../../src/adapters/deno/upgrade.ts";
import { assertEquals } from "../../support/assert.ts";
import { runtime, test } from "../../support/test.ts";
import { upgradeRequest } from "../../support/upgrade_request.ts";

test("findDeno() finds the platform where it is", () => {
  assertEquals(findDeno() !== undefined, runtime === "deno");
});

test("denoAddress() joins host and port, where there are any", () => {
  const info = { remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 5 } };
  assertEquals(denoAddress(info), "192.0.2.1:5");
  assertEquals(denoAddress({ remoteAddr: { transport: "unix" } }), undefined);
  assertEquals(denoAddress({}), undefined);
  assertEquals(denoAddress(undefined), undefined);
});

test("upgradeOnDeno() gives the place back when the request cannot be upgraded", async () => {
  let abandoned = 0;
  const upgrade = { answerProtocol: "chat", accept: () => {}, abandon: () => void abandoned++ };
  // Deno throws for a sub-protocol that the client did not offer; elsewhere nothing can upgrade.
  const response = upgradeOnDeno(upgradeRequest(), { upgrade, idleSeconds: 30 });
  assertEquals([response.status, abandoned], [400, 1]);
  assertEquals(await response.text(), "Upgrade failed\n");
});
