import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";

/** A logger that keeps what it is told. */
export function createLog(): { logger: RpcLogger; records: RpcLogRecord[] } {
  const records: RpcLogRecord[] = [];
  const logger = new RpcLogger("test", { level: "debug", sink: (record) => records.push(record) });
  return { logger, records };
}

/** The messages of records of a level. */
export function messagesOf(records: readonly RpcLogRecord[], level: string): string[] {
  return records.filter((record) => record.level === level).map(({ message }) => message);
}
