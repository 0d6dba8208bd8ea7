// deno-lint-ignore-file no-console
/**
 * How long the codecs take. `deno bench bench/codec_bench.ts`, or on Bun `bun bench/codec_bench.ts`.
 *
 * JSON by the platform's own functions is the baseline of each group.
 */
import { cborCodec, jsonCodec, messagePackCodec, type RpcCodec } from "../src/codecs/mod.ts";

interface Measure {
  readonly group: string;
  readonly name: string;
  readonly baseline: boolean;
  fn(): void;
}

const MESSAGES: Readonly<Record<string, unknown>> = {
  "eight fields": {
    id: 123456,
    room: "general",
    user: "u-42",
    text: "hello there, how are you today?",
    at: 1722945600123,
    score: 0.75,
    ok: true,
    tags: ["a", "bb", "ccc"],
  },
  "hundred rows": Array.from({ length: 100 }, (_, id) => ({
    id,
    name: `name ${id}`,
    value: id * 1.5,
    on: id % 2 === 0,
  })),
  "Cyrillic text": { text: "Съешь же ещё этих мягких французских булок. ".repeat(20) },
};

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });
const bare: RpcCodec = {
  name: "JSON of the platform",
  encode: (value) => utf8Encoder.encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(utf8Decoder.decode(bytes)),
};

const measures: Measure[] = [];
for (const [what, value] of Object.entries(MESSAGES)) measureAll(what, value, [bare, jsonCodec()]);
// These carry bytes as well.
measureAll("64 KiB of bytes", { at: 1, bytes: new Uint8Array(65536).fill(7) }, []);

function measureAll(what: string, value: unknown, others: readonly RpcCodec[]): void {
  for (const codec of [...others, messagePackCodec(), cborCodec()]) {
    const { name } = codec;
    const bytes = codec.encode(value);
    const baseline = codec === (others[0] ?? messagePackCodec());
    measures.push({ group: `encode ${what}`, name, baseline, fn: () => keep(codec.encode(value)) });
    measures.push({ group: `decode ${what}`, name, baseline, fn: () => keep(codec.decode(bytes)) });
  }
}

let kept: unknown;

// An engine may leave out work whose result is never used.
function keep(result: unknown): void {
  kept = result;
}

/** The best of a few rounds, in microseconds: what the machine does meanwhile only adds. */
function bestOf(fn: () => void): number {
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    const started = performance.now();
    let calls = 0;
    do {
      for (let count = 0; count < 100; count++) fn();
      calls += 100;
    } while (performance.now() - started < 100);
    best = Math.min(best, (performance.now() - started) * 1000 / calls);
  }
  return best;
}

if ("Deno" in globalThis) {
  for (const measure of measures) Deno.bench(measure);
} else {
  for (const { group, name, fn } of measures) {
    console.log(`${group.padEnd(28)} ${name.padEnd(22)} ${bestOf(fn).toFixed(3).padStart(9)} µs`);
  }
}
if (kept === measures) console.log("never");
