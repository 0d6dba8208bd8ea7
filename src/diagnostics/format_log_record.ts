import { textOf } from "../internal/thrown.ts";
import type { RpcLogRecord } from "../logger.ts";

/** Longest text of one field, in UTF-16 code units; the rest is cut. */
const MAX_FIELD_LENGTH = 512;
/** Text that reads well without quotes. */
const PLAIN = /^[\w.:/@#+-]+$/;

/**
 * Writes a record as one line: time, level, scope, message, and its fields as `name=value`.
 *
 * Whatever a field holds, the line stays one: text that is not plain is quoted, control characters
 * are escaped, and long values are cut.
 *
 * @param record The record
 * @param options Whether the line begins with the time; it does unless told otherwise
 * @returns The line, without a line end
 *
 * @example Write a line of one's own
 * ```ts
 * import { formatLogRecord } from "@rpc-ts/websocket/diagnostics";
 *
 * const line = formatLogRecord({
 *   level: "info",
 *   scope: "Server",
 *   message: "Caller came",
 *   fields: { address: "203.0.113.7:50412", room: "main hall" },
 *   time: Date.now(),
 * }, { showTime: false });
 * if (line !== 'INFO  Server: Caller came address=203.0.113.7:50412 room="main hall"') {
 *   throw new Error("unexpected line");
 * }
 * ```
 */
export function formatLogRecord(
  record: RpcLogRecord,
  options: { readonly showTime?: boolean } = {},
): string {
  const level = record.level.toUpperCase().padEnd(5);
  const words = escapeControls(`${level} ${record.scope}: ${record.message}`);
  const fields = Object.entries(record.fields).map(([name, value]) =>
    ` ${escapeControls(name)}=${formatValue(value)}`
  );
  const time = options.showTime === false ? "" : `${formatTime(record.time)} `;
  return `${time}${words}${fields.join("")}`;
}

function formatTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "-" : date.toISOString();
}

function formatValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return PLAIN.test(value) ? cut(value) : quote(value);
    case "object":
      return formatObject(value);
    case "function":
      return "[function]";
    case "symbol":
      return quote(String(value));
    default:
      return String(value);
  }
}

function formatObject(value: object | null): string {
  try {
    if (value instanceof Error) return quote(`${textOf(value.name)}: ${textOf(value.message)}`);
    const text = JSON.stringify(
      value,
      (_name, part) => typeof part === "bigint" ? `${part}` : part,
    );
    return cut(escapeControls(text ?? "[object]"));
  } catch {
    // It holds itself, or does not want to be written.
    return "[object]";
  }
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(cut(text)));
}

function cut(text: string): string {
  return text.length > MAX_FIELD_LENGTH ? `${text.slice(0, MAX_FIELD_LENGTH)}...` : text;
}

/** Keeps whoever chose a text from writing lines, or orders to a terminal, into the log. */
function escapeControls(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
