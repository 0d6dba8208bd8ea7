/** Holds PROTOCOL.md to the code. */
import { readFileSync } from "node:fs";
import { statusFromCloseCode } from "../../src/protocol/close_code.ts";
import type { HelloFrame, RpcFrame } from "../../src/protocol/frame.ts";
import { createLimits, DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import {
  INITIAL_HELLO,
  MAX_BATCH_BYTES,
  MESSAGE_COST_BYTES,
} from "../../src/protocol/native/constants.ts";
import { findFrameType, FIRST_EXTENSION } from "../../src/protocol/native/frame_type.ts";
import { isReservedMetadataName } from "../../src/protocol/reserved_names.ts";
import { formatStatus, RpcStatus } from "../../src/protocol/status.ts";
import { BatchAcks, isCounted } from "../../src/transports/connection/batch_acks.ts";
import { MIN_FLIGHT_BYTES } from "../../src/transports/connection/flight_control.ts";
import { ReceiveLedger } from "../../src/transports/connection/receive_ledger.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fromHex, openFrame, toHex } from "../support/native_frames.ts";
import { readFrameVectors } from "../support/native_vectors.ts";
import { test } from "../support/test.ts";

const DOCUMENT = readFileSync(new URL("../../PROTOCOL.md", import.meta.url), "utf8");

/** The cells of the table below the first line that begins with these words. */
function tableBelow(words: string): string[][] {
  const [, after] = DOCUMENT.split(words);
  assert(after !== undefined, `"${words}" is not in the document once`);
  const table = /(^\|.*\|\n)+/m.exec(after)?.[0] ?? "";
  const rows = table.trim().split("\n").slice(2);
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Every number in a text such as `0, 13 to 127`. */
function numbersIn(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [from = NaN, to = from] = part.split(" to ").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

test("PROTOCOL.md shows golden batches, byte for byte", () => {
  const vectors = new Map(
    readFrameVectors().flatMap(({ batches }) => batches.map(({ name, hex }) => [name, hex])),
  );
  const shown = [...DOCUMENT.matchAll(/^```hex (\S+)\n([^`]*)^```$/gm)];
  for (const [, name = "", hex = ""] of shown) {
    assertEquals(toHex(fromHex(hex)), vectors.get(name) ?? "no such vector", name);
  }
  const names = shown.map(([, name]) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.length, DOCUMENT.split("```hex").length - 1);
  assert(names.length >= 30, `only ${names.length} examples`);
});

test("PROTOCOL.md has the frame types, their flags and their streams", () => {
  const seen = new Set<number>();
  for (const [types = "", name, flags, streamId] of tableBelow("A payload is read to its end")) {
    for (const type of numbersIn(types)) {
      seen.add(type);
      const known = findFrameType(type);
      if (type >= FIRST_EXTENSION) assert(name?.startsWith("extensions"), `${type}`);
      else if (known === undefined) assert(name?.startsWith("unknown"), `${type}`);
      else {
        const hex = `\`0x${known.flags.toString(16).padStart(2, "0")}\``;
        const scope = { connection: "0", stream: "not 0", both: "any" }[known.scope];
        assertEquals([name, flags, streamId], [
          known.name,
          known.flags === 0 ? "none" : hex,
          scope,
        ]);
      }
    }
  }
  assertEquals(seen.size, 256);
});

test("PROTOCOL.md has the frames whose batches are counted", () => {
  for (const [types = "", name = "", , , , counted] of tableBelow("A payload is read to its end")) {
    if (findFrameType(numbersIn(types)[0] ?? NaN) === undefined) continue;
    const kind = name.toLowerCase().replace("_c", "C");
    // Only the kind is looked at.
    assertEquals(isCounted({ kind } as RpcFrame) ? "yes" : "no", counted, name);
  }
});

test("PROTOCOL.md has the settings and what holds without them", () => {
  const NAMES = Object.keys(INITIAL_HELLO).slice(2);
  const rows = tableBelow("must be used up exactly");
  assertEquals(rows.map(([, name]) => name), NAMES);
  assertEquals(rows.map(([key]) => Number(key)), NAMES.map((_, index) => index + 1));
  for (const [, name, , , value = ""] of rows) {
    // The rows are the settings, which the line above holds.
    const initial = INITIAL_HELLO[name as keyof HelloFrame];
    if (typeof initial === "number") assertEquals(Number.parseInt(value), initial, name);
    else assertEquals(value, "none", name);
  }
});

test("PROTOCOL.md has the status of each close code", () => {
  const seen = new Set<number>();
  for (const [codes = "", , status = ""] of tableBelow("calls in flight end with:")) {
    const numbers = codes === "any other" ? [1004, 1016, 3000, 4000, 4999] : numbersIn(codes);
    for (const code of numbers) {
      const [clean, unclean = clean] = status.split(";");
      const given = formatStatus(statusFromCloseCode(code));
      const other = formatStatus(statusFromCloseCode(code, { wasClean: false }));
      assertEquals<string | undefined>(given, clean, `${code}`);
      assert(unclean?.includes(other), `${code}: ${unclean} is not ${other}`);
      seen.add(code);
    }
  }
  for (let code = 0; code < 5000; code++) {
    if (!seen.has(code)) {
      assertEquals(formatStatus(statusFromCloseCode(code)), "UNKNOWN", `${code}`);
    }
  }
});

test("PROTOCOL.md has all status codes", () => {
  const rows = tableBelow("The codes of gRPC, with their meaning.");
  assertEquals(rows.map(([code, name]) => [name, Number(code)]), Object.entries(RpcStatus));
});

test("PROTOCOL.md has the names that are reserved", () => {
  const [, list = ""] = /These names are \*\*reserved\*\*:([^.]*)\. A sender/.exec(DOCUMENT) ?? [];
  const names = [...list.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  assertEquals(names.length, 20);
  for (const name of names) assert(isReservedMetadataName(name), name);
});

/** The numbers in the one passage of the document that this describes. */
function numbersOf(passage: RegExp): number[] {
  const [, ...numbers] = passage.exec(DOCUMENT.replace(/\s+/g, " ")) ?? [];
  return numbers.map(Number);
}

test("PROTOCOL.md has the rates and sizes that a receiver must bear", () => {
  const { pingsPerSecond, pingBurst } = DEFAULT_LIMITS;
  const pings = /should bear (\d+) PINGs a second after a burst of (\d+)/;
  assertEquals(numbersOf(pings), [pingsPerSecond, pingBurst]);
  const batch = /takes WebSocket messages of (\d+) MiB and three times its `maxMetadataBytes`/;
  assertEquals(numbersOf(batch), [MAX_BATCH_BYTES / 2 ** 20]);
  const limits = { connectionWindowBytes: 1, streamWindowBytes: 1, maxMessageBytes: 1000 };
  const ledger = new ReceiveLedger({
    limits: createLimits(limits),
    wire: { capabilities: { messageCostBytes: 0 }, initialHello: { connectionWindowBytes: 1 } },
    sendCredit() {},
  });
  const [messages = NaN] = numbersOf(/must have room for (\d+) messages of `maxMessageBytes`/);
  assertEquals(ledger.findOpeningFault(messages * 1000), undefined);
  assert(ledger.findOpeningFault(messages * 1000 + 1) !== undefined);
});

/** How many batches of this size come before they are acknowledged. */
function batchesUntilAck(bytes: number): number {
  let acked = 0;
  const acks = new BatchAcks({ clock: new FakeClock(), sendAck: (batches) => acked = batches });
  while (acked === 0) {
    acks.onFrame(openFrame());
    acks.onBatch(bytes);
  }
  return acked;
}

test("PROTOCOL.md has what a frame costs, and when batches are acknowledged", () => {
  assertEquals(numbersOf(/(\d+) more to the connection for what a frame weighs/), [
    MESSAGE_COST_BYTES,
  ]);
  const [batches = NaN] = numbersOf(/at the latest after (\d+) counted batches/);
  assertEquals(batchesUntilAck(1), batches);
  const [kib = NaN] = numbersOf(/at once when (\d+) KiB of them are not acknowledged/);
  assertEquals([batchesUntilAck(kib * 1024), batchesUntilAck(kib * 1024 - 1)], [1, 2]);
  const [least = NaN] = numbersOf(/and never below (\d+) KiB/);
  assertEquals(MIN_FLIGHT_BYTES, least * 1024);
  assert(least >= kib, "a sender would wait for what is not acknowledged");
});
