/** Runs the rows: all systems take turns, round by round. */
import { nameOf, Pair, type Setting } from "./pair.ts";
import { type Row, ROWS, type Sample, settingsOf } from "./rows.ts";
import type { Flags } from "./flags.ts";
import { findSystem } from "./systems/mod.ts";

/** What came of one system in one row and setting: samples, or why there are none. */
export interface Cell {
  readonly row: string;
  readonly setting: string;
  readonly system: string;
  readonly samples: readonly Sample[];
  /** Why it was not measured. */
  readonly refusal?: string;
}

/** What else a run needs. */
export interface RunOptions {
  readonly flags: Flags;
  /** Where the packages of peers are. */
  readonly peers: string;
  /** Told of each step. */
  onStep(text: string): void;
}

/** Why a system cannot be measured in a row and setting. */
function refusalOf(system: string, row: Row, { server, client }: Setting): string | undefined {
  if (row.systems?.includes(system) === false) return "no such row";
  const { lacks = [], refusals = {} } = findSystem(system);
  const lacking = row.needs?.find((need) => lacks.includes(need));
  return lacking === undefined ? refusals[server] ?? refusals[client] : `no ${lacking}`;
}

class Contestant {
  readonly system: string;
  readonly samples: Sample[] = [];
  refusal: string | undefined;
  readonly #start: () => Promise<Pair>;
  #pair: Pair | undefined;

  constructor(system: string, start: () => Promise<Pair>) {
    this.system = system;
    this.#start = start;
  }

  /** Measures once; a failure takes it out of the contest, but a sample that it has counts. */
  async measure(row: Row, seconds: number): Promise<Sample | undefined> {
    if (this.refusal !== undefined) return undefined;
    try {
      this.#pair ??= await this.#start();
      return await row.measure(this.#pair, seconds);
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
      return undefined;
    } finally {
      if (row.isFresh || this.refusal !== undefined) await this.end();
    }
  }

  async end(): Promise<void> {
    await this.#pair?.[Symbol.asyncDispose]();
    this.#pair = undefined;
  }
}

async function runSetting(
  name: string,
  setting: Setting,
  { flags, peers, onStep }: RunOptions,
): Promise<Cell[]> {
  const row = ROWS[name];
  if (row === undefined) return [];
  const contestants = flags.systems.map((system) => {
    const contestant = new Contestant(system, () => Pair.start({ system, setting, peers }));
    contestant.refusal = refusalOf(system, row, setting);
    return contestant;
  });
  try {
    if (!row.isFresh) {
      for (const contestant of contestants) await contestant.measure(row, flags.warmUpSeconds);
    }
    const rounds = Math.min(flags.rounds, row.maxRounds ?? Infinity);
    for (let round = 0; round < rounds; round++) {
      // Whoever comes first in one round comes last in the next.
      const order = round % 2 === 0 ? contestants : contestants.toReversed();
      for (const contestant of order) {
        const sample = await contestant.measure(row, flags.seconds);
        if (sample !== undefined) contestant.samples.push(sample);
      }
      onStep(`${name} on ${nameOf(setting)}, round ${round + 1} of ${rounds}`);
    }
  } finally {
    for (const contestant of contestants) await contestant.end();
  }
  return contestants.map(({ system, samples, refusal }) => ({
    row: name,
    setting: nameOf(setting),
    system,
    samples: refusal === undefined ? samples : [],
    ...(refusal === undefined ? {} : { refusal }),
  }));
}

/** Runs everything that the flags ask for. */
export async function runRows(options: RunOptions): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const name of options.flags.rows) {
    const row = ROWS[name];
    for (const setting of row === undefined ? [] : settingsOf(row, options.flags.runtimes)) {
      cells.push(...await runSetting(name, setting, options));
    }
  }
  return cells;
}
