/** What the checks know of the project: files, imports and exported names, as Deno reads them. */
import { projectPath } from "./layers.ts";

/** One exported name and what declares it (`class`, `interface`, …). */
export interface ExportedName {
  readonly name: string;
  readonly kinds: readonly string[];
}

/** The published files, and what the checks want to know of them. */
export interface Project {
  /** Paths of `mod.ts` and of everything below `src/`, sorted. */
  readonly sources: readonly string[];
  /** Paths of everything below `tests/`. */
  readonly tests: ReadonlySet<string>;
  /** For each source the project files it imports or re-exports, types included. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
  /** For each source the names it exports, re-exported ones included. */
  readonly exports: ReadonlyMap<string, readonly ExportedName[]>;
  /** The `exports` of deno.json. */
  readonly entries: Readonly<Record<string, string>>;
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await listFiles(path));
    else if (path.endsWith(".ts")) files.push(path);
  }
  return files;
}

async function denoJson<T>(args: readonly string[]): Promise<T> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot read project: deno ${args[0]} failed`);
  // The caller names the shape that this version of Deno prints; the tests run the real thing.
  return JSON.parse(new TextDecoder().decode(stdout)) as T;
}

interface InfoOutput {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

function pathOf(specifier: string): string {
  return projectPath(decodeURIComponent(new URL(specifier).pathname));
}

async function readImports(sources: readonly string[]): Promise<Map<string, string[]>> {
  // One module that imports all the others shows the whole graph at once.
  const root = await Deno.makeTempFile({ suffix: ".ts" });
  const folder = new URL("../../", import.meta.url);
  const lines = sources.map((path) => `import ${JSON.stringify(new URL(path, folder).href)};`);
  await Deno.writeTextFile(root, lines.join("\n"));
  const { modules } = await denoJson<InfoOutput>(["info", "--json", root]);
  await Deno.remove(root);
  const imports = new Map<string, string[]>();
  for (const { specifier, dependencies = [] } of modules) {
    const targets = dependencies.map(({ code, type }) => code?.specifier ?? type?.specifier);
    imports.set(pathOf(specifier), targets.filter((target) => target !== undefined).map(pathOf));
  }
  return imports;
}

interface DocOutput {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly {
          readonly kind: string;
          readonly declarationKind: string;
        }[];
      }[];
    }>
  >;
}

async function readExports(sources: readonly string[]): Promise<Map<string, ExportedName[]>> {
  const { nodes } = await denoJson<DocOutput>(["doc", "--json", ...sources]);
  const exports = new Map<string, ExportedName[]>();
  for (const [specifier, { symbols }] of Object.entries(nodes)) {
    const names = symbols
      .map(({ name, declarations }) => ({
        name,
        kinds: declarations
          .filter(({ declarationKind }) => declarationKind === "export")
          .map(({ kind }) => kind),
      }))
      .filter(({ kinds }) => kinds.length > 0);
    exports.set(pathOf(specifier), names);
  }
  return exports;
}

/** Reads the project in the current folder. */
export async function readProject(): Promise<Project> {
  const sources = ["mod.ts", ...await listFiles("src")].sort();
  const config: { exports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile("deno.json"),
  );
  return {
    sources,
    tests: new Set(await listFiles("tests")),
    imports: await readImports(sources),
    exports: await readExports(sources),
    entries: config.exports,
  };
}
