import { isUpgradeRequest } from "../../server/handshake.ts";
import { createRefusal, createUpgradeRequired } from "../../server/refusal.ts";

/** What a request is for: a connection, something else on our path, or something on another path. */
export type RequestKind = "upgrade" | "plain" | "elsewhere";

/** Tells requests apart. */
export type Route = (request: Request) => RequestKind;

/**
 * Makes the route to a path.
 *
 * @param path The path; every path unless given
 * @throws {TypeError} When the path does not begin with a slash, or holds a query
 */
export function createRoute(path: string | undefined): Route {
  if (path !== undefined && !/^\/[^?#]*$/.test(path)) {
    throw new TypeError(`Cannot serve path: found "${path}", expected one like "/rpc"`);
  }
  return (request) => {
    if (path !== undefined && new URL(request.url).pathname !== path) return "elsewhere";
    return isUpgradeRequest(request) ? "upgrade" : "plain";
  };
}

/** Answers what is for nobody else. */
export function answerOther(kind: Exclude<RequestKind, "upgrade">): Response {
  return kind === "plain" ? createUpgradeRequired() : createRefusal(404, "Not found");
}
