/** Thousands of calls that end in every way while connections break: nothing may be left of them. */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import type { RpcShape } from "../../src/contracts/method.ts";
import type { RpcResponseStream } from "../../src/contracts/response_stream.ts";
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import { implement, type RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { type RpcClock, type RpcTimer, systemClock } from "../../src/internal/clock.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import type { IRpcTransport } from "../../src/transports/transport.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Box, SHAPES } from "../support/box.ts";
import { CountedAbort } from "../support/counted_abort.ts";
import { withoutRejections } from "../support/endpoint_pair.ts";
import { fakeSocketMaker } from "../support/fake_socket_pair.ts";
import { memoryMaker } from "../support/memory_pair.ts";
import { Random } from "../support/random.ts";
import { realSocketMaker } from "../support/real_socket_pair.ts";
import { test } from "../support/test.ts";
import type { TransportMaker, TransportPair } from "../support/transport_pair.ts";
import { until } from "../support/until.ts";

const CALLS = 10_000;
/** Calls at once. */
const WAVE = 100;

/** What a handler does; it is told in a header. */
const SERVED = ["answer", "late", "refuse", "throw", "wait", "flood", "deaf"] as const;
/** What a caller does while its call runs. */
const MADE = ["read", "abort", "time", "leave", "unread", "broken", "endless"] as const;

/** Counts the timers that are pending. */
class CountingClock implements RpcClock {
  readonly #pending = new Set<RpcTimer>();

  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return systemClock.now();
  }

  setTimer(callback: () => void, delayMs: number): RpcTimer {
    const timer: RpcTimer = systemClock.setTimer(() => {
      this.#pending.delete(timer);
      callback();
    }, delayMs);
    this.#pending.add(timer);
    return timer;
  }

  clearTimer(timer: RpcTimer): void {
    this.#pending.delete(timer);
    systemClock.clearTimer(timer);
  }
}

/** What is known of one run. */
class Chaos {
  readonly random: Random;
  readonly clock = new CountingClock();
  readonly peers: RpcPeerEndpoint[] = [];
  readonly aborts: CountedAbort[] = [];
  /** How often the handler of each call was run. */
  readonly runs = new Map<string, number>();
  readonly outcomes = new Map<string, number>();
  settled = 0;
  nextId = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** The contract that both sides serve. */
  serve(): RpcResponderContract {
    const { random } = this;
    const begin = async (context: RpcHandlerContext): Promise<void> => {
      const id = context.metadata.get("x-id") ?? "";
      this.runs.set(id, (this.runs.get(id) ?? 0) + 1);
      const kind = context.metadata.get("x-kind");
      if (random.next() < 0.5) context.setHeader("x-id", id);
      if (random.next() < 0.5) context.setTrailer("x-id", id);
      if (random.next() < 0.1) context.sendHeaders();
      if (random.next() < 0.1) context.tightenTimeout(random.below(5));
      if (kind === "late" || kind === "deaf") await sleep(random.below(4));
      if (kind === "refuse") throw new RpcError(RpcStatus.ABORTED, "Lost the race");
      if (kind === "throw") throw new Error("Secret");
      if (kind !== "wait" || context.isAborted) return;
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    };
    const answers = async function* (context: RpcHandlerContext): AsyncGenerator<unknown> {
      const id = context.metadata.get("x-id");
      const count = context.metadata.get("x-kind") === "flood" ? 3000 : random.below(5);
      for (let at = 0; at < count; at++) yield { id, at };
    };
    const readSome = async (requests: AsyncIterable<unknown>): Promise<void> => {
      let left = random.below(20);
      for await (const _ of requests) if (left-- <= 0) return;
    };
    return implement(Box, {
      one: async (_, context) => {
        await begin(context);
        return { id: context.metadata.get("x-id"), at: 0 };
      },
      down: async function* (_, context) {
        await begin(context);
        yield* answers(context);
      },
      up: async (requests, context) => {
        await begin(context);
        await readSome(requests);
        return { id: context.metadata.get("x-id"), at: 0 };
      },
      both: async function* (requests, context) {
        await begin(context);
        if (random.next() < 0.5) await readSome(requests);
        yield* answers(context);
      },
    });
  }

  /** Adds an endpoint on a transport. */
  join(transport: IRpcTransport): RpcPeerEndpoint {
    const contracts = [this.serve()];
    const peer = new RpcPeerEndpoint({ transport, contracts, clock: this.clock });
    peer.start();
    this.peers.push(peer);
    return peer;
  }

  /** Makes one call and checks how it ended. */
  async call(peer: RpcPeerEndpoint): Promise<void> {
    const id = String(this.nextId++);
    const shape = this.random.pick<RpcShape>(["unary", ...SHAPES]);
    const served = this.random.pick(SERVED);
    // What waits for a signal has to get one.
    const made = served === "wait" ? this.random.pick(["abort", "time"]) : this.random.pick(MADE);
    try {
      await this.#make(peer, { id, shape, served, made });
      this.#count("OK");
      assertEquals(this.runs.get(id), 1, `call ${id} went well, and its handler did not run once`);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#count(String(error.code));
      const runs = this.runs.get(id) ?? 0;
      assert(
        error.maybeExecuted || runs === 0,
        `call ${id} ran, and its error denies it: ${error}`,
      );
      assert(!error.message.includes("Secret"));
    }
    this.settled++;
  }

  async #make(
    peer: RpcPeerEndpoint,
    call: { id: string; shape: RpcShape; served: string; made: string },
  ): Promise<void> {
    const { id, shape, served, made } = call;
    const abort = new CountedAbort();
    this.aborts.push(abort);
    const client = peer.client(Box);
    const options = {
      metadata: { "x-id": id, "x-kind": served },
      signal: abort.signal,
      // Every call ends at some time, whatever it is: a source may be endless.
      timeoutMs: made === "time" ? this.random.below(6) : 2000,
    };
    const delay = this.random.below(5);
    if (made === "abort" || made === "endless") {
      if (delay === 0) queueMicrotask(() => abort.abort("Left"));
      else systemClock.setTimer(() => abort.abort("Left"), delay);
    }
    switch (shape) {
      case "unary":
        return this.#check(id, await client.one(id, options));
      case "clientStream":
        return this.#check(id, await client.up(this.#source(made), options));
      case "serverStream":
        return await this.#read(id, made, client.down(id, options));
      case "bidirectional":
        return await this.#read(id, made, client.both(this.#source(made), options));
    }
  }

  async *#source(made: string): AsyncGenerator<unknown> {
    const count = this.random.below(30);
    for (let at = 0; at < count; at++) yield { at, text: "x".repeat(this.random.below(200)) };
    if (made === "broken") throw new Error("Secret");
    if (made === "endless") await new Promise(() => {});
  }

  async #read(id: string, made: string, stream: RpcResponseStream<unknown>): Promise<void> {
    // Nobody looks at these; that must not count as unhandled.
    if (this.random.next() < 0.2) void [stream.headers, stream.trailers];
    if (made === "unread") {
      if (this.random.next() < 0.5) await sleep(this.random.below(3));
      stream.cancel();
      await stream[Symbol.asyncDispose]();
      throw new RpcError(RpcStatus.CANCELLED, "Not read");
    }
    let read = 0;
    for await (const response of stream) {
      this.#check(id, response, read++);
      if (made === "leave" && read > 2) throw new RpcError(RpcStatus.CANCELLED, "Left");
    }
  }

  #check(id: string, response: unknown, at = 0): void {
    assertEquals(response, { id, at }, `call ${id} got another one's response`);
  }

  #count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}

/** Serves every far end as it comes. */
async function serveFarEnds(chaos: Chaos, pair: TransportPair): Promise<void> {
  let before: IRpcTransport | undefined;
  for (let nth = 1;; nth++) {
    const transport = await pair.far(nth);
    // A pair in memory has one far end for all connections.
    if (transport === before) return;
    before = transport;
    chaos.join(transport);
  }
}

async function run(maker: TransportMaker, seed: number): Promise<void> {
  const chaos = new Chaos(seed);
  const { random } = chaos;
  const pair = await maker.create();
  const near = chaos.join(pair.near);
  void serveFarEnds(chaos, pair);
  await near.ping({ timeoutMs: 5000 });
  while (chaos.nextId < CALLS) {
    const calls = Array.from({ length: WAVE }, () => {
      const caller = random.next() < 0.75 ? near : chaos.peers.at(-1) ?? near;
      return chaos.call(caller);
    });
    if (random.next() < 0.2) {
      await sleep(random.below(4));
      pair.lose();
    }
    await Promise.all(calls);
    if (pair.near.health().level !== "healthy") await near.reconnect();
    await near.ping({ timeoutMs: 5000 });
  }
  assertEquals(chaos.settled, CALLS);
  await until(() => chaos.peers.every(isIdle));
  assertEquals(chaos.aborts.filter(({ listeners }) => listeners > 0).length, 0, "listeners");
  for (const peer of chaos.peers) await peer.close();
  await pair.dispose();
  assertEquals(chaos.clock.pending, 0, "timers");
  const [ok = 0, lost = 0] = ["OK", String(RpcStatus.UNAVAILABLE)].map((outcome) =>
    chaos.outcomes.get(outcome)
  );
  // Otherwise the run has shown nothing.
  assert(ok > CALLS / 20 && lost > 0, JSON.stringify([...chaos.outcomes]));
}

function isIdle(peer: RpcPeerEndpoint): boolean {
  return peer.activeCalls === 0 && peer.runningHandlers === 0 && peer.transport.openStreams === 0;
}

for (const maker of [fakeSocketMaker, memoryMaker, realSocketMaker]) {
  test(`Ten thousand calls of all kinds leave nothing behind (${maker.name})`, async () => {
    const given = process.env["CHAOS_SEED"];
    const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
    try {
      await withoutRejections(() => run(maker, seed));
    } catch (cause) {
      throw new Error(`Chaos failed, try again with CHAOS_SEED=${seed}`, { cause });
    }
  });
}
