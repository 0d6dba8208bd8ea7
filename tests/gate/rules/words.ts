/** Rules on names of files and on the words of errors. */
import { isSource } from "../layers.ts";
import { createRule } from "./rule.ts";

/** File names are snake_case; the entry of a folder is `mod.ts`, never `index.ts`. */
export const fileNames = createRule(
  (path) => path.endsWith(".ts"),
  ({ path, report }) => ({
    Program(): void {
      const name = path.slice(path.lastIndexOf("/") + 1);
      // The whole program as a range would underline the file.
      const node: { range: [number, number] } = { range: [0, 0] };
      if (name === "index.ts") report(node, "The entry of a folder is mod.ts, not index.ts");
      if (!/^_?[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.ts$/.test(name)) {
        report(node, `File name "${name}" is not snake_case`);
      }
    },
  }),
);

/** The fixed parts of a text: one for a string, several around the expressions of a template. */
function fixedParts(node: Deno.lint.Expression | Deno.lint.SpreadElement): string[] | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? [node.value] : undefined;
  if (node.type === "TemplateLiteral") return node.quasis.map((quasi) => quasi.cooked);
  if (node.type !== "BinaryExpression" || node.operator !== "+") return undefined;
  // `#key in object` has a private name on the left; `+` never does.
  const left = fixedParts(node.left as Deno.lint.Expression) ?? [""];
  const right = fixedParts(node.right) ?? [""];
  return [...left.slice(0, -1), (left.at(-1) ?? "") + (right[0] ?? ""), ...right.slice(1)];
}

const CONTRACTION =
  /\b(?:\w+n['’]t|\w+['’](?:re|ve|ll|m|d)|(?:it|that|there|what|who|here|let|he|she)['’]s)\b/i;

/** What is wrong with the words of an error; undefined when nothing is. */
export function checkErrorWords(parts: readonly string[]): string | undefined {
  const [first = ""] = parts;
  const last = parts.at(-1) ?? "";
  if (/^[a-z]/.test(first)) return "begins with a small letter";
  if (/\.\s*$/.test(last)) return "ends with a full stop";
  if (parts.some((part) => CONTRACTION.test(part))) return "contains a contraction";
  if (parts.some((part, at) => part.endsWith("'") && parts[at + 1]?.startsWith("'"))) {
    return "quotes with ' where \" is the rule";
  }
  return undefined;
}

/** The words of a `new …Error(…)`: the first argument that reads like a sentence, or the first text. */
function errorWords(node: Deno.lint.NewExpression): string[] | undefined {
  const texts = node.arguments.map(fixedParts).filter((parts) => parts !== undefined);
  return texts.find((parts) => parts.some((part) => part.includes(" "))) ?? texts[0];
}

/** Errors speak alike: capital first, no full stop at the end, no contractions, double quotes. */
export const errorWordsRule = createRule(isSource, ({ report }) => ({
  NewExpression(node): void {
    const { callee } = node;
    if (callee.type !== "Identifier" || !/(Error|Exception)$/.test(callee.name)) return;
    const parts = errorWords(node);
    const problem = parts === undefined ? undefined : checkErrorWords(parts);
    if (problem !== undefined) report(node, `The message of ${callee.name} ${problem}`);
  },
}));
