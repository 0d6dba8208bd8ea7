/** Reads the counts that the test runners print at their end. */

/** How many tests ended how. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** No test at all. */
export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** The counts in the output of `deno test`; undefined when it holds no summary line. */
export function parseDenoSummary(output: string): TestCounts | undefined {
  const lines = plain(output).matchAll(/^(?:ok|FAILED) \| (\d+) passed.*$/gm);
  const [line, passed] = [...lines].at(-1) ?? [];
  if (line === undefined) return undefined;
  const count = (word: string): number => Number(line.match(`\\| (\\d+) ${word}`)?.[1] ?? 0);
  return { passed: Number(passed), failed: count("failed"), skipped: count("ignored") };
}

/** The counts in the output of `bun test`; undefined when it holds no summary. */
export function parseBunSummary(output: string): TestCounts | undefined {
  const text = plain(output);
  const end = text.lastIndexOf("\nRan ");
  if (end < 0) return undefined;
  // The counts stand in a block of their own, right above the last line.
  const block = text.slice(text.lastIndexOf("\n\n", end - 1) + 1, end);
  const count = (word: string): number =>
    Number(block.match(new RegExp(`^ *(\\d+) ${word}$`, "m"))?.[1] ?? 0);
  return { passed: count("pass"), failed: count("fail"), skipped: count("skip") + count("todo") };
}

/** The sum of two counts. */
export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** `N passed, N failed`, and `, N skipped` when some were. */
export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

function plain(output: string): string {
  // deno-lint-ignore no-control-regex
  return output.replaceAll(/\x1b\[[0-9;]*m/g, "").replaceAll("\r\n", "\n");
}
