/**
 * The house style as lint rules: what a machine can hold is held by one.
 *
 * Each rule says in its own file what it is for; the order here is from the shape of the whole to
 * the single word.
 */
import { explainedAssertions, silentCatch } from "./rules/care.ts";
import {
  accessibilityWords,
  erasableTypes,
  namedExports,
  parameterProperties,
  topLevelFunctions,
} from "./rules/declarations.ts";
import { entryExports, layerOrder, noStaticJsr, relativeImports } from "./rules/imports.ts";
import { pureLayers, runtimeNames } from "./rules/purity.ts";
import { fileSize, functionSize, parameterCount } from "./rules/size.ts";
import { errorWordsRule, fileNames } from "./rules/words.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "layer-order": layerOrder,
    "entry-exports": entryExports,
    "relative-imports": relativeImports,
    "no-static-jsr": noStaticJsr,
    "runtime-names": runtimeNames,
    "pure-layers": pureLayers,
    "file-size": fileSize,
    "function-size": functionSize,
    "parameter-count": parameterCount,
    "file-names": fileNames,
    "named-exports": namedExports,
    "top-level-functions": topLevelFunctions,
    "erasable-types": erasableTypes,
    "accessibility-words": accessibilityWords,
    "parameter-properties": parameterProperties,
    "explained-assertions": explainedAssertions,
    "silent-catch": silentCatch,
    "error-words": errorWordsRule,
  },
};

export default plugin;
