import { setImmediate } from "node:timers";
import { denoAddress, findDeno, upgradeOnDeno } from "../../../src/adapters/deno/upgrade.ts";
import { createDeferred } from "../../../src/internal/deferred.ts";
import type { RpcUpgrade } from "../../../src/server/upgrader.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { runtime, test } from "../../support/test.ts";
import { upgradeRequest } from "../../support/upgrade_request.ts";
import { withGlobal } from "../../support/with_global.ts";

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

/** A request whose signal is that of a controller, and how often it was asked for. */
function watchedRequest() {
  const client = new AbortController();
  let asked = 0;
  const request = Object.defineProperty(upgradeRequest(), "signal", {
    get(): AbortSignal {
      asked++;
      return client.signal;
    },
  });
  return { client, request, timesAsked: () => asked };
}

/** An upgrade that tells what is done with it; its sub-protocol is read to make it. */
function createUpgrade(protocol = "rpc-ts.v1") {
  const seen: string[] = [];
  const upgrade: RpcUpgrade = {
    get answerProtocol() {
      seen.push("tried");
      return protocol;
    },
    accept: () => void seen.push("accepted"),
    abandon: () => void seen.push("abandoned"),
  };
  return { upgrade, seen };
}

/** A Deno that upgrades everything. */
const OBLIGING = {
  upgradeWebSocket: () => ({ socket: new FakeSocket(), response: new Response("upgraded") }),
};

async function answered(found: Response | Promise<Response>): Promise<readonly [number, string]> {
  const response = await found;
  return [response.status, await response.text()];
}

test("upgradeOnDeno() gives the place back when the request cannot be upgraded", async () => {
  const { upgrade: admitted, seen } = createUpgrade("chat");
  // Deno throws for a sub-protocol that the client did not offer; elsewhere nothing can upgrade.
  const response = upgradeOnDeno(upgradeRequest(), { admitted, idleSeconds: 30 });
  assertEquals(await answered(response), [400, "Upgrade failed\n"]);
  assertEquals(seen, ["tried", "abandoned"]);
});

test("upgradeOnDeno() answers at once what was decided at once, and asks for no signal", async () => {
  const { upgrade, seen } = createUpgrade();
  const { request, timesAsked } = watchedRequest();
  const response = withGlobal(
    "Deno",
    OBLIGING,
    () => upgradeOnDeno(request, { admitted: upgrade, idleSeconds: 30 }),
  );
  assert(response instanceof Response, "did not answer at once");
  assertEquals(await answered(response), [200, "upgraded"]);
  const refusal = new Response("no", { status: 403 });
  assertEquals(upgradeOnDeno(request, { admitted: refusal, idleSeconds: 30 }), refusal);
  assertEquals([seen, timesAsked()], [["tried", "accepted"], 0]);
});

test("upgradeOnDeno() makes no upgrade for a client that leaves while it has to wait", async () => {
  for (const leaves of ["never", "before", "as it is admitted"]) {
    const { client, request, timesAsked } = watchedRequest();
    const { upgrade, seen } = createUpgrade("chat");
    const admission = createDeferred<RpcUpgrade>();
    const response = upgradeOnDeno(request, { admitted: admission.promise, idleSeconds: 30 });
    // Asked later, the signal of a real request would not know that the client has gone.
    assertEquals(timesAsked(), 1);
    if (leaves === "before") client.abort();
    admission.resolve(upgrade);
    // What the platform has heard by now it tells in its next turn.
    if (leaves === "as it is admitted") setImmediate(() => client.abort());
    // Nobody can upgrade to what the client did not offer.
    assertEquals(await answered(response), [400, "Upgrade failed\n"]);
    assertEquals(seen, leaves === "never" ? ["tried", "abandoned"] : ["abandoned"], leaves);
  }
});
