/** What the rules share. */
import { projectPath } from "../layers.ts";

/** What the rules need of any node of the syntax tree. */
export interface SyntaxNode {
  readonly type: string;
  readonly range: [number, number];
  readonly parent?: unknown;
}

/** Reports a finding at a node. */
export type Report = (node: { readonly range: [number, number] }, message: string) => void;

/** What a rule looks at. */
export interface RuleFile {
  /** Path from the top of the project. */
  readonly path: string;
  readonly source: Deno.lint.SourceCode;
  readonly report: Report;
}

/** Makes a rule for the files that `applies` picks by their path. */
export function createRule(
  applies: (path: string) => boolean,
  visit: (file: RuleFile) => Deno.lint.LintVisitor,
): Deno.lint.Rule {
  return {
    create(context): Deno.lint.LintVisitor {
      const path = projectPath(context.filename);
      if (!applies(path)) return {};
      const seen = new Set<string>();
      // The tree shows some nodes twice (a shorthand is key and value): one report is enough.
      const report: Report = ({ range }, message) => {
        const key = `${range[0]} ${message}`;
        if (!seen.has(key)) context.report({ range, message });
        seen.add(key);
      };
      return visit({ path, source: context.sourceCode, report });
    },
  };
}

/** The node's parent, when it has one. */
export function parentOf(node: SyntaxNode): SyntaxNode | undefined {
  // The tree's types leave `parent` out or name it by kind; every kind fits `SyntaxNode`.
  return node.parent as SyntaxNode | undefined;
}

/** The source with every comment blanked out, of the same length. */
export function withoutComments(source: Deno.lint.SourceCode): string {
  let text = "";
  let position = 0;
  for (const { range: [start, end] } of source.getAllComments()) {
    text += source.text.slice(position, start);
    text += source.text.slice(start, end).replace(/[^\n]/g, " ");
    position = end;
  }
  return text + source.text.slice(position);
}

/** How many lines of `text` hold more than white space. */
export function countCodeLines(text: string): number {
  return text.split("\n").filter((line) => line.trim() !== "").length;
}
