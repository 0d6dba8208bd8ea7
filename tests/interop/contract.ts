/**
 * The service of the interop cases: plain maps for messages, absent fields left out. It is the test
 * service of gRPC's interop suite, method for method, so that its cases can be run here as they are.
 */
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";

/** Nothing. */
export type Empty = Record<never, never>;

/** Bytes that only their number matters of. */
export interface Payload {
  /** Zero bytes. */
  readonly body: Uint8Array;
}

/** The status that a call is to end with. */
export interface EchoStatus {
  /** Status code; 0 changes nothing. */
  readonly code: number;
  /** Status message. */
  readonly message: string;
}

/** What `UnaryCall` takes. */
export interface SimpleRequest {
  /** Bytes of the response's payload; none unless given. */
  readonly responseSize?: number;
  readonly payload?: Payload;
  /** The status to end with instead. */
  readonly responseStatus?: EchoStatus;
}

/** What `UnaryCall` answers. */
export interface SimpleResponse {
  readonly payload: Payload;
}

/** What `StreamingInputCall` takes, many times. */
export interface StreamingInputCallRequest {
  readonly payload: Payload;
}

/** What `StreamingInputCall` answers. */
export interface StreamingInputCallResponse {
  /** Sum of the payloads, in bytes. */
  readonly aggregatedPayloadSize: number;
}

/** One response that is asked for. */
export interface ResponseParameters {
  /** Bytes of its payload. */
  readonly size: number;
  /** How long to wait before it, in microseconds; not at all unless given. */
  readonly intervalUs?: number;
}

/** What the methods take that answer many times. */
export interface StreamingOutputCallRequest {
  /** One response each; none unless given. */
  readonly responseParameters?: readonly ResponseParameters[];
  readonly payload?: Payload;
  /** The status to end with instead. */
  readonly responseStatus?: EchoStatus;
}

/** What those methods answer. */
export interface StreamingOutputCallResponse {
  readonly payload: Payload;
}

/** The methods that a server serves. */
const SERVED = {
  EmptyCall: unary<Empty, Empty>(),
  UnaryCall: unary<SimpleRequest, SimpleResponse>(),
  StreamingOutputCall: serverStream<StreamingOutputCallRequest, StreamingOutputCallResponse>(),
  StreamingInputCall: clientStream<StreamingInputCallRequest, StreamingInputCallResponse>(),
  FullDuplexCall: bidirectional<StreamingOutputCallRequest, StreamingOutputCallResponse>(),
  HalfDuplexCall: bidirectional<StreamingOutputCallRequest, StreamingOutputCallResponse>(),
} as const;

const SERVICE = "rpc.testing.TestService";

/** The service as a server knows it. */
export const ServedTestService = defineContract(SERVICE, SERVED);

/** The service as a client knows it: with a method that no server has. */
export const TestService = defineContract(SERVICE, {
  ...SERVED,
  UnimplementedCall: unary<Empty, Empty>(),
});

/** A service that no server has. */
export const UnimplementedService = defineContract("rpc.testing.UnimplementedService", {
  UnimplementedCall: unary<Empty, Empty>(),
});

/**
 * Tells a client what became of its calls at the server, which only the server knows. A server may
 * do without it: the cases then check the client's side alone.
 */
export const CallObserver = defineContract("rpc.testing.CallObserver", {
  /** Answers when the handler of the call that bears this id was told to stop, and why. */
  AwaitAbort: unary<{ readonly id: string }, { readonly code: number }>(),
});

/** Request header whose text comes back in the response headers. */
export const ECHO_INITIAL = "x-grpc-test-echo-initial";

/** Request header whose bytes come back in the trailers. */
export const ECHO_TRAILING = "x-grpc-test-echo-trailing-bin";

/** Request header that names a call for the observer. */
export const CALL_ID = "x-interop-call-id";
