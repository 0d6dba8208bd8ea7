import { assertEquals } from "../support/assert.ts";
import { runtime, skippedTest, test } from "../support/test.ts";
import plugin from "./lint_plugin.ts";

/** One rule on one source, and what it has to say about it. */
interface Case {
  readonly rule: string;
  readonly does: string;
  /** Path of the file; one in `src/transports/` unless given. */
  readonly path?: string;
  readonly source: string;
  /** The messages, in order; none when everything is as it should be. */
  readonly finds: readonly string[];
}

if (runtime === "bun") skippedTest("house/… rules", "only Deno lints");

function check({ rule, does, path = "src/transports/probe.ts", source, finds }: Case): void {
  if (runtime === "bun") return;
  test(`house/${rule} ${does}`, () => {
    const found = Deno.lint.runPlugin(plugin, path, source);
    const messages = found.filter(({ id }) => id === `house/${rule}`).map(({ message }) => message);
    assertEquals(messages, [...finds]);
  });
}

check({
  rule: "layer-order",
  does: "accepts the own layer and earlier ones, however they are imported",
  source: `import { a } from "./other.ts";
import { b } from "./websocket/socket.ts";
import type { C } from "../protocol/frame.ts";
import { RpcLogger } from "../logger.ts";
export { d } from "../internal/fifo.ts";`,
  finds: [],
});

check({
  rule: "layer-order",
  does: "refuses later layers in imports, re-exports, import() and types",
  source: `import { a } from "../contracts/method.ts";
import type { B } from "../calls/state.ts";
export * from "../endpoints/mod.ts";
export { c } from "../server/mod.ts";
const d = await import("../adapters/deno.ts");
type E = import("../diagnostics/ping.ts").E;`,
  finds: ["contracts", "calls", "endpoints", "server", "adapters", "diagnostics"].map((later) =>
    `Layer "transports" must not import the later layer "${later}"`
  ),
});

check({
  rule: "layer-order",
  does: "keeps the earliest files to themselves",
  path: "src/logger.ts",
  source: `import "./internal/clock.ts"; import "./codecs/codec.ts";`,
  finds: ['Layer "internal" must not import the later layer "codecs"'],
});

check({
  rule: "layer-order",
  does: "keeps adapters out of the root entry",
  path: "mod.ts",
  source: `export { a } from "./src/server/mod.ts"; export { b } from "./src/adapters/bun.ts";`,
  finds: ['mod.ts must not import the layer "adapters"'],
});

check({
  rule: "layer-order",
  does: "refuses folders that it does not know, and what is outside src/",
  path: "src/misc/tool.ts",
  source: `import "../../tests/support/test.ts";`,
  finds: [
    'Unknown layer "misc"',
    'Cannot import "../../tests/support/test.ts": it is outside src/',
  ],
});

check({
  rule: "entry-exports",
  does: "refuses whole modules and values of hidden layers",
  path: "src/endpoints/mod.ts",
  source: `export { RpcEndpoint } from "./endpoint.ts";
export { RpcLogger } from "../logger.ts";
export type { RpcClock } from "../internal/clock.ts";
export { systemClock } from "../internal/clock.ts";
export { callState } from "../calls/call_state.ts";
export * from "./peer.ts";`,
  finds: [
    'Cannot export values of the hidden layer "internal": only types may pass',
    'Cannot export values of the hidden layer "calls": only types may pass',
    "Cannot re-export everything: name what is public",
  ],
});

check({
  rule: "entry-exports",
  does: "refuses an entry in a hidden layer",
  path: "src/calls/mod.ts",
  source: `export {};`,
  finds: ['Layer "calls" is not public and has no mod.ts'],
});

check({
  rule: "relative-imports",
  does: "refuses packages, runtime modules and paths without their ending",
  source: `import { a } from "./a.ts";
import { b } from "node:fs";
import { c } from "npm:zod";
import { d } from "jsr:@std/assert";
import { e } from "hono";
import { f } from "./f";
import { g } from "https://example.com/g.ts";`,
  finds: [
    "node:fs",
    "npm:zod",
    "jsr:@std/assert",
    "hono",
    "./f",
    "https://example.com/g.ts",
  ].map((name) => `Cannot import "${name}" here: only relative paths ending in ".ts" are`),
});

check({
  rule: "relative-imports",
  does: "leaves tests alone",
  path: "tests/adapters/hono_test.ts",
  source: `import { Hono } from "hono";`,
  finds: [],
});

check({
  rule: "no-static-jsr",
  does: "refuses to depend on JSR where it may be out of reach",
  path: "tests/jsr/probe_test.ts",
  source: `import { assert } from "@std/assert";
const m = await import("jsr:@std/msgpack");
const name: string = "@std/msgpack";
const n = await import(name);`,
  finds: ["@std/assert", "jsr:@std/msgpack"].map((name) =>
    `Cannot import "${name}" statically: JSR may be out of reach`
  ),
});

check({
  rule: "runtime-names",
  does: "refuses every way to name a runtime or framework",
  source: `// Deno and Bun in a comment are fine
const a = Deno.version;
const b = globalThis.Bun;
const c = "Deno" in globalThis;
type D = Hono;`,
  finds: ["Deno", "Bun", "Deno", "Hono"].map((name) => `Only src/adapters/ may name ${name}`),
});

check({
  rule: "runtime-names",
  does: "leaves adapters alone",
  path: "src/adapters/deno.ts",
  source: `export const version = Deno.version;`,
  finds: [],
});

check({
  rule: "pure-layers",
  does: "refuses waiting, timers, sockets and loggers",
  path: "src/protocol/probe.ts",
  source: `import { RpcLogger } from "../logger.ts";
async function a() { await b; }
function c(): Promise<void> { setTimeout(d, 1); }
new WebSocket(e);
globalThis.fetch(f);
const { console } = g;`,
  finds: [
    "This layer is pure: it must not import src/logger.ts",
    "This layer is pure: it must not be asynchronous",
    "This layer is pure: it must not wait",
    "This layer is pure: it must not use Promise",
    "This layer is pure: it must not use setTimeout",
    "This layer is pure: it must not use WebSocket",
    "This layer is pure: it must not use fetch",
    "This layer is pure: it must not use console",
  ],
});

check({
  rule: "pure-layers",
  does: "accepts members that only share a name, and generators",
  path: "src/codecs/probe.ts",
  source: `const a = b.fetch;
const c = { performance: 1 };
interface D { console: string; fetch(): void; }
class E { static fetch() { return 1; } *[Symbol.iterator]() { yield 1; } }`,
  finds: [],
});

check({
  rule: "pure-layers",
  does: "leaves later layers alone",
  source: `async function a() { await b; }`,
  finds: [],
});

const lines = (count: number): string => "a();\n".repeat(count);

check({
  rule: "file-size",
  does: "counts lines of code, not comments and blank lines, and accepts the limit",
  source: `/**\n * Story\n */\n\n// why\n${lines(250)}/* 1 */ /* 2 */\n`,
  finds: [],
});

check({
  rule: "file-size",
  does: "refuses one line more, and counts lines inside texts that look like comments",
  source: `${lines(248)}const a = \`\n// text\n\`;\n`,
  finds: ["File has 251 lines of code, limit is 250"],
});

check({
  rule: "function-size",
  does: "accepts a body at the limit",
  source: `function a() {\n// why\n\n${lines(60)}}`,
  finds: [],
});

check({
  rule: "function-size",
  does: "refuses a longer one, of whatever kind",
  source: `function a() {\n${lines(61)}}
class B { c() {\n${lines(61)}} }
use(() => {\n${lines(61)}});`,
  finds: Array(3).fill("Function has 61 lines of code, limit is 60"),
});

check({
  rule: "parameter-count",
  does: "accepts two arguments and options, and more in what is not exported",
  source: `export function a(b: number, c: number, options: D = {}): void {}
function e(f: number, g: number, h: number, i: number): void {}`,
  finds: [],
});

check({
  rule: "parameter-count",
  does: "refuses a fourth argument of an exported function",
  source: `export function a(b: number, c: number, d: number, e: number): void {}`,
  finds: ["Function takes 4 arguments: two and options are the limit"],
});

check({
  rule: "file-names",
  does: "accepts snake_case, numbers and a leading underscore",
  path: "examples/01_unary_call.ts",
  source: "",
  finds: [],
});

check({
  rule: "file-names",
  does: "refuses other spellings",
  path: "src/server/rpcServer.ts",
  source: "",
  finds: ['File name "rpcServer.ts" is not snake_case'],
});

check({
  rule: "file-names",
  does: "refuses index.ts",
  path: "src/server/index.ts",
  source: "",
  finds: ["The entry of a folder is mod.ts, not index.ts"],
});

check({
  rule: "named-exports",
  does: "refuses a default export",
  source: `export default class A {}`,
  finds: ["Export by name, not as default"],
});

check({
  rule: "top-level-functions",
  does: "refuses arrows and function expressions at the top, exported or not",
  source: `export const a = () => 1;
const b = function () { return 1; };
const c = 1, d = async () => {};`,
  finds: ["a", "b", "d"].map((name) => `Declare "${name}" with "function"`),
});

check({
  rule: "top-level-functions",
  does: "accepts arrows as callbacks, in objects and inside functions",
  source: `const a = b.map((c) => c);
const d = { e: () => 1 };
function f() { const g = () => 1; }`,
  finds: [],
});

check({
  rule: "erasable-types",
  does: "refuses enums, namespaces and globals",
  source: `enum A { B }
namespace C { export const d = 1; }
declare global { interface E {} }`,
  finds: [
    'Write an object "as const" and a union instead of an enum',
    "A module is a file: declare no namespace and no global",
    "A module is a file: declare no namespace and no global",
  ],
});

check({
  rule: "accessibility-words",
  does: "refuses private and public, and accepts protected",
  source: `abstract class A {
  private a = 1;
  public b() {}
  protected c = 1;
  protected abstract d(): void;
  public abstract e(): void;
  #f = 1;
}`,
  finds: ['Write "#name" instead of "private"', 'Drop "public"', 'Drop "public"'],
});

check({
  rule: "accessibility-words",
  does: "accepts a private constructor, which nothing else can express",
  source: `class A { private constructor() {} }`,
  finds: [],
});

check({
  rule: "parameter-properties",
  does: "refuses fields declared among the parameters",
  source: `class A { constructor(readonly b: number, c: number) {} }`,
  finds: ["Declare the field in the class body and assign it in the constructor"],
});

check({
  rule: "explained-assertions",
  does: "refuses as and ! without a reason",
  source: `function a(b: unknown) {

  const c = b as string;
  return d!.e;
}`,
  finds: [
    '"as" needs a comment on or above it: why it holds',
    '"!" needs a comment on or above it: why it holds',
  ],
});

check({
  rule: "explained-assertions",
  does: "accepts a reason above the statement, inside it or beside it, and as const",
  source: `function a(b: unknown) {
  // Checked above.
  const c = use(
    b as string,
  );

  const d = use(
    // Checked above.
    b as string,
  );

  const e = b as string; // Checked above.

  return [1, 2] as const;
}`,
  finds: [],
});

check({
  rule: "silent-catch",
  does: "refuses to drop a failure without a word",
  source: `try { a(); } catch {}
b().catch(() => {});`,
  finds: ["An empty catch needs a comment: why", "An empty catch needs a comment: why"],
});

check({
  rule: "silent-catch",
  does: "accepts a reason, or a body",
  source: `try { a(); } catch { /* it is gone already */ }
try { a(); } catch (error) { log(error); }
b().catch(() => {
  // The socket is closed, nobody listens.
});
b().catch(() => undefined);
c.forEach(() => {});`,
  finds: [],
});

check({
  rule: "error-words",
  does: "accepts the words of the house, whatever stands around them",
  source: `new RpcError(14, "Connection lost");
new TypeError(\`Cannot open call: found "\${a}", expected a path\`);
new RangeError(\`\${name} is 3, limit is 2\`);
new FrameError("Frame of the peer's session is too long", 8, 1002);
new RpcError(RpcStatus.OK, message);
new Map([["lower case.", 1]]);
throw new DOMException("The call was given up", "AbortError");`,
  finds: [],
});

check({
  rule: "error-words",
  does: "refuses a small letter, a full stop, contractions and single quotes",
  source: `new Error("connection lost");
new RpcError(14, "Connection lost.");
new TypeError(\`Can't open \${a}\`);
new RangeError("It" + " isn't \${b} bytes");
new TypeError(\`Cannot open call: found '\${a}'\`);
new RpcError(14, "Connection " + name + " lost.");`,
  finds: [
    "The message of Error begins with a small letter",
    "The message of RpcError ends with a full stop",
    "The message of TypeError contains a contraction",
    "The message of RangeError contains a contraction",
    "The message of TypeError quotes with ' where \" is the rule",
    "The message of RpcError ends with a full stop",
  ],
});

check({
  rule: "error-words",
  does: "leaves tests alone",
  path: "tests/probe_test.ts",
  source: `throw new Error("boom.");`,
  finds: [],
});
