/** How much a record matters, least first. */
export type RpcLogLevel = "debug" | "info" | "warn" | "error";

/** One thing that happened. It never holds payloads, metadata values or secrets. */
export interface RpcLogRecord {
  /** How much it matters. */
  readonly level: RpcLogLevel;
  /** Who says so, for example `WebSocketClient.transport`. */
  readonly scope: string;
  /** What happened, in fixed words: the changing parts are in `fields`. */
  readonly message: string;
  /** Ids, counts, sizes and names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Wall-clock time, in milliseconds since 1970. */
  readonly time: number;
}

/** Takes records. It must not throw; when it does, the record is lost and nothing else. */
export type RpcLogSink = (record: RpcLogRecord) => void;

/** Settings of an {@linkcode RpcLogger}. */
export interface RpcLoggerOptions {
  /** Where records go; nowhere unless given. */
  readonly sink?: RpcLogSink;
  /** The lowest level that reaches the sink; `info` unless given. */
  readonly level?: RpcLogLevel;
}

const RANK: Readonly<Record<RpcLogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * A named source of log records; silent unless given a sink.
 *
 * @example Collect what a client says
 * ```ts
 * import { RpcLogger, type RpcLogRecord } from "@rpc-ts/websocket";
 *
 * const records: RpcLogRecord[] = [];
 * const logger = new RpcLogger("WebSocketClient", { sink: (record) => records.push(record) });
 * logger.child("transport").info("Connected", { attempt: 1 });
 * if (records[0]?.scope !== "WebSocketClient.transport") throw new Error("unexpected scope");
 * ```
 */
export class RpcLogger {
  /** Name that every record carries. */
  readonly scope: string;
  readonly #sink: RpcLogSink | undefined;
  readonly #level: RpcLogLevel;

  /**
   * Makes a logger.
   *
   * @param scope Name that every record carries
   * @param options Sink and level
   */
  constructor(scope: string, options: RpcLoggerOptions = {}) {
    this.scope = scope;
    this.#sink = options.sink;
    this.#level = options.level ?? "info";
  }

  /** A logger with the same sink and level, named `scope.name`. */
  child(name: string): RpcLogger {
    const sink = this.#sink;
    return new RpcLogger(`${this.scope}.${name}`, {
      level: this.#level,
      ...(sink === undefined ? {} : { sink }),
    });
  }

  /** Whether a record of this level would reach the sink: ask before building costly fields. */
  isEnabled(level: RpcLogLevel): boolean {
    return this.#sink !== undefined && RANK[level] >= RANK[this.#level];
  }

  /** Records what only a developer of the system wants to know. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#log("debug", message, fields);
  }

  /** Records what happens in the normal course of things. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#log("info", message, fields);
  }

  /** Records what is wrong but was dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#log("warn", message, fields);
  }

  /** Records a fault that needs someone. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#log("error", message, fields);
  }

  #log(level: RpcLogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#sink === undefined || RANK[level] < RANK[this.#level]) return;
    try {
      this.#sink({ level, scope: this.scope, message, fields, time: Date.now() });
    } catch {
      // A sink that throws loses its own record: a call must not fail because of its log.
    }
  }
}

/** The logger that says nothing; the default everywhere. */
export const silentLogger: RpcLogger = /* @__PURE__ */ new RpcLogger("silent");
