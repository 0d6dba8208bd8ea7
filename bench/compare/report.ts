/** The tables of a run: ratios, then figures, then why something was not measured. */
import { allPlaces, type FigureKey, type Ratio, type Results } from "./results.ts";
import { type Figure, ROWS } from "./rows.ts";
import { findSystem, TYPED_PEERS } from "./systems/mod.ts";
import { formatNumber, formatTable } from "./table.ts";
import type { Flags } from "./flags.ts";

interface Line {
  readonly key: FigureKey;
  readonly figure: Figure;
  readonly title: string;
}

function* linesOf({ runtimes, rows }: Flags): Generator<Line> {
  for (const { row, setting } of allPlaces(runtimes)) {
    if (!rows.includes(row)) continue;
    const { title, figures } = ROWS[row] ?? { title: "", figures: [] };
    for (const figure of figures) {
      yield {
        key: { row, setting, figure: figure.name },
        figure,
        title: `${title}: ${figure.title}`,
      };
    }
  }
}

function formatRatio(ratio: Ratio | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio.middle)) return "-";
  const [middle, least, most] = [ratio.middle, ratio.least, ratio.most].map((value) =>
    value.toFixed(2)
  );
  return `${middle} (${least} to ${most})`;
}

/** Ours over the bare socket and over the fastest typed peer. */
export function reportRatios(results: Results, flags: Flags): string {
  const head = ["what", "runtime", "ours / raw", "ours / fastest typed peer"];
  const rows: string[][] = [];
  for (const { key, title } of linesOf(flags)) {
    const fastest = key.figure === "rate" ? results.greatest(TYPED_PEERS, key) : undefined;
    const toPeer = fastest === undefined ? undefined : results.ratio("ours", fastest, key);
    const named = toPeer === undefined || fastest === undefined
      ? "-"
      : `${formatRatio(toPeer)} ${findSystem(fastest).title}`;
    const toRaw = formatRatio(results.ratio("ours", "raw", key));
    if (toRaw !== "-" || named !== "-") rows.push([title, key.setting, toRaw, named]);
  }
  return formatTable(head, rows);
}

/** What every system did. */
export function reportFigures(results: Results, flags: Flags): string {
  const head = ["what", "runtime", ...flags.systems.map((name) => findSystem(name).title)];
  const rows = [...linesOf(flags)].map(({ key, figure, title }) => [
    title,
    key.setting,
    ...flags.systems.map((name) => formatNumber(results.figure(name, key), figure.digits)),
  ]);
  return formatTable(head, rows);
}

/** Why cells are empty. */
export function reportRefusals(results: Results): string {
  const reasons = new Map<string, string[]>();
  for (const { system, row, setting, refusal } of results.cells) {
    // That a system has no such shape is said of the system.
    if (refusal === undefined || refusal.startsWith("no ")) continue;
    const reason = `${findSystem(system).title}: ${refusal.replaceAll("\n", " ")}`;
    reasons.set(reason, [...reasons.get(reason) ?? [], `${row} on ${setting}`]);
  }
  return [...reasons].map(([reason, places]) => `- ${reason} (${places.join(", ")})`).join("\n");
}
