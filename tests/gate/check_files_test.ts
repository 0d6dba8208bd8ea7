import { assert, assertEquals } from "../support/assert.ts";
import { runtime, skippedTest, test } from "../support/test.ts";
import { findCycles, findUnlisted, findUntested, findWrongEntries } from "./check_files.ts";
import { type ExportedName, readProject } from "./project.ts";

function exportsOf(files: Record<string, string>): Map<string, ExportedName[]> {
  // "RpcA:class RpcB:interface" for each file.
  const parse = (words: string): ExportedName[] =>
    words.split(" ").filter(Boolean).map((word) => {
      const [name = "", kind = ""] = word.split(":");
      return { name, kinds: [kind] };
    });
  return new Map(Object.entries(files).map(([path, words]) => [path, parse(words)]));
}

test("findCycles() finds none in a graph where paths only join", () => {
  const imports = new Map([["a", ["b", "c"]], ["b", ["d"]], ["c", ["d"]], ["d", []]]);
  assertEquals(findCycles({ imports }), []);
});

test("findCycles() names each module on the way round, once", () => {
  const imports = new Map([["x", ["a"]], ["a", ["b"]], ["b", ["c"]], ["c", ["a"]]]);
  assertEquals(findCycles({ imports }), ["Import cycle: a -> b -> c -> a"]);
});

test("findCycles() finds a module that imports itself", () => {
  assertEquals(findCycles({ imports: new Map([["a", ["a"]]]) }), ["Import cycle: a -> a"]);
});

test("findUntested() asks for the mirrored test of a source with behaviour", () => {
  const sources = ["mod.ts", "src/codecs/mod.ts", "src/codecs/json.ts", "src/logger.ts"];
  const exports = exportsOf({
    "src/codecs/mod.ts": "jsonCodec:function",
    "src/codecs/json.ts": "jsonCodec:function",
    "src/logger.ts": "RpcLogger:class",
  });
  const tests = new Set(["tests/logger_test.ts"]);
  assertEquals(findUntested({ sources, tests, exports }, {}), [
    "src/codecs/json.ts: its test file tests/codecs/json_test.ts is missing",
  ]);
});

test("findUntested() leaves out files of types alone, and no others", () => {
  const sources = ["src/codecs/types.ts", "src/codecs/mixed.ts"];
  const exports = exportsOf({
    "src/codecs/types.ts": "RpcA:interface RpcB:typeAlias",
    "src/codecs/mixed.ts": "RpcC:interface LIMIT:variable",
  });
  assertEquals(findUntested({ sources, tests: new Set(), exports }, {}).length, 1);
});

test("findUntested() honours the list of exceptions, and refuses a stale one", () => {
  const sources = ["src/codecs/json.ts"];
  const exports = exportsOf({ "src/codecs/json.ts": "jsonCodec:function" });
  const exempt = { "src/codecs/json.ts": "reason", "src/codecs/gone.ts": "reason" };
  assertEquals(findUntested({ sources, tests: new Set(), exports }, exempt), [
    "src/codecs/gone.ts: is exempt from tests but does not exist",
  ]);
});

test("findUnlisted() wants public names in the entry of their layer", () => {
  const sources = ["src/server/mod.ts", "src/server/server.ts", "src/server/helper.ts"];
  const exports = exportsOf({
    "src/server/mod.ts": "RpcServer:class",
    "src/server/server.ts": "RpcServer:class RpcServerOptions:interface IRpcDoor:interface",
    "src/server/helper.ts": "joinSignals:function Rpcish:class",
  });
  assertEquals(findUnlisted({ sources, exports }), [
    "src/server/server.ts: RpcServerOptions has a public name, and src/server/mod.ts does not export it",
    "src/server/server.ts: IRpcDoor has a public name, and src/server/mod.ts does not export it",
  ]);
});

test("findUnlisted() leaves out hidden layers, adapters and files with an underscore", () => {
  const names = "RpcThing:class";
  const exports = exportsOf({
    "src/logger.ts": names,
    "src/internal/clock.ts": names,
    "src/calls/unary.ts": names,
    "src/adapters/deno.ts": names,
    "src/server/_thing.ts": names,
  });
  assertEquals(findUnlisted({ sources: [...exports.keys()], exports }), []);
});

test("findWrongEntries() wants every public layer, existing files and kebab-case", () => {
  const layers = ["codecs", "protocol", "transports", "contracts", "endpoints", "server"];
  const sources = ["mod.ts", ...layers.map((layer) => `src/${layer}/mod.ts`)];
  const entries = Object.fromEntries(
    layers.map((layer) => [`./${layer}`, `./src/${layer}/mod.ts`]),
  );
  assertEquals(
    findWrongEntries({ sources, entries: { ...entries, "./snake_case": "./src/gone.ts" } }),
    [
      'deno.json: "exports" does not list ./mod.ts',
      'deno.json: "exports" does not list ./src/diagnostics/mod.ts',
      'deno.json: "exports" lists ./src/gone.ts, which does not exist',
      'deno.json: the sub-path "./snake_case" is not kebab-case',
    ],
  );
});

const READS = "readProject() sees sources, imports of types, and re-exported names";
if (runtime === "bun") skippedTest(READS, "it asks Deno for the graph");
else {
  test(READS, async () => {
    const { sources, imports, exports, tests, entries } = await readProject();
    assert(sources.includes("src/protocol/rpc_error.ts"));
    assert(tests.has("tests/gate/check_files_test.ts"));
    assertEquals(entries["."], "./mod.ts");
    // frame.ts imports this one for its types alone.
    assert(imports.get("src/protocol/frame.ts")?.includes("src/protocol/limits.ts"));
    assert(exports.get("mod.ts")?.some(({ name }) => name === "RpcError"));
    const declared = exports.get("src/protocol/rpc_error.ts") ?? [];
    assertEquals(declared.find(({ name }) => name === "RpcError")?.kinds, ["class"]);
    const types = exports.get("src/protocol/frame.ts")?.flatMap(({ kinds }) => kinds) ?? [];
    assertEquals(new Set(types), new Set(["interface", "typeAlias"]));
  });
}
