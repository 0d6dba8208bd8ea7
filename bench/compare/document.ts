/** The document that a whole run writes. */
import { reportGrowth } from "../growth/growth.ts";
import type { Level } from "../growth/series.ts";
import type { ClientSize } from "../size/measure_size.ts";
import type { Flags } from "./flags.ts";
import { describeMachine } from "./machine.ts";
import { reportFigures, reportRatios, reportRefusals } from "./report.ts";
import type { Results } from "./results.ts";
import { formatNumber, formatTable } from "./table.ts";
import { findOutcomes, isReached, reportOutcomes } from "./targets.ts";

/** All that was measured. */
export interface Measured {
  readonly results: Results;
  readonly sizes: readonly ClientSize[];
  readonly levels: readonly Level[];
}

const NOTES = `
- **Ours** runs at its defaults, through the public interface and the adapters of the runtimes; its
  messages are MessagePack.
- **The raw socket** carries bytes that were encoded ahead; nobody parses them. A call is a message
  there and back, an item is a message. Its sender takes items from the same generator as everybody's
  and waits while 4 MiB are in the socket. Its receiver takes the bytes out of each event, where Bun
  copies them only then.
- The message is the same for all: eight fields, 110 bytes as JSON.
- The streams of the raw socket begin a turn after the request for them. "Within the event" they begin
  at once: Bun holds back what is sent within an event of a socket and writes it in one piece, which
  lasts as long as a generator never waits for anything.
- socket.io has no streams; an event an item stands for them. tRPC has the server stream alone, birpc
  none. oRPC's and tRPC's items are JSON, so they have no chunks of bytes.
- capnweb gets an open socket, as it never connects by address on Deno; tRPC runs on the package "ws"
  and socket.io on "node:http" on both runtimes.
- Deno's client has Nagle's algorithm on: a message of more than 1024 bytes that draws no other
  traffic waits 44 ms. What is slow on Deno out of all proportion waits for that.
- Server CPU is the processor time of the server's process, over the calls or items.
- The idle connections are 2000 that were opened after 2000 others, and have made a call or two. Their
  memory is by how much resident memory grows, after a collection. V8 keeps more and more memory for
  new objects while connections open, up to 48 MiB whatever comes: that is left out, and besides
  counted in.
- A reader that stalls is behind a proxy that reads no more. Where all items were taken and nothing
  grew, Bun's socket dropped them, and the reader waits for ever.`.trim();

/** The sizes as a table. */
export function reportSizes(sizes: readonly ClientSize[]): string {
  const rows = sizes.map(({ title, minifiedBytes, gzippedBytes }) => [
    `client of a page, ${title}`,
    formatNumber(minifiedBytes, 0),
    formatNumber(gzippedBytes, 0),
  ]);
  return formatTable(["what", "minified, bytes", "and gzipped"], rows);
}

/** What a run says, with headings: targets, ratios, figures, sizes, growth. */
export function reportAll({ results, sizes, levels }: Measured, flags: Flags): string {
  const outcomes = findOutcomes(results, sizes);
  const reached = outcomes.filter(isReached).length;
  const refusals = reportRefusals(results);
  const parts = [
    `## Targets: ${reached} of ${outcomes.length} reached\n\n${reportOutcomes(outcomes)}`,
    `## Ratios\n\n${reportRatios(results, flags)}`,
    `## Figures\n\n${reportFigures(results, flags)}`,
    ...(refusals === "" ? [] : [`Not measured:\n\n${refusals}`]),
    `## Size\n\n${reportSizes(sizes)}`,
    ...(levels.length === 0 ? [] : [`## Growth\n\n${reportGrowth(levels)}`]),
  ];
  return parts.join("\n\n");
}

/** The whole document. */
export async function writeDocument(measured: Measured, flags: Flags): Promise<string> {
  const intro = `# Results

Written by \`deno task bench:peers\`; not to be edited. Medians of ${flags.rounds} rounds of
${flags.seconds} s (memory and stalls: of 3 rounds) in which all systems take turns. A ratio is the median of
the rounds' own ratios, with the least and the greatest of them in brackets.

${await describeMachine()}

## How it is measured

${NOTES}`;
  return `${intro}\n\n${reportAll(measured, flags)}\n`;
}
