/** Rules on the global names a layer may use. */
import { isSource, layerOf, resolveFrom } from "../layers.ts";
import { createRule, parentOf, type RuleFile, type SyntaxNode } from "./rule.ts";

const RUNTIME_NAMES = new Set(["Deno", "Bun", "Hono"]);

/** Only `src/adapters/` names a runtime or a framework. */
export const runtimeNames = createRule(
  (path) => isSource(path) && layerOf(path) !== "adapters",
  ({ report }) => ({
    Identifier(node): void {
      if (!RUNTIME_NAMES.has(node.name)) return;
      report(node, `Only src/adapters/ may name ${node.name}`);
    },
    // `"Deno" in globalThis` and `globalThis["Deno"]` count as well.
    Literal(node): void {
      if (typeof node.value !== "string" || !RUNTIME_NAMES.has(node.value)) return;
      report(node, `Only src/adapters/ may name ${node.value}`);
    },
  }),
);

const IMPURE_NAMES = new Set([
  "Promise",
  "PromiseLike",
  "AsyncIterable",
  "AsyncGenerator",
  "ReadableStream",
  "WritableStream",
  "AbortSignal",
  "AbortController",
  "setTimeout",
  "setInterval",
  "clearTimeout",
  "clearInterval",
  "queueMicrotask",
  "performance",
  "fetch",
  "WebSocket",
  "console",
]);

const IMPURE_MODULES = new Set(["src/logger.ts", "src/internal/clock.ts"]);

/** Whether the identifier only labels a member (`x.fetch`, `{ console: 1 }`, `fetch(): void`). */
function isLabel(node: SyntaxNode): boolean {
  // Only the fields that the kinds below have are looked at, each before it is used.
  const parent = parentOf(node) as {
    type: string;
    property?: unknown;
    object?: { type: string; name?: string };
    key?: unknown;
    computed?: boolean;
    shorthand?: boolean;
  } | undefined;
  if (parent === undefined || parent.computed === true) return false;
  if (parent.type === "MemberExpression") {
    return isSame(parent.property, node) && parent.object?.name !== "globalThis";
  }
  return isSame(parent.key, node) && parent.shorthand !== true;
}

function isSame(other: unknown, node: SyntaxNode): boolean {
  return typeof other === "object" && other !== null && "range" in other &&
    Array.isArray(other.range) && other.range[0] === node.range[0];
}

function refuseAsync({ report }: RuleFile): (node: SyntaxNode & { async: boolean }) => void {
  return (node) => {
    if (node.async) report(node, "This layer is pure: it must not be asynchronous");
  };
}

/** `codecs/` and `protocol/` turn bytes into values and back: no promise, timer, socket or logger. */
export const pureLayers = createRule(
  (path) => ["codecs", "protocol"].includes(layerOf(path) ?? ""),
  (file) => ({
    FunctionDeclaration: refuseAsync(file),
    FunctionExpression: refuseAsync(file),
    ArrowFunctionExpression: refuseAsync(file),
    AwaitExpression(node): void {
      file.report(node, "This layer is pure: it must not wait");
    },
    ForOfStatement(node): void {
      if (node.await) file.report(node, "This layer is pure: it must not wait");
    },
    Identifier(node): void {
      if (!IMPURE_NAMES.has(node.name) || isLabel(node)) return;
      file.report(node, `This layer is pure: it must not use ${node.name}`);
    },
    ImportDeclaration(node): void {
      const target = resolveFrom(file.path, node.source.value);
      if (!IMPURE_MODULES.has(target)) return;
      file.report(node, `This layer is pure: it must not import ${target}`);
    },
  }),
);
