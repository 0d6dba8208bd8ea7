import { assertEquals } from "../support/assert.ts";
import { runtime, skippedTest, test } from "../support/test.ts";
import { runSuite, type Sink, type Suite } from "./run_suite.ts";
import { parseDenoSummary, type TestCounts } from "./summary.ts";

const PASSED = "ok | 2 passed | 0 failed (1ms)";
const SKIPPED = "ok | 0 passed | 0 failed | 3 ignored (1ms)";

interface Case {
  readonly does: string;
  /** What the runner prints, and the code it exits with. */
  readonly says: string;
  readonly exits?: number;
  readonly suite?: Partial<Suite>;
  readonly counts: TestCounts;
  /** What the run itself has to say about the end. */
  readonly complains?: string;
}

if (runtime === "bun") skippedTest("runSuite() …", "the gate runs under Deno");

interface Ran {
  readonly counts: TestCounts;
  readonly said: string;
}

async function run(program: string, suite: Partial<Suite>, limitMs = 60_000): Promise<Ran> {
  let said = "";
  const sink: Sink = {
    // Takes little at a time, as a full pipe does.
    write(bytes: Uint8Array): Promise<number> {
      said += new TextDecoder().decode(bytes.subarray(0, 7));
      return Promise.resolve(Math.min(7, bytes.length));
    },
  };
  const probe: Suite = {
    name: "probe",
    command: Deno.execPath(),
    args: ["eval", program],
    parse: parseDenoSummary,
    ...suite,
  };
  const counts = await runSuite(probe, { limitMs, sink });
  return { counts, said };
}

function check({ does, says, exits = 0, suite = {}, counts, complains }: Case): void {
  if (runtime === "bun") return;
  const program = `console.log(${JSON.stringify(says)}); Deno.exit(${exits})`;
  test(`runSuite() ${does}`, async () => {
    const ran = await run(program, suite);
    assertEquals(ran.counts, counts);
    assertEquals(
      ran.said,
      `\n=== probe\n${says}\n${complains === undefined ? "" : `\n=== probe: ${complains}\n`}`,
    );
  });
}

check({
  does: "returns the counts of a suite that passed",
  says: PASSED,
  counts: { passed: 2, failed: 0, skipped: 0 },
});

check({
  does: "returns the counts of a suite that failed",
  says: "FAILED | 2 passed | 3 failed (1ms)",
  exits: 1,
  counts: { passed: 2, failed: 3, skipped: 0 },
  complains: "failed with exit code 1",
});

check({
  does: "counts a failure when the runner fails although no test did",
  says: PASSED,
  exits: 1,
  counts: { passed: 2, failed: 1, skipped: 0 },
  complains: "failed with exit code 1",
});

check({
  does: "counts a failure when there is no summary",
  says: "error: Module not found",
  exits: 1,
  counts: { passed: 0, failed: 1, skipped: 0 },
  complains: "no summary found, exit code 1",
});

check({
  does: "counts a failure when no test ran",
  says: "ok | 0 passed | 0 failed (1ms)",
  suite: { maySkipAll: true },
  counts: { passed: 0, failed: 1, skipped: 0 },
  complains: "no test ran",
});

check({
  does: "counts a failure when every test was skipped",
  says: SKIPPED,
  counts: { passed: 0, failed: 1, skipped: 3 },
  complains: "no test ran",
});

check({
  does: "lets every test be skipped where that is expected",
  says: SKIPPED,
  suite: { maySkipAll: true },
  counts: { passed: 0, failed: 0, skipped: 3 },
});

if (runtime === "deno") {
  test("runSuite() kills a suite that hangs, and counts a failure", async () => {
    const program = `console.log(${JSON.stringify(PASSED)}); setInterval(() => {}, 1000)`;
    const { counts, said } = await run(program, {}, 1000);
    assertEquals(counts, { passed: 2, failed: 1, skipped: 0 });
    assertEquals(said.trimEnd().split("\n").at(-1), "=== probe: killed, it took too long");
  });
}
