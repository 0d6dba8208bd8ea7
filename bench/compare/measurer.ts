/** The loops that measure, in the client's process. */
import { setTimeout as delay } from "node:timers/promises";
import type { CallsAsk, ItemsAsk, LatencyAsk, StreamShape, WorkReport } from "./asks.ts";
import { type ItemKind, type ItemRequest, MESSAGE, withText } from "./message.ts";
import type { BenchConnection, BenchContext, BenchSystem } from "./system.ts";

/** Items of the first stream, from which the length of the others comes. */
const FIRST_ITEMS: Readonly<Record<ItemKind, number>> = { message: 5000, block: 1000, chunk: 200 };
/** Items of the longest stream: a system that holds nothing back keeps all of them in memory. */
const MAX_ITEMS: Readonly<Record<ItemKind, number>> = {
  message: 500_000,
  block: 50_000,
  chunk: 10_000,
};

/** Connections that are opened at once. */
const OPEN_AT_ONCE = 32;

/** Makes calls and runs streams of a system, and takes the time. */
export class Measurer {
  readonly #system: BenchSystem;
  readonly #context: BenchContext;
  /** Items a second, as known from the stream before. */
  readonly #rates: Map<string, number> = new Map();
  readonly #opened: BenchConnection[] = [];

  /** Measures a system. */
  constructor(system: BenchSystem, context: BenchContext) {
    this.#system = system;
    this.#context = context;
  }

  /** Makes calls. */
  async calls(connection: BenchConnection, { inFlight, seconds }: CallsAsk): Promise<WorkReport> {
    const started = performance.now();
    const untilMs = started + seconds * 1000;
    const done = connection.echoMany === undefined
      ? await callMany(connection, { inFlight, untilMs })
      : await connection.echoMany(inFlight, untilMs);
    return { done, seconds: (performance.now() - started) / 1000 };
  }

  /** Runs streams of one shape, each as long as the time asked for. */
  async items(connection: BenchConnection, ask: ItemsAsk): Promise<WorkReport> {
    const { shape, kind, seconds, isAtOnce = false } = ask;
    const key = `${shape} ${kind}`;
    let done = 0;
    let taken = 0;
    while (taken < seconds * 0.5) {
      const wanted = Math.round((this.#rates.get(key) ?? 0) * seconds);
      const count = Math.min(Math.max(wanted, FIRST_ITEMS[kind]), MAX_ITEMS[kind]);
      const started = performance.now();
      const got = await runStream(connection, shape, { kind, count, isAtOnce });
      const time = (performance.now() - started) / 1000;
      if (got !== count) throw new Error(`Stream gave ${got} items, expected ${count}`);
      this.#rates.set(key, count / time);
      done += count;
      taken += time;
    }
    return { done, seconds: taken };
  }

  /** Makes calls one at a time with rests between them; answers how long each took, in order of size. */
  async latencies(connection: BenchConnection, ask: LatencyAsk): Promise<number[]> {
    const message = withText(ask.letters);
    const times: number[] = [];
    const { calls, restsMs } = ask;
    for (let call = 0; call < calls; call++) {
      const started = performance.now();
      await connection.echo(message);
      times.push(performance.now() - started);
      await delay(restsMs[call % restsMs.length]);
    }
    return times.sort((one, other) => one - other);
  }

  /** Opens connections, makes one call on each and leaves them open. */
  async open(url: string, count: number): Promise<number> {
    for (let left = count; left > 0; left -= OPEN_AT_ONCE) {
      const batch = Array.from({ length: Math.min(left, OPEN_AT_ONCE) }, async () => {
        const connection = await this.#system.connect(url, this.#context);
        await connection.echo(MESSAGE);
        this.#opened.push(connection);
      });
      await Promise.all(batch);
    }
    return this.#opened.length;
  }

  /** Begins a server stream and does not wait for it. */
  begin(connection: BenchConnection, request: ItemRequest): void {
    runStream(connection, "down", request).catch(() => {
      // It is cut off when it has been measured.
    });
  }
}

async function callMany(
  connection: BenchConnection,
  { inFlight, untilMs }: { readonly inFlight: number; readonly untilMs: number },
): Promise<number> {
  let done = 0;
  const work = async (): Promise<void> => {
    do {
      await connection.echo(MESSAGE);
      done++;
    } while (performance.now() < untilMs);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return done;
}

function runStream(
  connection: BenchConnection,
  shape: StreamShape,
  request: ItemRequest,
): Promise<number> {
  const stream = connection[shape]?.(request);
  if (stream !== undefined) return stream;
  throw new Error(`The system has no stream of shape "${shape}"`);
}
