/** The table of the cases, in the order in which they are run. */
import { cancelAfterBegin, cancelAfterFirstResponse } from "./cases/cancellation.ts";
import { timeoutOnSleepingServer } from "./cases/cancellation.ts";
import { flowControlInterleave, pushback } from "./cases/flow.ts";
import { concurrentLargeUnary, maxStreams } from "./cases/load.ts";
import { customMetadata } from "./cases/metadata.ts";
import { reconnect } from "./cases/reconnect.ts";
import {
  specialStatusMessage,
  statusCodeAndMessage,
  unimplementedMethod,
  unimplementedService,
} from "./cases/status.ts";
import { clientStreaming, emptyStream, pingPong, serverStreaming } from "./cases/streaming.ts";
import { emptyUnary, largeUnary } from "./cases/unary.ts";
import type { InteropContext } from "./context.ts";

/** One case: fails by throwing. */
export type InteropCase = (context: InteropContext) => Promise<void>;

/** The cases of gRPC's suite. */
export const BASIC_CASES: ReadonlyMap<string, InteropCase> = new Map([
  ["empty_unary", emptyUnary],
  ["large_unary", largeUnary],
  ["client_streaming", clientStreaming],
  ["server_streaming", serverStreaming],
  ["ping_pong", pingPong],
  ["empty_stream", emptyStream],
  ["custom_metadata", customMetadata],
  ["status_code_and_message", statusCodeAndMessage],
  ["special_status_message", specialStatusMessage],
  ["unimplemented_method", unimplementedMethod],
  ["unimplemented_service", unimplementedService],
  ["cancel_after_begin", cancelAfterBegin],
  ["cancel_after_first_response", cancelAfterFirstResponse],
  ["timeout_on_sleeping_server", timeoutOnSleepingServer],
]);

/** The cases that suite names and never had. */
export const EXTENDED_CASES: ReadonlyMap<string, InteropCase> = new Map([
  ["concurrent_large_unary", concurrentLargeUnary],
  ["max_streams", maxStreams],
  ["pushback", pushback],
  ["reconnect", reconnect],
  ["flow_control_interleave", flowControlInterleave],
]);

/** Every case, by name. */
export const CASES: ReadonlyMap<string, InteropCase> = new Map([
  ...BASIC_CASES,
  ...EXTENDED_CASES,
]);

/**
 * The cases that a name means: one, or all of them.
 *
 * @throws {RangeError} When there is no case of that name
 */
export function selectCases(name: string): ReadonlyMap<string, InteropCase> {
  if (name === "all") return CASES;
  const body = CASES.get(name);
  if (body !== undefined) return new Map([[name, body]]);
  throw new RangeError(
    `Cannot run case "${name}": expected "all" or one of ${[...CASES.keys()].join(", ")}`,
  );
}
