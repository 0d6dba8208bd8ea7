// deno-lint-ignore-file no-console
/**
 * Many messages each way, in any order: here an interpreter that answers while the speaker goes on.
 * Each direction has its own end, and its own pace.
 *
 *     deno run examples/04_bidirectional.ts
 *     bun examples/04_bidirectional.ts
 */
import {
  bidirectional,
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcResponderEndpoint,
} from "../mod.ts";

interface Line {
  number: number;
  text: string;
}

const Interpreter = defineContract("Interpreter", {
  translate: bidirectional<string, Line>(),
});

// A map, because every object also has the words "constructor", "toString" and more.
const WORDS = new Map([
  ["good", "bom"],
  ["day", "dia"],
  ["friends", "amigos"],
  ["thanks", "obrigado"],
]);

const interpreter = implement(Interpreter, {
  async *translate(sentences) {
    let number = 0;
    for await (const sentence of sentences) {
      const words = sentence.split(" ").map((word) => WORDS.get(word) ?? word);
      yield { number: ++number, text: words.join(" ") };
    }
    yield { number: ++number, text: "(the speaker has ended)" };
  },
});

const [near, far] = createMemoryTransportPair();
await using responder = new RpcResponderEndpoint({ transport: far, contracts: [interpreter] });
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near });

// What is said next may depend on what was heard: the speaker waits for each answer.
const heard: Line[] = [];
let wake = (): void => {};
async function* speak(): AsyncGenerator<string> {
  for (const sentence of ["good day", "good constructor", "thanks friends"]) {
    console.log("says: ", sentence);
    const answered = new Promise<void>((resolve) => wake = resolve);
    yield sentence;
    await answered;
  }
}

for await (const line of caller.client(Interpreter).translate(speak())) {
  console.log("hears:", line.text);
  heard.push(line);
  wake();
}
console.log("Lines:", heard.length);
