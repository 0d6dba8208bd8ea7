// deno-lint-ignore-file no-console
/**
 * Runs the test suites one after the other and ends with the sum of their counts, alone on a line.
 *
 *     deno run -A tests/gate/test_all.ts            every suite
 *     deno run -A tests/gate/test_all.ts deno       those whose name begins so
 */
import { findBun } from "./bun.ts";
import { runSuite, type Suite } from "./run_suite.ts";
import { addCounts, formatCounts, NO_TESTS, parseBunSummary, parseDenoSummary } from "./summary.ts";

/** Folders whose tests start programs, so that no list of permissions would bind them. */
const PROGRAMS = ["browser", "examples", "faults", "fuzz", "gate", "integration", "interop"];

/** The test files and folders right below `tests/` whose names `wanted` picks. */
async function listTests(wanted: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir("tests")) {
    if ((isDirectory || name.endsWith("_test.ts")) && wanted(name)) found.push(`tests/${name}`);
  }
  return found.sort();
}

async function createDenoSuites(lockFile: string): Promise<Suite[]> {
  const deno = { command: Deno.execPath(), parse: parseDenoSummary };
  const narrow = ["--allow-net=127.0.0.1,localhost", "--allow-read", "--allow-env"];
  const narrowTests = await listTests((name) => name !== "jsr" && !PROGRAMS.includes(name));
  const programs = await listTests((name) => PROGRAMS.includes(name));
  return [
    {
      ...deno,
      name: "deno: the package and the examples in its comments",
      args: ["test", "--doc", "--parallel", ...narrow, "mod.ts", "src", ...narrowTests],
    },
    {
      ...deno,
      name: "deno: whole programs and the gate itself",
      args: ["test", "--allow-all", ...programs],
    },
    {
      ...deno,
      name: "deno: together with packages of JSR",
      args: [
        "test",
        `--lock=${lockFile}`,
        "--allow-net",
        "--allow-read",
        "--allow-env",
        "tests/jsr",
      ],
      maySkipAll: true,
    },
  ];
}

/**
 * Prepares a folder for the suites: `deno` and `bun` are in it, so that tests may start either by its
 * name, and a copy of the lock file, because the packages of JSR enter it only where they are in reach.
 */
async function prepareFolder(bun: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "suites-" });
  await Deno.symlink(Deno.execPath(), `${folder}/deno`);
  await Deno.symlink(bun, `${folder}/bun`);
  await Deno.copyFile("deno.lock", `${folder}/deno.lock`);
  return folder;
}

async function main(): Promise<void> {
  const [wanted = ""] = Deno.args;
  const bun = await findBun();
  const folder = await prepareFolder(bun);
  const suites: Suite[] = [
    ...await createDenoSuites(`${folder}/deno.lock`),
    { name: "bun", command: bun, args: ["test", "./tests"], parse: parseBunSummary },
  ];
  const env = { PATH: `${folder}:${Deno.env.get("PATH") ?? ""}` };
  let total = NO_TESTS;
  for (const suite of suites.filter(({ name }) => name.startsWith(wanted))) {
    total = addCounts(total, await runSuite(suite, { env }));
  }
  await Deno.remove(folder, { recursive: true });
  console.log(`\n${formatCounts(total)}`);
  Deno.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

if (import.meta.main) await main();
