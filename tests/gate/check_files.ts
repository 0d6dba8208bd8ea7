// deno-lint-ignore-file no-console
/**
 * Checks what only shows across files; what one file shows alone is a rule of `lint_plugin.ts`.
 *
 *     deno run --allow-read --allow-write --allow-run=deno tests/gate/check_files.ts
 */
import { HIDDEN_LAYERS, layerOf, LAYERS } from "./layers.ts";
import { type Project, readProject } from "./project.ts";

/** Sources with behaviour that need no test file of their own, each with the reason. */
const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {};

/** A module imports itself through others, if only for a type: it cannot be read alone. */
export function findCycles({ imports }: Pick<Project, "imports">): string[] {
  const problems: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) problems.push(`Import cycle: ${[...trail.slice(at), path].join(" -> ")}`);
    if (at >= 0 || done.has(path)) return;
    trail.push(path);
    for (const target of imports.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of imports.keys()) visit(path);
  return problems;
}

// A "reference" is something re-exported, to be tested where it is declared.
const TYPE_KINDS: readonly string[] = ["interface", "typeAlias", "reference"];

/** A source that does something has its test at the same place under `tests/`. */
export function findUntested(
  { sources, tests, exports }: Pick<Project, "sources" | "tests" | "exports">,
  exempt: Readonly<Record<string, string>> = TESTED_ELSEWHERE,
): string[] {
  const problems: string[] = [];
  for (const path of sources) {
    if (path.endsWith("mod.ts") || Object.hasOwn(exempt, path)) continue;
    const names = exports.get(path) ?? [];
    // A file of nothing but types is tested by the compiler.
    if (names.every(({ kinds }) => kinds.every((kind) => TYPE_KINDS.includes(kind)))) continue;
    const test = path.replace(/^src\//, "tests/").replace(/\.ts$/, "_test.ts");
    if (!tests.has(test)) problems.push(`${path}: its test file ${test} is missing`);
  }
  for (const path of Object.keys(exempt)) {
    if (!sources.includes(path)) problems.push(`${path}: is exempt from tests but does not exist`);
  }
  return problems;
}

/** Whether a name is meant for users: public classes and types begin with `Rpc` or `IRpc`. */
function isPublicName(name: string): boolean {
  return /^I?Rpc[A-Z]/.test(name);
}

/** What bears a public name is exported by the entry of its layer. */
export function findUnlisted({ sources, exports }: Pick<Project, "sources" | "exports">): string[] {
  const problems: string[] = [];
  for (const path of sources) {
    const layer = layerOf(path);
    if (layer === undefined || layer === "adapters" || HIDDEN_LAYERS.includes(layer)) continue;
    if (path.endsWith("mod.ts") || /\/_[^/]*$/.test(path)) continue;
    const entry = `src/${layer}/mod.ts`;
    const listed = new Set((exports.get(entry) ?? []).map(({ name }) => name));
    for (const { name } of exports.get(path) ?? []) {
      if (!isPublicName(name) || listed.has(name)) continue;
      problems.push(`${path}: ${name} has a public name, and ${entry} does not export it`);
    }
  }
  return problems;
}

/** Every public layer has its sub-path in deno.json, every sub-path its file. */
export function findWrongEntries(
  { sources, entries }: Pick<Project, "sources" | "entries">,
): string[] {
  const problems: string[] = [];
  const wanted = LAYERS
    .filter((layer) => layer !== "adapters" && !HIDDEN_LAYERS.includes(layer))
    .map((layer) => `./src/${layer}/mod.ts`);
  for (const target of ["./mod.ts", ...wanted]) {
    if (Object.values(entries).includes(target)) continue;
    problems.push(`deno.json: "exports" does not list ${target}`);
  }
  for (const [name, target] of Object.entries(entries)) {
    if (!sources.includes(target.slice(2))) {
      problems.push(`deno.json: "exports" lists ${target}, which does not exist`);
    }
    if (!/^\.(\/[a-z0-9]+(-[a-z0-9]+)*)*$/.test(name)) {
      problems.push(`deno.json: the sub-path "${name}" is not kebab-case`);
    }
  }
  return problems;
}

/** Everything that is wrong with a project. */
export function checkProject(project: Project): string[] {
  return [
    ...findWrongEntries(project),
    ...findCycles(project),
    ...findUnlisted(project),
    ...findUntested(project),
  ];
}

async function main(): Promise<void> {
  const problems = checkProject(await readProject());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) console.error(`\nFound ${problems.length} problems across files`);
  Deno.exit(problems.length === 0 ? 0 : 1);
}

if (import.meta.main) await main();
