/** Runs every example, and the demo, as the programs that they are. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A program that is still there after so long is killed, which fails its test. */
const LIMIT_MS = 60_000;

interface Example {
  /** Words that its output has to have, in this order. */
  readonly words: readonly string[];
  readonly args?: readonly string[];
  /** The only runtime that it runs on; both unless given. */
  readonly only?: typeof runtime;
}

const SCRIPT = [
  "http://127.0.0.1:",
  "Ada     connects; round trip",
  "Ada     joins #general: nobody else is here",
  "Ben     joins #general: Ada and Ben are here",
  "Ada     sees Ben come in",
  "Ben     hears Ada: “Shall we ship it today?”",
  "Ada     hears Ben: “Yes! I have the notes here.”",
  "Ben     uploads notes.txt: 120000 bytes in 5 pieces",
  "Ada     downloads notes.txt: 120000 bytes",
  "Ada     sees Ben go",
  "Good bye.",
];

const EXAMPLES: Readonly<Record<string, Example>> = {
  "01_unary.ts": {
    words: ["Shelf: 7b", "Found: The C", "Refused: [NOT_FOUND]", "Too slow: true"],
  },
  "02_server_stream.ts": {
    words: [" 0:00 ", "11:00 ", "did not run far ahead: true", "First of a stream: 12 °C"],
  },
  "03_client_stream.ts": { words: ["count: 4", "mean: 50.5", "bytes: 100000"] },
  "04_bidirectional.ts": {
    words: ["says:  good day", "hears: bom dia", "hears: bom constructor", "Lines: 4"],
  },
  "05_peer.ts": { words: ["thermostat-7 has registered", "every 30 s", "87 %", "line 3"] },
  "06_deno_server.ts": {
    words: ["Serving on", "Hello Deno, you are Ada on rpc-ts.v1", "Stopped"],
    args: ["--once"],
    only: "deno",
  },
  "07_bun_server.ts": {
    words: ["Serving on", "Hello Bun, you are Ada on rpc-ts.v1", "Stopped"],
    args: ["--once"],
    only: "bun",
  },
  "08_hono.ts": { words: ["Serving on", "Hello Hono", "Stopped"], args: ["--once"] },
  "09_custom_transport.ts": {
    words: [
      "Hello before",
      "may have run: true",
      "Connection lost",
      "Next attempt in 50 ms",
      "with a pause between: true",
      "While nobody is there",
      "Nobody there",
      "Next attempt in",
      "Connected",
      "Hello meanwhile",
      "Stopped",
    ],
  },
  "10_interceptors.ts": {
    words: [
      "/Notes/add took less",
      "[UNAUTHENTICATED]",
      "[UNAUTHENTICATED]",
      'Ada noted "buy milk"',
    ],
  },
  "11_validation.ts": {
    words: ["Ordered:", "Tuesday", "[INVALID_ARGUMENT]", "item: ", "amount: ", "due: "],
  },
  "12_health_and_ping.ts": {
    words: ["or more: true", "Healthy: true", "may have run: true", "Healthy: false", "Call: done"],
  },
  "chat/main.ts": { words: SCRIPT, args: ["--", "--once", "--port", "0"] },
  "chat/main.ts --hono": { words: ["Hono", ...SCRIPT], args: ["--once", "--port", "0", "--hono"] },
};

/** How a program ended: its exit code, or the signal that killed it, and all that it said. */
interface Outcome {
  readonly end: number | string | null;
  readonly output: string;
}

function run(path: string, args: readonly string[]): Promise<Outcome> {
  const before = runtime === "deno" ? ["run", "--no-prompt", "--allow-all"] : [];
  const child = spawn(process.execPath, [...before, `examples/${path}`, ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => output += text);
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ end: code ?? signal, output }));
  });
}

function checkWords(output: string, words: readonly string[]): void {
  let at = 0;
  for (const word of words) {
    const found = output.indexOf(word, at);
    assert(found >= 0, `"${word}" is not in the output, or not there in order:\n${output}`);
    at = found + word.length;
  }
}

/** Numbered programs that nobody has said words for have to run to their end all the same. */
const unlisted = readdirSync(`${ROOT}examples`)
  .filter((name) => /^\d\d_.*\.ts$/.test(name) && EXAMPLES[name] === undefined)
  .map((name): [string, Example] => [name, { words: [] }]);

for (const [name, example] of [...Object.entries(EXAMPLES), ...unlisted]) {
  const { words, args = [], only = runtime } = example;
  if (only !== runtime) continue;
  test(`examples/${name} runs to its end and says what it shows`, async () => {
    const { end, output } = await run(name.split(" ")[0] ?? name, args);
    assertEquals(end, 0, `examples/${name} ended with ${end}:\n${output}`);
    assert(output.length > 0, `examples/${name} says nothing`);
    checkWords(output, words);
  });
}
