/** The golden bytes of the native wire, read from `tests/vectors/`. */
import { readFileSync } from "node:fs";
import type { RpcErrorDetail } from "../../src/protocol/error_detail.ts";
import type { RpcFrame } from "../../src/protocol/frame.ts";
import { RpcMetadata, type RpcMetadataValue } from "../../src/protocol/metadata.ts";
import { bytesOf, fromHex, helloFrame, openFrame, statusFrame } from "./native_frames.ts";

/** Bytes in a vector. */
export type VectorBytes = { readonly hex: string } | { readonly text: string };

/** A frame in a vector: what it leaves out is absent, false or empty. */
export type VectorFrame = Readonly<Record<string, unknown>> & { readonly kind: string };

/** The frames in one WebSocket message, and its bytes. */
export interface VectorBatch {
  readonly name: string;
  readonly from: "caller" | "server";
  readonly frames: readonly VectorFrame[];
  readonly hex: string;
}

/** Batches that share what both sides remember. */
export interface VectorConnection {
  readonly name: string;
  readonly batches: readonly VectorBatch[];
}

/** Bytes that are refused, and how. */
export interface VectorRefusal {
  readonly name: string;
  readonly hex: string;
  /** Words of the error. */
  readonly words: string;
  /** Status of the call; absent when the connection ends. */
  readonly code?: number;
}

/** Reads a file of `tests/vectors/`. */
export function readVectors<T>(name: string): T {
  // The files are part of this repository, and have the form that the caller says.
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8")) as T;
}

/** All connections in `native_frames.json`. */
export function readFrameVectors(): readonly VectorConnection[] {
  return readVectors<{ connections: VectorConnection[] }>("native_frames.json").connections;
}

/** Makes the frame that a vector describes. */
export function frameOf(vector: VectorFrame): RpcFrame {
  const fields = Object.entries(vector).map(([name, value]) => [name, toField(name, value)]);
  // What the vectors leave out is filled in below, by kind.
  const frame = Object.fromEntries(fields) as RpcFrame;
  switch (frame.kind) {
    case "open":
      return openFrame(frame);
    case "status":
      return statusFrame(frame);
    case "hello":
      return helloFrame(frame);
    case "message":
      return { ...frame, more: frame.more ?? false, compressed: frame.compressed ?? false };
    case "headers":
      return { ...frame, fault: undefined };
    case "piece":
      return { ...frame, more: frame.more ?? false };
    default:
      return frame;
  }
}

function toField(name: string, value: unknown): unknown {
  if (name === "headers" || name === "trailers") return toMetadata(value as [string, unknown][]);
  if (["message", "session", "piece"].includes(name)) return toBytes(value as VectorBytes);
  if (name === "details") return (value as Record<string, unknown>[]).map(toDetail);
  return value;
}

function toBytes(value: VectorBytes): Uint8Array {
  return "hex" in value ? fromHex(value.hex) : bytesOf(value.text);
}

function toMetadata(entries: readonly [string, unknown][]): RpcMetadata {
  return RpcMetadata.from(entries.map(([name, value]): [string, RpcMetadataValue] => [
    name,
    typeof value === "string" ? value : toBytes(value as VectorBytes),
  ]));
}

function toDetail(detail: Record<string, unknown>): RpcErrorDetail {
  const value = detail["value"];
  const whole = value === undefined ? detail : { ...detail, value: toBytes(value as VectorBytes) };
  return whole as unknown as RpcErrorDetail;
}
