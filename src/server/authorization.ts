import type { RpcClock } from "../internal/clock.ts";
import type { RpcLogger } from "../logger.ts";
import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import { createRefusal, createUnavailable } from "./refusal.ts";

/** What is known of an upgrade beside its request. */
export interface RpcUpgradeInfo {
  /** Network address of the caller; undefined where the platform does not tell. */
  readonly address: string | undefined;
  /** Sub-protocol that will be spoken. */
  readonly protocol: string;
}

/**
 * Decides who may connect, before the upgrade. What it returns becomes `context.peer.auth`; a
 * `Response` refuses with that answer. Throwing `UNAUTHENTICATED` or `PERMISSION_DENIED` refuses with
 * 401 or 403 and the error's text, throwing anything else with 500 and a fixed one.
 */
export type RpcAuthorize = (request: Request, info: RpcUpgradeInfo) => unknown;

/** What an {@linkcode RpcAuthorize} hook came to. */
export type Authorization =
  | { readonly kind: "granted"; readonly auth: unknown }
  | { readonly kind: "refused"; readonly response: Response };

/** What {@linkcode runAuthorize} needs beside the hook. */
export interface AuthorizationOptions {
  readonly clock: RpcClock;
  readonly logger: Pick<RpcLogger, "warn" | "error">;
  /** Time that the hook has. */
  readonly timeoutMs: number;
}

/**
 * Asks the hook, for a limited time.
 *
 * @returns What it came to; a promise, which never rejects, only where the hook answers with one
 */
export function runAuthorize(
  ask: () => unknown,
  options: AuthorizationOptions,
): Authorization | Promise<Authorization> {
  try {
    const answer = ask();
    return isPromise(answer) ? waitFor(answer, options) : toAuthorization(answer);
  } catch (error) {
    return refused(toRefusal(error, options.logger));
  }
}

function waitFor(
  answer: PromiseLike<unknown>,
  { clock, logger, timeoutMs }: AuthorizationOptions,
): Promise<Authorization> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => {
      logger.warn("Authorization took too long", { timeoutMs });
      resolve(refused(createUnavailable("Authorization took too long")));
    }, timeoutMs);
    const settle = (authorization: Authorization): void => {
      clock.clearTimer(timer);
      resolve(authorization);
    };
    Promise.resolve(answer).then(
      (found) => settle(toAuthorization(found)),
      (error: unknown) => settle(refused(toRefusal(error, logger))),
    );
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function toAuthorization(answer: unknown): Authorization {
  return answer instanceof Response ? refused(answer) : { kind: "granted", auth: answer };
}

function refused(response: Response): Authorization {
  return { kind: "refused", response };
}

function toRefusal(error: unknown, logger: AuthorizationOptions["logger"]): Response {
  if (error instanceof RpcError) {
    if (error.code === RpcStatus.UNAUTHENTICATED) return createRefusal(401, error.rawMessage);
    if (error.code === RpcStatus.PERMISSION_DENIED) return createRefusal(403, error.rawMessage);
  }
  // The text may hold secrets; the name tells enough to look for it.
  logger.error("Authorization failed", {
    name: error instanceof Error ? error.name : typeof error,
  });
  return createRefusal(500, "Authorization failed");
}
