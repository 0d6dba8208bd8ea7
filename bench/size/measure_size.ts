/** How much of a page a client takes: bundled and minified by esbuild, and gzipped. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, stop } from "esbuild";

/** A client, with its size and what it may be. */
export interface ClientSize {
  readonly title: string;
  readonly minifiedBytes: number;
  readonly gzippedBytes: number;
  readonly wantedBytes: number;
}

const CLIENTS = [
  { title: "with JSON", file: "./json_client.ts", wantedBytes: 12_000 },
  { title: "with MessagePack", file: "./messagepack_client.ts", wantedBytes: 18_000 },
] as const;

async function bundle(file: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    minify: true,
    treeShaking: true,
    format: "esm",
    platform: "browser",
    target: "esnext",
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** Bundles the clients. */
export async function measureSizes(): Promise<ClientSize[]> {
  const sizes: ClientSize[] = [];
  try {
    for (const { title, file, wantedBytes } of CLIENTS) {
      const bytes = await bundle(file);
      const gzippedBytes = gzipSync(bytes, { level: 9 }).length;
      sizes.push({ title, wantedBytes, minifiedBytes: bytes.length, gzippedBytes });
    }
  } finally {
    await stop();
  }
  return sizes;
}
