/** What came of a run, to be looked up. */
import { ROWS, type Sample, settingNames } from "./rows.ts";
import type { Cell } from "./run.ts";
import type { RuntimeName } from "./system.ts";
import { median } from "./table.ts";

/** One figure of a row in a setting. */
export interface FigureKey {
  readonly row: string;
  readonly setting: string;
  readonly figure: string;
}

/** A ratio: the median of those of each round, and the least and greatest of them. */
export interface Ratio {
  readonly middle: number;
  readonly least: number;
  readonly most: number;
}

/** All cells of a run. */
export class Results {
  /** As they were measured. */
  readonly cells: readonly Cell[];

  /** Takes the cells of a run. */
  constructor(cells: readonly Cell[]) {
    this.cells = cells;
  }

  /** The cell of a system; undefined when it was not asked for. */
  cell(system: string, { row, setting }: Pick<FigureKey, "row" | "setting">): Cell | undefined {
    return this.cells.find((cell) =>
      cell.system === system && cell.row === row && cell.setting === setting
    );
  }

  /** A figure of a system; NaN when there is none. */
  figure(system: string, key: FigureKey): number {
    return median(this.#values(system, key));
  }

  /** One system's figure over another's. Both were measured in turn, so rounds are compared. */
  ratio(system: string, other: string, key: FigureKey): Ratio | undefined {
    const above = this.#values(system, key);
    const below = this.#values(other, key);
    const ratios = above.slice(0, below.length).map((value, at) => value / (below[at] ?? NaN));
    if (ratios.length === 0) return undefined;
    return { middle: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
  }

  /** Which of some systems has the greatest figure. */
  greatest(systems: readonly string[], key: FigureKey): string | undefined {
    let found: string | undefined;
    let most = -Infinity;
    for (const system of systems) {
      const value = this.figure(system, key);
      if (value > most) [found, most] = [system, value];
    }
    return found;
  }

  #values(system: string, key: FigureKey): number[] {
    const samples: readonly Sample[] = this.cell(system, key)?.samples ?? [];
    return samples.map((sample) => sample[key.figure] ?? NaN);
  }
}

/** Every row and setting that a run may have, in the order of the table. */
export function allPlaces(
  runtimes: readonly RuntimeName[],
): { readonly row: string; readonly setting: string }[] {
  return Object.entries(ROWS).flatMap(([row, definition]) =>
    settingNames(definition, runtimes).map((setting) => ({ row, setting }))
  );
}
