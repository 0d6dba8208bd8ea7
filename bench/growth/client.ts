// deno-lint-ignore-file no-console
/** The client of the growth benchmark: `deno run -A bench/growth/client.ts --url ws://… --methods 1`. */
import { parseArgs } from "node:util";
import { RpcCallerEndpoint, RpcWebSocketCallerTransport } from "../../mod.ts";
import { type CallsAsk, serveAsks, type WorkReport } from "../compare/asks.ts";
import { type BenchMessage, MESSAGE } from "../compare/message.ts";
import { defineMany, Growth, LIMITS } from "./contracts.ts";

type Call = (message: BenchMessage) => Promise<unknown>;

const OPEN_AT_ONCE = 64;

const { values } = parseArgs({
  options: { url: { type: "string", default: "" }, methods: { type: "string", default: "1" } },
});
const kept: unknown[] = [];

function connect(): RpcCallerEndpoint {
  const transport = RpcWebSocketCallerTransport.connect(values.url, { limits: LIMITS });
  return new RpcCallerEndpoint({ transport });
}

/** Does something so many times, a few at once. */
async function repeat(count: number, act: () => Promise<unknown>): Promise<void> {
  for (let left = count; left > 0; left -= OPEN_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, OPEN_AT_ONCE) }, act));
  }
}

const caller = connect();
const client = caller.client(Growth);

/** Opens streams on the one connection, and leaves them open. */
function openStreams(count: number): Promise<void> {
  return repeat(count, async () => {
    const stream = client.stay(null)[Symbol.asyncIterator]();
    await stream.next();
    kept.push(stream);
  });
}

/** Opens connections beside the one, and leaves them open. */
function openConnections(count: number): Promise<void> {
  return repeat(count, async () => {
    const other = connect();
    await other.client(Growth).echo(MESSAGE);
    kept.push(other);
  });
}

/** Makes calls that take turns over some functions, until it is time or so many are done. */
async function callInTurns(
  calls: readonly Call[],
  { inFlight, seconds, most }: CallsAsk & { readonly most: number },
): Promise<WorkReport> {
  const started = performance.now();
  const until = started + seconds * 1000;
  let begun = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (begun < most && performance.now() < until) {
      // There is at least one.
      const call = calls[begun++ % calls.length] as Call;
      await call(MESSAGE);
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return { done, seconds: (performance.now() - started) / 1000 };
}

/** The methods that calls take turns over. */
function manyCalls(): Call[] {
  const Many = defineMany(Number(values.methods));
  const many = caller.client(Many);
  // The names are those of the contract.
  return Object.keys(Many.methods).map((name) => many[name] as Call);
}

/** Whoever asks waits no longer. */
const MAX_AGE_MS = 40_000;

/**
 * Makes calls on a connection of its own; answers the time of each `size` calls up to `total`, or up to
 * where it takes too long.
 */
async function age(
  { total, size, inFlight }: {
    readonly total: number;
    readonly size: number;
    readonly inFlight: number;
  },
): Promise<number[]> {
  await using own = connect();
  const { echo } = own.client(Growth);
  const times: number[] = [];
  const until = performance.now() + MAX_AGE_MS;
  for (let done = 0; done < total && performance.now() < until; done += size) {
    const { seconds } = await callInTurns([echo], { inFlight, seconds: Infinity, most: size });
    times.push(seconds);
  }
  return times;
}

const calls: readonly Call[] = values.methods === "1" ? [client.echo] : manyCalls();
// Every method is named once on a connection.
await repeat(1, () => Promise.all(calls.map((call) => call(MESSAGE))));
serveAsks({
  streams: openStreams,
  connections: openConnections,
  calls: (ask: CallsAsk) => callInTurns(calls, { ...ask, most: Infinity }),
  age,
});
console.log("ready");
