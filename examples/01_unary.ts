// deno-lint-ignore-file no-console
/**
 * One request, one response: the everyday call. Shown besides: metadata both ways, a deadline, and
 * an error that reaches the caller as it was thrown.
 *
 *     deno run examples/01_unary.ts
 *     bun examples/01_unary.ts
 */
import {
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  RpcResponderEndpoint,
  RpcStatus,
  unary,
} from "../mod.ts";

interface Book {
  title: string;
  year: number;
}

// The contract: both sides infer their types from it.
const Library = defineContract("Library", {
  find: unary<{ isbn: string }, Book>(),
  readSlowly: unary<null, string>(),
});

// The side that serves.
const books = new Map<string, Book>([["0-13-110362-8", {
  title: "The C Programming Language",
  year: 1988,
}]]);
const library = implement(Library, {
  find({ isbn }, context) {
    const book = books.get(isbn);
    if (book === undefined) throw new RpcError(RpcStatus.NOT_FOUND, "No book has this number");
    context.setHeader("shelf", "7b");
    return book;
  },
  readSlowly: (_request, { signal }) =>
    new Promise((_resolve, reject) => {
      // The signal aborts when nobody waits for the answer any more.
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
});

// Two ends in one process; a WebSocket takes their place in 06 to 08.
const [near, far] = createMemoryTransportPair();
await using responder = new RpcResponderEndpoint({ transport: far, contracts: [library] });
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near });
const client = caller.client(Library);

// The side that calls.
const book = await client.find({ isbn: "0-13-110362-8" }, {
  metadata: { reader: "ada" },
  onHeaders: (headers) => console.log("Shelf:", headers.get("shelf")),
});
console.log(`Found: ${book.title}, ${book.year}`);

try {
  await client.find({ isbn: "0" });
} catch (error) {
  if (error instanceof RpcError) console.log("Refused:", error.message);
}

try {
  await client.readSlowly(null, { timeoutMs: 50 });
} catch (error) {
  const isLate = error instanceof RpcError && error.code === RpcStatus.DEADLINE_EXCEEDED;
  console.log("Too slow:", isLate);
}
