/** Where a file stands in the project: its path from the top, and its layer. */

/** The layers of `src/` in reading order; a file imports from its own or from earlier ones. */
export const LAYERS = [
  "internal", // and src/logger.ts
  "codecs",
  "protocol",
  "transports",
  "sources",
  "contracts",
  "calls",
  "endpoints",
  "server",
  "adapters",
  "diagnostics",
] as const;

/** Layers that are no part of the public interface: they have no `mod.ts` and no sub-path. */
export const HIDDEN_LAYERS: readonly string[] = ["internal", "sources", "calls"];

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** The path of a file from the top of the project, with `/`; as it is when the file is elsewhere. */
export function projectPath(file: string): string {
  const path = file.replaceAll("\\", "/");
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
}

/** Whether the file is published: the layers and the root `mod.ts`. */
export function isSource(path: string): boolean {
  return path === "mod.ts" || path.startsWith("src/");
}

/** The layer of a file below `src/`; undefined for other files. A folder unknown here is returned as it is. */
export function layerOf(path: string): string | undefined {
  const [top, folder, ...rest] = path.split("/");
  if (top !== "src" || folder === undefined) return undefined;
  return rest.length === 0 ? LAYERS[0] : folder;
}

/** The place of a layer in the order; -1 when it is unknown. */
export function layerRank(layer: string): number {
  return (LAYERS as readonly string[]).indexOf(layer);
}

/** The project path that a relative specifier in `path` means. */
export function resolveFrom(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}
