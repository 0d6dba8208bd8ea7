/** Rules on how much one thing holds. */
import { isSource } from "../layers.ts";
import { countCodeLines, createRule, type SyntaxNode, withoutComments } from "./rule.ts";

const MAX_FILE_LINES = 250;
const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 3;

/** A file is one concept: lines with code in them are counted, comments and blank ones are not. */
export const fileSize = createRule(isSource, ({ source, report }) => ({
  Program(): void {
    const lines = countCodeLines(withoutComments(source));
    if (lines <= MAX_FILE_LINES) return;
    report({ range: [0, 0] }, `File has ${lines} lines of code, limit is ${MAX_FILE_LINES}`);
  },
}));

interface FunctionNode extends SyntaxNode {
  readonly body?: SyntaxNode | null | undefined;
}

/** No function, and so no closure, owns a whole connection. */
export const functionSize = createRule(isSource, ({ source, report }) => {
  let text: string | undefined;
  const check = (node: FunctionNode): void => {
    if (node.body?.type !== "BlockStatement") return;
    text ??= withoutComments(source);
    const [start, end] = node.body.range;
    const lines = countCodeLines(text.slice(start + 1, end - 1));
    if (lines <= MAX_FUNCTION_LINES) return;
    report(node, `Function has ${lines} lines of code, limit is ${MAX_FUNCTION_LINES}`);
  };
  return {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  };
});

/** Exported functions take two arguments and options. */
export const parameterCount = createRule(isSource, ({ report }) => ({
  "ExportNamedDeclaration > FunctionDeclaration"(node: Deno.lint.FunctionDeclaration): void {
    if (node.params.length <= MAX_PARAMETERS) return;
    report(node, `Function takes ${node.params.length} arguments: two and options are the limit`);
  },
}));
