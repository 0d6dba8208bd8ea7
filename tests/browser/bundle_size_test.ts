/** What a page downloads: programs as a user would write them, bundled, minified and gzipped. */
import { buildSync } from "esbuild";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

const CALLER = `
const transport = RpcWebSocketCallerTransport.connect("wss://api.example.com/rpc");
const chat = new RpcCallerEndpoint({ transport }).client(Chat);
console.log(await chat.send({ text: "hi" }));
for await (const message of chat.listen({ room: "general" })) console.log(message);
`;

const JSON_PAGE = `
import {
  defineContractWith, jsonCodec, RpcCallerEndpoint, RpcWebSocketCallerTransport, serverStream, unary,
} from "./mod.ts";
const Chat = defineContractWith("Chat", { send: unary(), listen: serverStream() }, {
  codec: jsonCodec(),
});
${CALLER}`;

const MESSAGEPACK_PAGE = `
import {
  defineContract, RpcCallerEndpoint, RpcWebSocketCallerTransport, serverStream, unary,
} from "./mod.ts";
const Chat = defineContract("Chat", { send: unary(), listen: serverStream() });
${CALLER}`;

const SERVING_PAGE = `
import { implement, RpcResponderEndpoint } from "./mod.ts";
console.log(implement, RpcResponderEndpoint);
`;

interface Bundle {
  readonly text: string;
  /** Paths of the sources of which something is in it. */
  readonly sources: readonly string[];
}

function bundle(program: string): Bundle {
  const { outputFiles, metafile } = buildSync({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL("../../", import.meta.url)) },
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output?.inputs ?? {}).filter(([, input]) => input.bytesInOutput > 0);
  return {
    text: outputFiles.map(({ text }) => text).join(""),
    sources: used.map(([path]) => path),
  };
}

// Not within the tests: the bundler keeps a channel to a thread of its own.
const json = bundle(JSON_PAGE);
const messagePack = bundle(MESSAGEPACK_PAGE);
const serving = bundle(SERVING_PAGE);
const nothing = bundle(`import "./mod.ts";`);

async function gzip(text: string): Promise<number> {
  const { readable, writable } = new CompressionStream("gzip");
  const [bytes] = await Promise.all([
    new Response(readable).arrayBuffer(),
    new Response(text).body?.pipeTo(writable),
  ]);
  return bytes.byteLength;
}

async function checkSize(what: string, { text }: Bundle, limit: number): Promise<void> {
  const bytes = await gzip(text);
  const found = `${what}: ${bytes} bytes, limit is ${limit}`;
  // deno-lint-ignore no-console -- the figure is what one runs this for
  console.log(found);
  assert(bytes <= limit, found);
}

/** What only those load who serve. */
const SERVING = ["calls/served", "calls/handler_context", "responder", "server/", "adapters/"];
/** What only those load who serve, or send streams of requests. */
const SENDING = ["source_pump", "source_iterator", "message_sender"];

function findSources({ sources }: Bundle, parts: readonly string[]): string[] {
  return sources.filter((path) => parts.some((part) => path.includes(part)));
}

test("a page that calls, with JSON, downloads neither MessagePack nor what serves", async () => {
  const others = [...SENDING, "messagepack", "cbor", "validation", "transports/memory"];
  assertEquals(findSources(json, [...SERVING, ...others]), []);
  await checkSize("caller with JSON", json, 37_250);
});

test("a page that calls, with MessagePack, downloads no other codec", async () => {
  const others = [...SENDING, "json", "cbor", "validation", "transports/memory"];
  assertEquals(findSources(messagePack, [...SERVING, ...others]), []);
  assertEquals(findSources(messagePack, ["messagepack/encoder", "messagepack/decoder"]).length, 2);
  await checkSize("caller with MessagePack", messagePack, 42_350);
});

test("a page that only serves does not download the clients of contracts", () => {
  assertEquals(findSources(serving, ["caller", "client.ts", "response_call", "intercepted"]), []);
});

test("a program downloads next to nothing of what it does not use", async () => {
  await checkSize("nothing", nothing, 760);
});
