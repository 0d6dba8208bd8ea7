import { CallGuard, findAbort, timeoutOf } from "../../src/calls/call_guard.ts";
import type { RpcCallOptions } from "../../src/contracts/call_options.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { CountedAbort } from "../support/counted_abort.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

function guard(): { clock: FakeClock; guard: CallGuard; errors: RpcError[] } {
  const clock = new FakeClock();
  const errors: RpcError[] = [];
  return { clock, guard: new CallGuard(clock, (error) => errors.push(error)), errors };
}

test("CallGuard ends a call when its time is over", async () => {
  const { clock, guard: watching, errors } = guard();
  watching.start({}, 500);
  await clock.advance(499);
  assertEquals(errors.length, 0);
  await clock.advance(1);
  assertEquals(errors.map(({ code }) => code), [RpcStatus.DEADLINE_EXCEEDED]);
});

test("CallGuard ends a call when its signal or that of the outer call aborts", () => {
  for (const at of ["signal", "parent"] as const) {
    const { guard: watching, errors } = guard();
    const own = new CountedAbort();
    const outer = new CountedAbort();
    watching.start({ signal: own.signal, parent: { signal: outer.signal, timeoutMs: 1 } }, 1);
    (at === "signal" ? own : outer).abort(`by ${at}`);
    assertEquals(errors.map(({ rawMessage }) => rawMessage), [`by ${at}`]);
    assertEquals([own.listeners, outer.listeners], [0, 0]);
  }
});

test("CallGuard tells one end only, whatever comes after", async () => {
  const { clock, guard: watching, errors } = guard();
  const own = new CountedAbort();
  watching.start({ signal: own.signal }, 10);
  own.abort("first");
  await clock.advance(20);
  assertEquals(errors.length, 1);
  assertEquals(clock.pending, 0);
});

test("CallGuard.stop() leaves no timer and no listener", async () => {
  const { clock, guard: watching, errors } = guard();
  const own = new CountedAbort();
  watching.start({ signal: own.signal }, 10);
  assertEquals([own.listeners, clock.pending], [1, 1]);
  watching.stop();
  watching.stop();
  assertEquals([own.listeners, clock.pending], [0, 0]);
  own.abort("late");
  await clock.advance(20);
  assertEquals(errors.length, 0);
});

test("CallGuard ends a call whose signal aborted before it began to watch", () => {
  const { clock, guard: watching, errors } = guard();
  const own = new CountedAbort();
  own.abort("early");
  watching.start({ signal: own.signal }, 10);
  assertEquals(errors.map(({ rawMessage }) => rawMessage), ["early"]);
  assertEquals([own.listeners, clock.pending], [0, 0]);
});

test("findAbort() finds why a call need not be begun", () => {
  const aborted = AbortSignal.abort("gone");
  const open = new AbortController().signal;
  const find = (options: RpcCallOptions, timeoutMs?: number): number | undefined =>
    findAbort(options, timeoutMs)?.code;
  assertEquals(find({}), undefined);
  assertEquals(find({ signal: open, parent: { signal: open, timeoutMs: 5 } }, 5), undefined);
  assertEquals(find({ signal: aborted }), RpcStatus.CANCELLED);
  assertEquals(find({ parent: { signal: aborted, timeoutMs: 5 } }, 5), RpcStatus.CANCELLED);
  assertEquals(find({}, 0), RpcStatus.DEADLINE_EXCEEDED);
});

test("timeoutOf() is the lesser of a call's own time and that of the call it serves", () => {
  const { signal } = new AbortController();
  const parent = (timeoutMs: number | undefined) => ({ signal, timeoutMs });
  const cases: readonly [RpcCallOptions, number | undefined][] = [
    [{}, undefined],
    [{ timeoutMs: 90_000 }, 90_000],
    [{ timeoutMs: 0 }, 0],
    [{ timeoutMs: Infinity }, undefined],
    [{ parent: parent(undefined) }, undefined],
    [{ parent: parent(70) }, 70],
    [{ timeoutMs: 50, parent: parent(70) }, 50],
    [{ timeoutMs: 90, parent: parent(70) }, 70],
    [{ timeoutMs: Infinity, parent: parent(70) }, 70],
    [{ timeoutMs: 50, parent: parent(undefined) }, 50],
    [{ timeoutMs: 50, parent: parent(0) }, 0],
  ];
  for (const [options, expected] of cases) assertEquals(timeoutOf(options), expected);
});

test("timeoutOf() refuses what is not a time", () => {
  for (const timeoutMs of [-1, NaN, -Infinity]) {
    const error = assertThrows(() => timeoutOf({ timeoutMs }), RangeError, `is ${timeoutMs}`);
    assert(!(error instanceof RpcError));
  }
});
