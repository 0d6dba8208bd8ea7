/** Two endpoints joined by each transport in turn, which must leave nothing behind. */
import process from "node:process";
import { RpcCallerEndpoint, type RpcCallerEndpointOptions } from "../../src/endpoints/caller.ts";
import {
  RpcResponderEndpoint,
  type RpcResponderEndpointOptions,
} from "../../src/endpoints/responder.ts";
import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import type { RpcCompression } from "../../src/transports/compression.ts";
import { createMemoryTransportPair, type RpcMemoryTransport } from "../../src/transports/memory.ts";
import type { IRpcTransport } from "../../src/transports/transport.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assert, assertEquals } from "./assert.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { FakeSocket } from "./socket_pair.ts";
import { test } from "./test.ts";

/** What joins two endpoints. */
export type LinkKind = "native wire" | "memory";

/** Settings of a pair. */
export interface PairOptions {
  /** What the caller's transport takes. */
  readonly limits?: Partial<RpcLimits>;
  /** What the responder's transport takes; the same as the caller's unless given. */
  readonly farLimits?: Partial<RpcLimits>;
  /** Of both transports. */
  readonly compression?: RpcCompression;
  readonly caller?: Omit<RpcCallerEndpointOptions, "transport">;
  readonly responder?: Omit<RpcResponderEndpointOptions, "transport">;
  readonly contracts?: RpcResponderEndpointOptions["contracts"];
  /** The responder is not started. */
  readonly idle?: boolean;
  /** Handlers that the test leaves running on purpose. */
  readonly deafHandlers?: number;
}

/** Two joined transports. */
interface Joined {
  readonly near: IRpcTransport;
  readonly far: IRpcTransport;
  readonly sockets: readonly FakeSocket[];
  lose(code: number, reason: string): void;
}

/** A caller and a responder over one connection, on clocks that stand still. */
export class EndpointPair {
  readonly near: IRpcTransport;
  readonly far: IRpcTransport;
  readonly caller: RpcCallerEndpoint;
  readonly responder: RpcResponderEndpoint;
  /** Clock of the caller's side. */
  readonly clock: FakeClock = new FakeClock(1000);
  /** Clock of the responder's side. */
  readonly farClock: FakeClock = new FakeClock(500_000);
  /** What both sides logged. */
  readonly records: RpcLogRecord[] = [];
  readonly sockets: readonly FakeSocket[];
  readonly #joined: Joined;
  readonly #deafHandlers: number;

  constructor(kind: LinkKind, options: PairOptions) {
    const logger = (scope: string): RpcLogger =>
      new RpcLogger(scope, { level: "debug", sink: (record) => this.records.push(record) });
    this.#joined = kind === "memory" ? this.#joinMemory(options) : this.#joinSockets(options);
    this.#deafHandlers = options.deafHandlers ?? 0;
    const { near, far, sockets } = this.#joined;
    this.near = near;
    this.far = far;
    this.sockets = sockets;
    this.caller = new RpcCallerEndpoint({
      transport: near,
      clock: this.clock,
      logger: logger("caller"),
      ...options.caller,
    });
    this.responder = new RpcResponderEndpoint({
      transport: far,
      clock: this.farClock,
      logger: logger("responder"),
      contracts: options.contracts ?? [],
      ...options.responder,
    });
    if (options.idle !== true) this.responder.start();
  }

  /** Lets both sides do all that they can do without time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await settle();
  }

  /** Moves the clocks of both sides. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.farClock.advance(ms);
    await this.settle();
  }

  /** Loses the connection as a broken network does. */
  lose(code = 1006, reason = ""): void {
    this.#joined.lose(code, reason);
  }

  /** Messages logged at `warn` and above. */
  get complaints(): string[] {
    return this.records
      .filter(({ level }) => level === "warn" || level === "error")
      .map(({ message }) => message);
  }

  /** Fails unless no call, stream or handler is left, on a connection that still stands. */
  async assertIdle(): Promise<void> {
    await this.settle();
    const left = {
      calls: [this.caller.activeCalls, this.responder.activeCalls],
      streams: [this.near.openStreams, this.far.openStreams],
      handlers: this.responder.runningHandlers,
    };
    assertEquals(left, { calls: [0, 0], streams: [0, 0], handlers: this.#deafHandlers });
  }

  /** Closes both ends and fails unless nothing is left of them. */
  async close(): Promise<void> {
    await this.caller.close();
    await this.responder.close();
    await this.assertIdle();
    assertEquals([this.clock.pending, this.farClock.pending], [0, 0], "timers are left");
    // A socket keeps its error listener.
    for (const socket of this.sockets) assert(socket.listeners <= 1, "socket has listeners");
  }

  #joinSockets(options: PairOptions): Joined {
    const [a, b] = FakeSocket.pair();
    const { limits = {}, farLimits = limits } = options;
    const both = options.compression === undefined ? {} : { compression: options.compression };
    const near = new RpcWebSocketCallerTransport(a, { ...both, limits, clock: this.clock });
    const far = new RpcWebSocketResponderTransport(b, {
      ...both,
      limits: farLimits,
      clock: this.farClock,
    });
    b.open();
    a.open();
    const lose = (code: number, reason: string): void => {
      a.lose(code, reason);
      b.lose(code, reason);
    };
    return { near, far, sockets: [a, b], lose };
  }

  #joinMemory({ farLimits, limits = farLimits ?? {} }: PairOptions): Joined {
    const [near, far]: RpcMemoryTransport[] = createMemoryTransportPair({
      limits,
      clock: this.clock,
    });
    assert(near !== undefined && far !== undefined);
    return { near, far, sockets: [], lose: () => near.disconnect() };
  }
}

/** Makes pairs for one test. */
export interface Links {
  readonly kind: LinkKind;
  /** Whether messages are handed over without a codec. */
  readonly isZeroCopy: boolean;
  /** Makes a pair whose connection stands. */
  connect(options?: PairOptions): Promise<EndpointPair>;
}

/** A test on one kind of link. */
export type LinkTest = (links: Links) => Promise<void>;

/** Registers a test once for each kind of link. */
export function testOnEach(name: string, body: LinkTest): void {
  testOn("native wire", name, body);
  testOn("memory", name, body);
}

/**
 * Registers a test on one kind of link. It also fails when a promise rejects unseen, or when its
 * pairs leave anything behind.
 */
export function testOn(kind: LinkKind, name: string, body: LinkTest): void {
  test(`${name} (${kind})`, async () => {
    const pairs: EndpointPair[] = [];
    const connect = async (options: PairOptions = {}): Promise<EndpointPair> => {
      const pair = new EndpointPair(kind, options);
      pairs.push(pair);
      await pair.settle();
      return pair;
    };
    await withoutRejections(async () => {
      await body({ kind, isZeroCopy: kind === "memory", connect });
      for (const pair of pairs) await pair.close();
    });
  });
}

/** Fails when a promise rejects and nobody looks, while `body` runs or just after. */
export async function withoutRejections(body: () => Promise<void>): Promise<void> {
  const seen: unknown[] = [];
  const note = (reason: unknown): void => void seen.push(reason);
  process.on("unhandledRejection", note);
  try {
    await body();
    for (let turn = 0; turn < 4; turn++) await settle();
  } finally {
    process.off("unhandledRejection", note);
  }
  assertEquals(seen, [], "promises rejected unseen");
}
