/** What serves the interop cases, on every runtime and every wire. */
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { implement, type RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus, toStatusCode } from "../../src/protocol/status.ts";
import { CallWatch } from "./call_watch.ts";
import {
  ECHO_INITIAL,
  ECHO_TRAILING,
  type EchoStatus,
  type Payload,
  ServedTestService,
  type StreamingOutputCallRequest,
  type StreamingOutputCallResponse,
} from "./contract.ts";

/** The largest payload that a client may ask for. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

/** Everything that an interop server serves; one set for all its connections. */
export function createInteropContracts(): RpcResponderContract[] {
  const watch = new CallWatch();
  const begin = (context: RpcHandlerContext): void => {
    watch.watch(context);
    echoMetadata(context);
  };
  return [createTestService(begin), watch.createContract()];
}

function createTestService(begin: (context: RpcHandlerContext) => void): RpcResponderContract {
  return implement(ServedTestService, {
    EmptyCall(_request, context) {
      begin(context);
      return {};
    },
    UnaryCall({ responseSize = 0, responseStatus }, context) {
      begin(context);
      checkStatus(responseStatus);
      return { payload: createPayload(responseSize) };
    },
    async *StreamingOutputCall(request, context) {
      begin(context);
      yield* answer(request, context);
    },
    async StreamingInputCall(requests, context) {
      begin(context);
      let aggregatedPayloadSize = 0;
      for await (const { payload } of requests) aggregatedPayloadSize += payload.body.length;
      return { aggregatedPayloadSize };
    },
    async *FullDuplexCall(requests, context) {
      begin(context);
      for await (const request of requests) yield* answer(request, context);
    },
    async *HalfDuplexCall(requests, context) {
      begin(context);
      const kept: StreamingOutputCallRequest[] = [];
      for await (const request of requests) kept.push(request);
      for (const request of kept) yield* answer(request, context);
    },
  });
}

/** Gives back what the client wants back, on every method. */
function echoMetadata(context: RpcHandlerContext): void {
  const initial = context.metadata.getAll(ECHO_INITIAL);
  if (initial.length > 0) context.setHeader(ECHO_INITIAL, initial);
  const trailing = context.metadata.getAll(ECHO_TRAILING);
  if (trailing.length > 0) context.setTrailer(ECHO_TRAILING, trailing);
}

/** Ends the call with the status that its request asks for. */
function checkStatus(status: EchoStatus | undefined): void {
  if (status === undefined || status.code === RpcStatus.OK) return;
  throw new RpcError(toStatusCode(status.code), status.message);
}

async function* answer(
  request: StreamingOutputCallRequest,
  context: RpcHandlerContext,
): AsyncGenerator<StreamingOutputCallResponse> {
  checkStatus(request.responseStatus);
  for (const { size, intervalUs = 0 } of request.responseParameters ?? []) {
    if (intervalUs > 0) await wait(intervalUs / 1000, context.signal);
    yield { payload: createPayload(size) };
  }
}

function createPayload(size: number): Payload {
  if (Number.isSafeInteger(size) && size >= 0 && size <= MAX_PAYLOAD_BYTES) {
    return { body: new Uint8Array(size) };
  }
  throw new RpcError(
    RpcStatus.INVALID_ARGUMENT,
    `Cannot make payload: size is ${size}, expected 0 to ${MAX_PAYLOAD_BYTES}`,
  );
}

/** Settles after `ms` milliseconds, or rejects when the call ends before. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, ms);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
}
