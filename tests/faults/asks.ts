/** The programs answer questions on their standard streams: a line in, a line out. */
import process from "node:process";
import { createInterface } from "node:readline";

/** A question, as a line of JSON. */
export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** An answer, as a line of JSON. */
export interface Answer {
  readonly id: number;
  readonly answer: unknown;
}

/** Answers what is asked, until nobody asks any more. */
export function serveAsks(
  answers: Readonly<Record<string, (argument: never) => unknown>>,
): void {
  const say = (answer: Answer): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  createInterface({ input: process.stdin }).on("line", async (line) => {
    const { id, name, argument } = JSON.parse(line) as Ask;
    // Whoever asks knows what its question takes.
    say({ id, answer: await answers[name]?.(argument as never) ?? null });
  }).on("close", () => process.exit(0));
}
