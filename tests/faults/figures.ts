// deno-lint-ignore-file no-console
/** What the fault tests measure, for people. */

/** Prints figures of a test. */
export function printFigures(
  what: string,
  figures: Readonly<Record<string, number | string>>,
): void {
  const list = Object.entries(figures).map(([name, value]) =>
    `${name} ${typeof value === "number" ? Math.round(value * 1000) / 1000 : value}`
  );
  console.log(`figures: ${what}: ${list.join(", ")}`);
}

/** Bytes as megabytes. */
export function toMegabytes(bytes: number): number {
  return bytes / 1e6;
}

/** The value that a share of all values do not pass. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
