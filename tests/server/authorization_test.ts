import { runAuthorize } from "../../src/server/authorization.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { test } from "../support/test.ts";

function createOptions() {
  return { ...createLog(), clock: new FakeClock(), timeoutMs: 100 };
}

async function refusalOf(ask: () => unknown): Promise<readonly [number, string, string[]]> {
  const options = createOptions();
  const found = await runAuthorize(ask, options);
  assert(found.kind === "refused", "was granted");
  assertEquals(options.clock.pending, 0);
  const errors = messagesOf(options.records, "error");
  assert(!JSON.stringify(options.records).includes("secret"), "the log holds a secret");
  return [found.response.status, await found.response.text(), errors];
}

test("runAuthorize() grants what the hook returns, now or later", async () => {
  for (const auth of [undefined, null, false, { user: "u-1" }]) {
    const options = createOptions();
    assertEquals(runAuthorize(() => auth, options), { kind: "granted", auth });
    const later = await runAuthorize(() => Promise.resolve(auth), options);
    assertEquals(later, { kind: "granted", auth });
    assertEquals(options.clock.pending, 0);
  }
});

test("runAuthorize() decides at once where the hook does", () => {
  const denied = (): never => {
    throw new RpcError(RpcStatus.PERMISSION_DENIED, "Not you");
  };
  for (const ask of [denied, () => new Response("Pay first", { status: 402 })]) {
    const found = runAuthorize(ask, createOptions());
    assert(!(found instanceof Promise) && found.kind === "refused", "did not refuse at once");
  }
});

test("runAuthorize() waits for whatever has a then()", async () => {
  const thenable = { then: (tell: (auth: string) => void) => tell("u-1") };
  const found = await runAuthorize(() => thenable, createOptions());
  assertEquals(found, { kind: "granted", auth: "u-1" });
  const broken = {
    get then(): never {
      throw new Error("a secret");
    },
  };
  assertEquals(await refusalOf(() => broken), [500, "Authorization failed\n", [
    "Authorization failed",
  ]]);
});

test("runAuthorize() refuses with the answer that the hook returns", async () => {
  const own = new Response("Pay first", { status: 402 });
  assertEquals(await refusalOf(() => Promise.resolve(own)), [402, "Pay first", []]);
});

test("runAuthorize() turns the two errors of authorization into their status", async () => {
  const unauthenticated = new RpcError(RpcStatus.UNAUTHENTICATED, "Who are you");
  const thrown = (): never => {
    throw unauthenticated;
  };
  assertEquals(await refusalOf(thrown), [401, "Who are you\n", []]);
  const denied = new RpcError(RpcStatus.PERMISSION_DENIED, "Not you");
  assertEquals(await refusalOf(() => Promise.reject(denied)), [403, "Not you\n", []]);
});

test("runAuthorize() hides every other error and logs its name", async () => {
  const internal = new RpcError(RpcStatus.INTERNAL, "a secret");
  for (const error of [internal, new TypeError("a secret"), "a secret", undefined]) {
    const [status, text, logged] = await refusalOf(() => Promise.reject(error));
    assertEquals([status, text], [500, "Authorization failed\n"]);
    assertEquals(logged, ["Authorization failed"]);
  }
});

test("runAuthorize() refuses when the time is over, and ignores what comes later", async () => {
  const options = createOptions();
  for (const settle of ["resolve", "reject"] as const) {
    const late = createDeferred<void>();
    const running = runAuthorize(() => late.promise, options);
    await options.clock.advance(99);
    assertEquals(options.clock.pending, 1);
    await options.clock.advance(1);
    const found = await running;
    assert(found.kind === "refused" && found.response.status === 503, "was not refused");
    late[settle](undefined);
  }
  assertEquals(messagesOf(options.records, "warn").length, 2);
});
