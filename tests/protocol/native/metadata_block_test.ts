import { ByteWriter } from "../../../src/internal/byte_writer.ts";
import { createLimits, DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import {
  metadataBlockLength,
  MetadataBlockReader,
  writeMetadataBlock,
} from "../../../src/protocol/native/metadata_block.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assertEquals } from "../../support/assert.ts";
import { fromHex, toHex } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function write(metadata: RpcMetadata): Uint8Array {
  const out = new ByteWriter(1);
  writeMetadataBlock(metadata, DEFAULT_LIMITS, out);
  return out.take();
}

function open(bytes: Uint8Array): FrameReader {
  const reader = new FrameReader();
  reader.open(bytes);
  return reader;
}

test("writeMetadataBlock() writes lengths, names and values", () => {
  const metadata = RpcMetadata.from([["x-a", "b"], ["y-bin", new Uint8Array([0, 255])]]);
  assertEquals(
    toHex(write(metadata)),
    "1002 03782d61 0162 05792d62696e 0200ff".replaceAll(" ", ""),
  );
  assertEquals(toHex(write(RpcMetadata.empty)), "0100");
});

test("metadataBlockLength() is what writeMetadataBlock() writes", () => {
  for (const length of [0, 1, 118, 119, 120, 121, 122, 127, 128, 8192]) {
    const metadata = RpcMetadata.from({ "x-a": "v".repeat(length) });
    assertEquals(
      metadataBlockLength(metadata, DEFAULT_LIMITS),
      write(metadata).length,
      `${length}`,
    );
  }
});

test("MetadataBlockReader moves past a block and leaves the end of the frame", () => {
  const metadata = RpcMetadata.from({ "x-a": "b" });
  const block = write(metadata);
  const reader = open(Uint8Array.from([...block, 7, 8]));
  const blocks = new MetadataBlockReader(DEFAULT_LIMITS);
  assertEquals([...blocks.read(reader)], [["x-a", "b"]]);
  assertEquals([reader.position, reader.end], [block.length, block.length + 2]);
  assertEquals(blocks.takeFault(), undefined);
});

test("MetadataBlockReader moves past a block that it refuses", () => {
  const block = write(RpcMetadata.from({ "x-a": "b".repeat(300) }));
  const blocks = new MetadataBlockReader(createLimits({ maxMetadataBytes: 299 }));
  const reader = open(Uint8Array.from([...block, 7]));
  assertEquals(blocks.read(reader).size, 0);
  assertEquals(reader.byte("next"), 7);
  assertEquals(blocks.takeFault()?.code, RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals(blocks.takeFault(), undefined);
});

test("MetadataBlockReader keeps the first reason of several", () => {
  const blocks = new MetadataBlockReader(DEFAULT_LIMITS);
  blocks.read(open(fromHex("050101410162")));
  blocks.read(open(fromHex("05010161017f")));
  assertEquals(blocks.takeFault()?.rawMessage.includes("U+0041"), true);
});

test("MetadataBlockReader reads what it knows already as it read it first", () => {
  const blocks = new MetadataBlockReader(DEFAULT_LIMITS);
  const entries = [["x-a", "b"], ["x-c", "d".repeat(60)], ["x-e", ""], ["x-a", "f"]] as const;
  const block = write(RpcMetadata.from(entries));
  for (let round = 0; round < 3; round++) {
    assertEquals([...blocks.read(open(block))], entries.map((entry) => [...entry]));
  }
  // A text that is right as a value is not thereby right as a name.
  blocks.read(open(write(RpcMetadata.from({ "x-a": "NOT A NAME" }))));
  assertEquals(blocks.takeFault(), undefined);
  blocks.read(open(fromHex("0e010a4e4f542041204e414d450162")));
  assertEquals(blocks.takeFault()?.code, RpcStatus.INVALID_ARGUMENT);
});

test("MetadataBlockReader holds the value of a binary header to its limit", () => {
  const blocks = new MetadataBlockReader(createLimits({ maxHeaderValueBytes: 2 }));
  assertEquals(blocks.read(open(fromHex("0a0105612d62696e02ffff"))).size, 1);
  blocks.read(open(fromHex("0b0105612d62696e03ffffff")));
  assertEquals(blocks.takeFault()?.code, RpcStatus.RESOURCE_EXHAUSTED);
});

test("writeMetadataBlock() writes the length that bytes have by now", () => {
  const metadata = RpcMetadata.from({ "x-bin": new Uint8Array([1, 2, 3]) });
  assertEquals(toHex(write(metadata)), "0b0105782d62696e03010203");
  // Whoever reads a header is given the very bytes, and may give them away.
  // Bytes of a header have a buffer of their own.
  const { buffer } = metadata.getBytes("x-bin") as Uint8Array<ArrayBuffer>;
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals(toHex(write(metadata)), "080105782d62696e00");
});
