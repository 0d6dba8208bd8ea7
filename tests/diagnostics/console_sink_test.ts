// deno-lint-ignore-file no-console
import { createConsoleSink, type RpcConsole } from "../../src/diagnostics/console_sink.ts";
import { RpcLogger, type RpcLogLevel } from "../../src/logger.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

function recordingConsole(): { target: RpcConsole; printed: [RpcLogLevel, string][] } {
  const printed: [RpcLogLevel, string][] = [];
  const print = (level: RpcLogLevel) => (line: string): void => void printed.push([level, line]);
  return {
    target: {
      debug: print("debug"),
      info: print("info"),
      warn: print("warn"),
      error: print("error"),
    },
    printed,
  };
}

test("createConsoleSink() prints each record once, with the function of its level", () => {
  const { target, printed } = recordingConsole();
  const sink = createConsoleSink({ console: target, showTime: false });
  const logger = new RpcLogger("Server", { sink, level: "debug" });
  logger.debug("One");
  logger.info("Two", { count: 2 });
  logger.warn("Three");
  logger.error("Four");
  assertEquals(printed, [
    ["debug", "DEBUG Server: One"],
    ["info", "INFO  Server: Two count=2"],
    ["warn", "WARN  Server: Three"],
    ["error", "ERROR Server: Four"],
  ]);
});

test("createConsoleSink() begins a line with the time unless told otherwise", () => {
  const { target, printed } = recordingConsole();
  const record = { level: "info", scope: "S", message: "M", fields: {}, time: 1000 } as const;
  createConsoleSink({ console: target })(record);
  createConsoleSink({ console: target, showTime: false })(record);
  assertEquals(printed.map(([, line]) => line), [
    "1970-01-01T00:00:01.000Z INFO  S: M",
    "INFO  S: M",
  ]);
});

test("createConsoleSink() prints with the platform's console unless given another", () => {
  const before = console.info;
  const lines: unknown[] = [];
  console.info = (...values: unknown[]): void => void lines.push(...values);
  try {
    createConsoleSink({ showTime: false })({
      level: "info",
      scope: "Client",
      message: "Connected",
      fields: {},
      time: 0,
    });
  } finally {
    console.info = before;
  }
  assertEquals(lines, ["INFO  Client: Connected"]);
});
