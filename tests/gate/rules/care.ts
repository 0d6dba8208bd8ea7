/** Rules on what needs a word of explanation. */
import { isSource } from "../layers.ts";
import { createRule, parentOf, type RuleFile, type SyntaxNode } from "./rule.ts";

interface Block extends SyntaxNode {
  readonly body: readonly unknown[];
}

/** A failure is dropped only where a comment says why. */
export const silentCatch = createRule(isSource, ({ source, report }) => {
  const check = (body: Block): void => {
    const [start, end] = body.range;
    const explained = source.getAllComments().some(({ range }) =>
      range[0] > start && range[1] < end
    );
    if (body.body.length === 0 && !explained) report(body, "An empty catch needs a comment: why");
  };
  return {
    CatchClause: (node) => check(node.body),
    'CallExpression[callee.property.name="catch"] > ArrowFunctionExpression': (
      node: Deno.lint.ArrowFunctionExpression,
    ) => {
      if (node.body.type === "BlockStatement") check(node.body);
    },
  };
});

/** The smallest statement or class member around a node. */
function statementOf(node: SyntaxNode): SyntaxNode {
  let place = node;
  for (let up: SyntaxNode | undefined = node; up !== undefined; up = parentOf(up)) {
    place = up;
    if (up.type === "BlockStatement" || up.type === "Program") break;
    if (/(Statement|Declaration|Definition)$/.test(up.type)) break;
  }
  return place;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

function requireReason({ source, report }: RuleFile, what: string): (node: SyntaxNode) => void {
  return (node) => {
    const first = lineAt(source.text, statementOf(node).range[0]) - 1;
    const last = lineAt(source.text, node.range[1]);
    const explained = source.getAllComments().some(({ range }) =>
      lineAt(source.text, range[1]) >= first && lineAt(source.text, range[0]) <= last
    );
    if (!explained) report(node, `${what} needs a comment on or above it: why it holds`);
  };
}

/** What the compiler cannot check, `as` and `!`, comes with the reason why it holds. */
export const explainedAssertions = createRule(isSource, (file) => {
  const check = requireReason(file, '"as"');
  return {
    TSAsExpression(node): void {
      const { typeAnnotation: type } = node;
      const name = type.type === "TSTypeReference" ? type.typeName : undefined;
      if (name?.type !== "Identifier" || name.name !== "const") check(node);
    },
    TSTypeAssertion: check,
    TSNonNullExpression: requireReason(file, '"!"'),
  };
});
