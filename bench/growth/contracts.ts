/** What server and client of the growth benchmark share. */
import {
  defineContract,
  type RpcContract,
  type RpcLimits,
  serverStream,
  unary,
} from "../../mod.ts";
import type { BenchMessage } from "../compare/message.ts";

/** High enough for everything that is measured here. */
export const LIMITS: Partial<RpcLimits> = {
  maxStreams: 200_000,
  maxHandlers: 200_000,
  streamBurst: 200_000,
};

/** Connections that the server takes. */
export const MAX_CONNECTIONS = 20_000;

/** One method to call, and one whose streams stay open. */
export const Growth = defineContract("Growth", {
  echo: unary<BenchMessage, BenchMessage>(),
  /** Answers once and then stays open until it is cancelled. */
  stay: serverStream<null, null>(),
});

type Echo = ReturnType<typeof unary<BenchMessage, BenchMessage>>;

/** A contract of so many methods that all do the same. */
export type ManyMethods = RpcContract<string, Readonly<Record<string, Echo>>>;

/** Makes a contract of so many methods. */
export function defineMany(count: number): ManyMethods {
  const methods = Array.from({ length: count }, (_, at): [string, Echo] => [`call${at}`, unary()]);
  return defineContract("Many", Object.fromEntries(methods));
}
