// deno-lint-ignore-file no-console

const COLOURS = { Ada: 36, Ben: 35, server: 33 } as const;

/** Whose line it is. */
export type Speaker = keyof typeof COLOURS;

/** Writes down what happens, one line each: who, what, and by which shape of call. */
export class Transcript {
  readonly #hasColours: boolean;
  readonly #start = performance.now();

  constructor(hasColours: boolean) {
    this.#hasColours = hasColours;
  }

  /** A line that stands for itself. */
  title(text: string): void {
    console.log(`\n${this.#paint(1, text)}`);
  }

  /** Something that `who` did or saw. */
  line(who: Speaker, text: string, shape = ""): void {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(2).padStart(6);
    const name = this.#paint(COLOURS[who], who.padEnd(6));
    const call = shape === "" ? "" : this.#paint(2, `  · ${shape}`);
    console.log(`${this.#paint(2, seconds)}  ${name}  ${text}${call}`);
  }

  #paint(code: number, text: string): string {
    return this.#hasColours ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
