/** Rules on how things are declared. */
import { isSource } from "../layers.ts";
import { createRule, type RuleFile } from "./rule.ts";

interface Member {
  readonly kind?: string;
  readonly accessibility: string | undefined;
  readonly range: [number, number];
}

function refuseWord({ report }: RuleFile): (node: Member) => void {
  return (node) => {
    const word = node.accessibility;
    if (word === undefined || word === "protected") return;
    // Nothing else keeps a class from being constructed from outside.
    if (word === "private" && node.kind === "constructor") return;
    report(node, word === "private" ? 'Write "#name" instead of "private"' : `Drop "${word}"`);
  };
}

/** Private is `#private`, public goes without saying; `protected` is for the hooks of base classes. */
export const accessibilityWords = createRule(isSource, (file) => ({
  PropertyDefinition: refuseWord(file),
  MethodDefinition: refuseWord(file),
  TSAbstractPropertyDefinition: refuseWord(file),
  TSAbstractMethodDefinition: refuseWord(file),
  AccessorProperty: refuseWord(file),
}));

/** Fields are declared as fields. */
export const parameterProperties = createRule(isSource, ({ report }) => ({
  TSParameterProperty(node): void {
    report(node, "Declare the field in the class body and assign it in the constructor");
  },
}));

/** Top-level functions are declared with `function`; arrows are for callbacks. */
export const topLevelFunctions = createRule(isSource, ({ report }) => ({
  VariableDeclaration(node): void {
    const place = node.parent.type === "ExportNamedDeclaration" ? node.parent.parent : node.parent;
    if (place.type !== "Program") return;
    for (const { id, init } of node.declarations) {
      if (init?.type !== "ArrowFunctionExpression" && init?.type !== "FunctionExpression") continue;
      report(init, `Declare "${id.type === "Identifier" ? id.name : "it"}" with "function"`);
    }
  },
}));

/** Everything exported has a name. */
export const namedExports = createRule(isSource, ({ report }) => ({
  ExportDefaultDeclaration(node): void {
    report(node, "Export by name, not as default");
  },
}));

/** Types leave no code behind: an object `as const` and a union instead of `enum`. */
export const erasableTypes = createRule(isSource, ({ report }) => ({
  TSEnumDeclaration(node): void {
    report(node, 'Write an object "as const" and a union instead of an enum');
  },
  TSModuleDeclaration(node): void {
    report(node, "A module is a file: declare no namespace and no global");
  },
}));
