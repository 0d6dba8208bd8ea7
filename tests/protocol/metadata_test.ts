import {
  createMetadata,
  getMeasure,
  metadataEntries,
  RpcMetadata,
  setMeasure,
} from "../../src/protocol/metadata.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("RpcMetadata.from() keeps order and repeated names, of objects and of pairs", () => {
  const ofObject = RpcMetadata.from({ "X-B": ["1", "2,3"], "x-a": "4" });
  const ofPairs = RpcMetadata.from([["x-b", "1"], ["X-B", "2,3"], ["x-a", "4"]]);
  const expected = [["x-b", "1"], ["x-b", "2,3"], ["x-a", "4"]];
  assertEquals<unknown>([...ofObject], expected);
  assertEquals<unknown>([...ofPairs], expected);
  assertEquals(ofObject.size, 3);
});

test("RpcMetadata.from() gives the empty one for nothing, and metadata back as it is", () => {
  const metadata = RpcMetadata.from({ "x-a": "b" });
  assert(RpcMetadata.from(metadata) === metadata);
  assert(RpcMetadata.from() === RpcMetadata.empty);
  assert(RpcMetadata.from({}) === RpcMetadata.empty);
  assert(RpcMetadata.from([]) === RpcMetadata.empty);
});

test("RpcMetadata.from() refuses values that are neither text nor bytes", () => {
  const init: Record<string, unknown> = { "x-a": 1 };
  assertThrows(
    () => RpcMetadata.from(init as Record<string, string>),
    TypeError,
    '"x-a" is number',
  );
});

test("RpcMetadata tells text from bytes and asks in any case", () => {
  const bytes = new Uint8Array([1, 2]);
  const metadata = RpcMetadata.from({ "x-text": "t", "x-data-bin": bytes });
  assertEquals(metadata.get("X-Text"), "t");
  assertEquals(metadata.getBytes("x-data-bin"), bytes);
  assertEquals(metadata.get("x-data-bin"), undefined);
  assertEquals(metadata.getBytes("x-text"), undefined);
  assertEquals(metadata.get("x-none"), undefined);
  assertEquals(metadata.has("X-DATA-BIN"), true);
  assertEquals(metadata.has("x-none"), false);
});

test("RpcMetadata.with() and without() leave the original alone", () => {
  const one = RpcMetadata.from({ "x-a": "1" });
  const two = one.with("X-A", "2");
  assertEquals(one.getAll("x-a"), ["1"]);
  assertEquals(two.getAll("X-A"), ["1", "2"]);
  assert(two.without("x-A") === RpcMetadata.empty);
  assertEquals(two.size, 2);
});

test("createMetadata() keeps entries, and metadataEntries() gives them", () => {
  const entries = [["x-a", "1"]] as const;
  assert(metadataEntries(createMetadata(entries)) === entries);
  assert(createMetadata([]) === RpcMetadata.empty);
});

test("setMeasure() is remembered by one metadata alone", () => {
  const metadata = RpcMetadata.from({ "x-a": "1" });
  assertEquals(getMeasure(metadata), undefined);
  const measure = { bytes: 9, limits: {} };
  setMeasure(metadata, measure);
  assertEquals(getMeasure(metadata), measure);
  assertEquals(getMeasure(metadata.with("x-b", "2")), undefined);
});

test("RpcMetadata keeps bytes as they were given, whatever becomes of the array", () => {
  class Tagged extends Uint8Array {}
  const bytes = new Tagged([1, 2, 3]);
  const all = [
    RpcMetadata.from({ "x-bin": bytes }),
    RpcMetadata.from([["x-bin", bytes]]),
    RpcMetadata.from({ "x-bin": [bytes] }),
    RpcMetadata.empty.with("x-bin", bytes),
    RpcMetadata.from({ "x-bin": bytes, "x-a": "" }).without("x-a"),
  ];
  bytes[0] = 9;
  for (const metadata of all) assertEquals(metadata.getBytes("x-bin"), new Uint8Array([1, 2, 3]));
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  for (const metadata of all) assertEquals(metadata.getBytes("x-bin"), new Uint8Array([1, 2, 3]));
});

test("RpcMetadata.without() copies no bytes again", () => {
  const metadata = RpcMetadata.from({ "x-bin": new Uint8Array(3), "x-a": "" });
  assert(metadata.without("x-a").getBytes("x-bin") === metadata.getBytes("x-bin"));
});
