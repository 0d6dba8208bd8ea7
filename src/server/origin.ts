/**
 * Pages that may connect: their origins, for example `https://app.example.com`, with `*` for all; or
 * a function that is asked with the origin in lower case.
 */
export type RpcAllowedOrigins = readonly string[] | ((origin: string) => boolean);

/** Whether a request may come from where it says it comes from. */
export type OriginCheck = (request: Request) => boolean;

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#,\s]+$/;

/**
 * Makes the check of the `Origin` header. A browser sends it once, always, and no page can change it; a
 * request without it comes from another program, which could say whatever it likes, and passes.
 *
 * @param allowed Who may connect; pages of the host that is asked for unless given
 * @throws {TypeError} When an origin of the list could never match
 */
export function createOriginCheck(allowed: RpcAllowedOrigins | undefined): OriginCheck {
  const isAllowed = createRule(allowed);
  return (request) => {
    const origin = request.headers.get("origin")?.toLowerCase();
    if (origin === undefined) return true;
    // Several headers arrive joined by commas, which no origin contains.
    return !origin.includes(",") && isAllowed(origin, request);
  };
}

function createRule(
  allowed: RpcAllowedOrigins | undefined,
): (origin: string, request: Request) => boolean {
  if (allowed === undefined) return isSameHost;
  if (typeof allowed === "function") return (origin) => allowed(origin) === true;
  const origins = new Set(allowed.map(checkOrigin));
  return origins.has("*") ? () => true : (origin) => origins.has(origin);
}

function checkOrigin(origin: string): string {
  const lower = origin.toLowerCase();
  if (lower === "*" || lower === "null") return lower;
  const sent = ORIGIN.test(lower) ? asSent(lower) : undefined;
  if (sent === lower) return lower;
  const expected = sent === undefined ? 'one like "https://app.example.com"' : `"${sent}"`;
  throw new TypeError(`Cannot allow origin: found "${origin}", expected ${expected}`);
}

/** An origin as browsers send it, without the scheme's own port for one; undefined when it is none. */
function asSent(origin: string): string | undefined {
  try {
    const sent = new URL(origin).origin;
    // Extensions and apps have schemes that only their browser knows.
    return sent === "null" ? origin : sent;
  } catch {
    return undefined;
  }
}

/** The scheme is left out: behind a proxy that ends TLS this side does not know it. */
function isSameHost(origin: string, request: Request): boolean {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  try {
    const { protocol, host: originHost } = new URL(origin);
    // Read with the same scheme, so that its default port is dropped from both.
    return originHost !== "" && originHost === new URL(`${protocol}//${host}`).host;
  } catch {
    // "null", which sandboxed pages and files send, or no address at all.
    return false;
  }
}
