/** What the command asks of its programs: a line of JSON in, a line of JSON out. */
import process from "node:process";
import { createInterface } from "node:readline";
import type { ItemKind } from "./message.ts";

/** A question. */
export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** Its answer; `error` when there is none. */
export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** How a server is doing. */
export interface ServerUsage {
  /** Processor time of its process so far, in microseconds. */
  readonly cpuUs: number;
  /** Items that handlers have given so far. */
  readonly produced: number;
}

/** What a server's process has when no garbage is left. */
export interface SettledMemory {
  readonly residentBytes: number;
  /** The part of it that is kept for new objects, and is empty. */
  readonly youngBytes: number;
}

/** Calls to make: so many at once, for so long. */
export interface CallsAsk {
  readonly inFlight: number;
  readonly seconds: number;
}

/** A shape whose items are counted. */
export type StreamShape = "down" | "up" | "both";

/** Streams to run, one after the other, for so long. */
export interface ItemsAsk {
  readonly shape: StreamShape;
  readonly kind: ItemKind;
  /** As in an `ItemRequest`. */
  readonly isAtOnce?: boolean;
  readonly seconds: number;
}

/** What was done, and in which time. */
export interface WorkReport {
  readonly done: number;
  readonly seconds: number;
}

/** Calls to make one at a time, with rests between them. */
export interface LatencyAsk {
  /** Letters of the text in the message. */
  readonly letters: number;
  readonly calls: number;
  /** The rests, which take turns. */
  readonly restsMs: readonly number[];
}

/** Answers what is asked, until nobody asks any more. */
export function serveAsks(
  answers: Readonly<Record<string, (argument: never) => unknown>>,
): void {
  createInterface({ input: process.stdin }).on("line", async (line) => {
    // The command writes nothing else.
    const { id, name, argument } = JSON.parse(line) as Ask;
    let answer: Answer;
    try {
      // Whoever asks knows what its question takes.
      answer = { id, answer: (await answers[name]?.(argument as never)) ?? null };
    } catch (error) {
      answer = { id, error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }).on("close", () => process.exit(0));
}
