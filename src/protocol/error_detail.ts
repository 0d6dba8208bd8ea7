/** One thing that is wrong with a request. */
export interface RpcFieldViolation {
  /** Path of the field, for example `user.address[0].city`; empty for the whole request. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** What is wrong with a request, field by field (`google.rpc.BadRequest`). */
export interface RpcBadRequestDetail {
  /** Tells details apart. */
  readonly type: "google.rpc.BadRequest";
  /** One entry for each thing that is wrong. */
  readonly fieldViolations: readonly RpcFieldViolation[];
}

/** When a retry may succeed (`google.rpc.RetryInfo`). */
export interface RpcRetryInfoDetail {
  /** Tells details apart. */
  readonly type: "google.rpc.RetryInfo";
  /** Time to wait before the next try, in milliseconds. */
  readonly retryDelayMs: number;
}

/** Which error this is, for programs (`google.rpc.ErrorInfo`). */
export interface RpcErrorInfoDetail {
  /** Tells details apart. */
  readonly type: "google.rpc.ErrorInfo";
  /** Constant name of the cause, for example `STOCKOUT`. */
  readonly reason: string;
  /** Who defines `reason`, for example `pay.example.com`. */
  readonly domain: string;
  /** More about this occurrence, by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What helps to debug (`google.rpc.DebugInfo`); not for users' eyes. */
export interface RpcDebugInfoDetail {
  /** Tells details apart. */
  readonly type: "google.rpc.DebugInfo";
  /** Where it happened, innermost first. */
  readonly stackEntries: readonly string[];
  /** Whatever else the server knows. */
  readonly detail: string;
}

/** A detail of a type that this library does not know, or that did not decode: its bytes as sent. */
export interface RpcRawDetail {
  /** Full name of the type, for example `acme.Quota`. */
  readonly type: string;
  /** The encoded detail. */
  readonly value: Uint8Array;
}

/** A structured detail of an error. */
export type RpcErrorDetail =
  | RpcBadRequestDetail
  | RpcRetryInfoDetail
  | RpcErrorInfoDetail
  | RpcDebugInfoDetail
  | RpcRawDetail;
