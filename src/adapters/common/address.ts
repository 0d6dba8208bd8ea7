/** Joins host and port as URLs do, with brackets around an address that has colons of its own. */
export function formatAddress(
  host: string | undefined,
  port: number | undefined,
): string | undefined {
  if (host === undefined || host === "") return undefined;
  if (port === undefined) return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
