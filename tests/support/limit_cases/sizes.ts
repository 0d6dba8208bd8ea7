/** Limits of messages, metadata and paths. */
import { createLimits } from "../../../src/protocol/limits.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { validateMetadata } from "../../../src/protocol/metadata_rules.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { openFrame } from "../native_frames.ts";
import { opening } from "../transport_pair.ts";
import {
  assertRefused,
  checkOpenings,
  dataFrame,
  type LimitCase,
  openingOf,
} from "./limit_case.ts";
import { LimitPeer } from "./limit_peer.ts";

const FRAGMENT = 64 * 1024;

/** Metadata whose block has exactly so many bytes. */
function metadataOf(bytes: number): RpcMetadata {
  const entries: [string, string][] = [];
  const value = 8000;
  // A header is its name, its value, and a number for each: of one and two bytes.
  let left = bytes - 1;
  for (; left > 2 * value; left -= value + 4) entries.push(["x", "v".repeat(value)]);
  const numbers = left < 130 ? 2 : 3;
  entries.push(["x", "v".repeat(left - numbers - 1)]);
  const metadata = RpcMetadata.from(entries);
  validateMetadata(metadata, createLimits({ maxMetadataBytes: bytes, maxHeaderValueBytes: 16384 }));
  const less = createLimits({ maxMetadataBytes: bytes - 1, maxHeaderValueBytes: 16384 });
  assertThrows(() => validateMetadata(metadata, less), RpcError, `found ${bytes} bytes`);
  return metadata;
}

/** Sends a message in fragments, the first with the opening. */
async function sendRequest(peer: LimitPeer, streamId: number, bytes: number): Promise<void> {
  const isCut = bytes > FRAGMENT;
  const message = new Uint8Array(Math.min(bytes, FRAGMENT));
  await peer.send(openFrame({ streamId, message, more: isCut, end: true }));
  for (let left = bytes - FRAGMENT; left > 0; left -= FRAGMENT) {
    await peer.send(dataFrame(streamId, Math.min(left, FRAGMENT), left > FRAGMENT));
  }
}

const maxMessageBytes: LimitCase = {
  values: [1000, 65_536, 200_000],
  announcedAs: "maxMessageBytes",
  async check(limit) {
    const served = await LimitPeer.create("responder", { limits: { maxMessageBytes: limit } });
    await sendRequest(served, 1, limit);
    await sendRequest(served, 3, limit + 1);
    // The fragments after the one that passed the limit are skipped.
    await sendRequest(served, 5, 2 * limit + FRAGMENT);
    await served.send(openFrame({ streamId: 7 }), dataFrame(7, limit > FRAGMENT ? 1 : limit));
    const received = served.messages.flatMap((message) =>
      "message" in message && message.message instanceof Uint8Array ? message.message.length : []
    );
    assertEquals(received, [limit, limit > FRAGMENT ? 1 : limit]);
    assertRefused(served.status(3), `(${limit + 1} vs. ${limit})`, {
      maybeExecuted: limit >= FRAGMENT,
    });
    assertRefused(served.status(5), ` vs. ${limit})`, { maybeExecuted: limit >= FRAGMENT });
    assertEquals([served.status(1), served.status(7), served.closes], [undefined, undefined, []]);
    await served.close();

    const caller = await LimitPeer.create("caller", { hello: { maxMessageBytes: limit } });
    const { transport } = caller;
    const above = new Uint8Array(limit + 1);
    const words = `it has ${limit + 1} bytes, the peer accepts ${limit}`;
    const id = transport.openStream(opening({ message: new Uint8Array(limit) }));
    for (
      const send of [
        () => transport.openStream(opening({ message: above })),
        () => transport.sendMessage(id, above),
      ]
    ) {
      const error = assertThrows(send, RpcError, words);
      assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
    }
    transport.sendMessage(id, new Uint8Array(limit))?.catch(() => {});
    assertEquals(transport.openStreams, 1);
    await caller.close();
  },
};

const maxMetadataBytes: LimitCase = {
  values: [65_536, 100, 1000],
  announcedAs: "maxMetadataBytes",
  check: (limit) =>
    checkOpenings({
      options: { limits: { maxMetadataBytes: limit, maxHeaderValueBytes: 16384 } },
      // What holds is what the peer has announced, not what this side takes.
      sending: { limits: { maxHeaderValueBytes: 16384 }, hello: { maxMetadataBytes: limit } },
      at: openingOf(metadataOf(limit)),
      above: openingOf(metadataOf(limit + 1)),
      words: `found ${limit + 1} bytes, limit is ${limit} bytes`,
    }),
};

function headersOf(headers: number): RpcMetadata {
  return RpcMetadata.from(
    Array.from({ length: headers }, (_, at): [string, string] => [`x-${at}`, "1"]),
  );
}

const maxHeaders: LimitCase = {
  values: [128, 3, 1000],
  check: (limit) =>
    checkOpenings({
      options: { limits: { maxHeaders: limit } },
      at: openingOf(headersOf(limit)),
      above: openingOf(headersOf(limit + 1)),
      words: `found ${limit + 1} headers, limit is ${limit}`,
    }),
};

const maxHeaderNameBytes: LimitCase = {
  values: [128, 4, 1000],
  check: (limit) =>
    checkOpenings({
      options: { limits: { maxHeaderNameBytes: limit } },
      at: openingOf(RpcMetadata.from({ ["n".repeat(limit)]: "1" })),
      above: openingOf(RpcMetadata.from({ ["n".repeat(limit + 1)]: "1" })),
      words: `found ${limit + 1} bytes, limit is ${limit} bytes`,
    }),
};

const maxHeaderValueBytes: LimitCase = {
  values: [8192, 5, 20_000],
  check: (limit) =>
    checkOpenings({
      options: { limits: { maxHeaderValueBytes: limit } },
      at: openingOf(RpcMetadata.from({ "x-a": "v".repeat(limit) })),
      above: openingOf(RpcMetadata.from({ "x-a": "v".repeat(limit + 1) })),
      words: `found ${limit + 1} bytes, limit is ${limit} bytes`,
    }),
};

function pathOf(bytes: number): string {
  return `/S/${"m".repeat(bytes - 3)}`;
}

const maxPathBytes: LimitCase = {
  values: [1024, 20, 2000],
  check: (limit) =>
    checkOpenings({
      options: { limits: { maxPathBytes: limit } },
      at: openingOf(RpcMetadata.empty, pathOf(limit)),
      above: openingOf(RpcMetadata.empty, pathOf(limit + 1)),
      words: `path is ${limit + 1} bytes, limit is ${limit} bytes`,
      code: RpcStatus.INVALID_ARGUMENT,
    }),
};

/** Cases by limit. */
export const SIZE_CASES = {
  maxMessageBytes,
  maxMetadataBytes,
  maxHeaders,
  maxHeaderNameBytes,
  maxHeaderValueBytes,
  maxPathBytes,
};
