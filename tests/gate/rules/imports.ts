/** Rules on what a module may import and what an entry module may export. */
import { HIDDEN_LAYERS, isSource, layerOf, layerRank, resolveFrom } from "../layers.ts";
import { createRule, type RuleFile } from "./rule.ts";

type Found = (specifier: string, node: { readonly range: [number, number] }) => void;

/** Calls `found` for each module that a file names: imports, re-exports, `import()` and import types. */
function visitSpecifiers(found: Found): Deno.lint.LintVisitor {
  return {
    ImportDeclaration: (node) => found(node.source.value, node),
    ExportAllDeclaration: (node) => found(node.source.value, node),
    ExportNamedDeclaration: (node) => {
      if (node.source) found(node.source.value, node);
    },
    ImportExpression: (node) => {
      const { source } = node;
      if (source.type === "Literal" && typeof source.value === "string") found(source.value, node);
    },
    TSImportType: (node) => {
      const literal = node.argument.type === "TSLiteralType" ? node.argument.literal : undefined;
      if (literal?.type === "Literal" && typeof literal.value === "string") {
        found(literal.value, node);
      }
    },
  };
}

/** `src/` and `mod.ts` import relative files with their ending, and nothing else. */
export const relativeImports = createRule(
  isSource,
  ({ report }) =>
    visitSpecifiers((specifier, node) => {
      if (/^\.\.?\/.*\.ts$/.test(specifier)) return;
      report(node, `Cannot import "${specifier}" here: only relative paths ending in ".ts" are`);
    }),
);

/** Nothing that the gate type-checks or runs may fail to load where JSR is not reachable. */
export const noStaticJsr = createRule(
  (path) => !isSource(path),
  ({ report }) =>
    visitSpecifiers((specifier, node) => {
      if (!/^(jsr:|@std\/)/.test(specifier)) return;
      report(node, `Cannot import "${specifier}" statically: JSR may be out of reach`);
    }),
);

function checkOrder(file: RuleFile, specifier: string): string | undefined {
  const target = layerOf(resolveFrom(file.path, specifier));
  if (target === undefined) return `Cannot import "${specifier}": it is outside src/`;
  if (layerRank(target) < 0) return `Unknown layer "${target}"`;
  const own = layerOf(file.path);
  if (own === undefined) {
    return target === "adapters" ? 'mod.ts must not import the layer "adapters"' : undefined;
  }
  if (layerRank(target) <= layerRank(own)) return undefined;
  return `Layer "${own}" must not import the later layer "${target}"`;
}

/** A file imports from its own layer and from earlier ones; the root entry from all but adapters. */
export const layerOrder = createRule(isSource, (file) => {
  const own = layerOf(file.path);
  return {
    ...visitSpecifiers((specifier, node) => {
      const problem = specifier.startsWith(".") ? checkOrder(file, specifier) : undefined;
      if (problem !== undefined) file.report(node, problem);
    }),
    Program(node): void {
      if (own !== undefined && layerRank(own) < 0) file.report(node, `Unknown layer "${own}"`);
    },
  };
});

/**
 * An entry module names what it exports. Of the hidden layers it may pass on types only, those that
 * public signatures mention.
 */
export const entryExports = createRule(
  (path) => isSource(path) && path.endsWith("mod.ts"),
  ({ path, report }) => ({
    Program(node): void {
      const layer = layerOf(path);
      if (layer === undefined || !HIDDEN_LAYERS.includes(layer)) return;
      report(node, `Layer "${layer}" is not public and has no mod.ts`);
    },
    ExportAllDeclaration(node): void {
      report(node, "Cannot re-export everything: name what is public");
    },
    ExportNamedDeclaration(node): void {
      if (!node.source || node.exportKind === "type") return;
      const from = resolveFrom(path, node.source.value);
      const layer = from === "src/logger.ts" ? undefined : layerOf(from);
      if (layer === undefined || !HIDDEN_LAYERS.includes(layer)) return;
      report(node, `Cannot export values of the hidden layer "${layer}": only types may pass`);
    },
  }),
);
