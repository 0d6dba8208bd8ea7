/** Tables as text. */

/** A Markdown table with columns as wide as what is in them; numbers stand to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => (row[at] ?? "").length)));
  const isText = (at: number): boolean => at === 0;
  const line = (row: readonly string[]): string => {
    const cells = widths.map((width, at) => {
      const text = row[at] ?? "";
      return isText(at) ? text.padEnd(width) : text.padStart(width);
    });
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, at) =>
    isText(at) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** The one in the middle, or between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? NaN;
  return Number.isInteger(half) ? (upper + (sorted[half - 1] ?? NaN)) / 2 : upper;
}

/** A number with thousands apart. */
export function formatNumber(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "-";
  const [whole = "", part] = value.toFixed(digits).split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, " ");
  return part === undefined ? apart : `${apart}.${part}`;
}
