import { build, stop } from "esbuild";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Answers the requests of a browser. */
export type WebPage = (request: Request) => Response;

/** What a page is made of, beside its program. */
export interface WebPageOptions {
  /** The TypeScript file that the page runs as `/app.js`. */
  readonly program: URL;
  /** Files by their path on the server, for example `/style.css`. */
  readonly files: Readonly<Record<string, URL>>;
}

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'",
};

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** Reads the chat's page, and bundles its program together with the library. */
export function createChatPage(): Promise<WebPage> {
  return createWebPage({
    program: new URL("page/app.ts", import.meta.url),
    files: {
      "/": new URL("page/index.html", import.meta.url),
      "/style.css": new URL("page/style.css", import.meta.url),
    },
  });
}

/** Reads and bundles a page once; it is answered from memory afterwards. */
export async function createWebPage(options: WebPageOptions): Promise<WebPage> {
  const files = new Map<string, string>([["/app.js", await bundle(options.program)]]);
  for (const [path, file] of Object.entries(options.files)) {
    files.set(path, await readFile(file, "utf8"));
  }
  return (request) => {
    const { pathname } = new URL(request.url);
    const body = files.get(pathname);
    if (body === undefined) return new Response("Not found\n", { status: 404 });
    const ending = pathname.split(".")[1] ?? "html";
    return new Response(body, {
      headers: { ...HEADERS, "content-type": TYPES[ending] ?? "text/plain" },
    });
  };
}

/** The library is plain TypeScript on the web's own `WebSocket`: a bundler is all that it needs. */
async function bundle(program: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(program)],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
  });
  await stop();
  return outputFiles.map(({ text }) => text).join("");
}
