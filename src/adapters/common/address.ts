/**
 * Joins host and port as URLs do, with brackets around an address that has colons of its own. It
 * lives as long as a connection: what is joined at once takes less than what refers to its parts.
 */
export function formatAddress(
  host: string | undefined,
  port: number | undefined,
): string | undefined {
  if (host === undefined || host === "") return undefined;
  if (port === undefined) return host;
  return [host.includes(":") ? `[${host}]` : host, port].join(":");
}
