import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import type { RpcCompression } from "../../src/transports/compression.ts";
import type {
  IRpcTransport,
  RpcStreamEnd,
  RpcStreamOpening,
} from "../../src/transports/transport.ts";
import { MessageLog } from "./message_log.ts";

/** Two transports that are connected to each other, or about to be. */
export interface TransportPair {
  /** The end that opens connections. */
  readonly near: IRpcTransport;
  /** The other end of the n-th connection, counted from 1; waits for it. */
  far(nth: number): Promise<IRpcTransport>;
  /** Breaks the connection as a network does. */
  lose(): void;
  /** Frees what the pair holds beside its two ends. */
  dispose(): Promise<void>;
}

/** Settings of both ends. */
export interface TransportPairOptions {
  readonly limits?: Partial<RpcLimits>;
  /** Turns compression on, where messages are bytes. */
  readonly compression?: RpcCompression;
  /** Of the near end. */
  readonly logger?: RpcLogger;
}

/** A way to make pairs; the transport suite is run on each. */
export interface TransportMaker {
  /** What it makes; begins the names of the tests. */
  readonly name: string;
  /** Whether messages are bytes, with limits of their size. */
  readonly hasSizes: boolean;
  /** Makes a pair. */
  create(options?: TransportPairOptions): Promise<TransportPair>;
}

/** A connected pair with everything that came in on both ends. */
export interface ConnectedPair {
  readonly pair: TransportPair;
  readonly near: IRpcTransport;
  readonly far: IRpcTransport;
  readonly nearLog: MessageLog;
  readonly farLog: MessageLog;
  /** What the near end logged. */
  readonly records: RpcLogRecord[];
}

/** What opens a stream, with everything left out that a test does not care about. */
export function opening(given: Partial<RpcStreamOpening> = {}): RpcStreamOpening {
  return {
    path: "/Test/call",
    headers: RpcMetadata.empty,
    timeoutMs: undefined,
    message: undefined,
    end: false,
    ...given,
  };
}

/** What ends a stream: success, unless told otherwise. */
export function ending(given: Partial<RpcStreamEnd> = {}): RpcStreamEnd {
  return {
    code: 0,
    text: "",
    details: [],
    maybeExecuted: true,
    headers: undefined,
    trailers: RpcMetadata.empty,
    message: undefined,
    ...given,
  };
}

/** Makes a pair, waits until it is connected, runs `body`, and closes everything. */
export async function withPair(
  maker: TransportMaker,
  body: (connected: ConnectedPair) => Promise<void>,
  options: Omit<TransportPairOptions, "logger"> = {},
): Promise<void> {
  const records: RpcLogRecord[] = [];
  const logger = new RpcLogger("near", { level: "debug", sink: (record) => records.push(record) });
  const pair = await maker.create({ ...options, logger });
  const { near } = pair;
  const far = await pair.far(1);
  try {
    const nearLog = new MessageLog(near.incomingMessages);
    const farLog = new MessageLog(far.incomingMessages);
    const connected = { pair, near, far, nearLog, farLog, records };
    await roundTrip(connected);
    await body(connected);
  } finally {
    await near.close();
    await far.close();
    await pair.dispose();
  }
}

/** Makes a call there and back: whatever was sent before it from either end has arrived after it. */
export async function roundTrip(
  { near, far, nearLog, farLog }: Pick<ConnectedPair, "near" | "far" | "nearLog" | "farLog">,
): Promise<void> {
  const id = near.openStream(opening({ path: "/Test/roundTrip", end: true }));
  await farLog.take("open", id);
  far.endStream(id, ending());
  await nearLog.take("status", id);
}

/** Waits until a condition holds that nothing tells of. */
export async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise((resolve) => setTimeout(resolve, 1));
}
