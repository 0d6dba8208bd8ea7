import type { ByteArena } from "../support/byte_arena.ts";
import { describe } from "../support/objects.ts";
import { Unrepresentable } from "../support/unrepresentable.ts";
import { ELEMENT_TYPES, type ElementTypeName, EXTENSION, MAX_BIGINT_BYTES } from "./extensions.ts";

const MIN_INT64 = -0x8000_0000_0000_0000n;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
/** `Number.MAX_SAFE_INTEGER`. */
const MAX_SAFE = 0x1f_ffff_ffff_ffffn;

/** Writes the head of an extension; the shortest that fits `length` bytes. */
export function writeExtensionHead(out: ByteArena, type: number, length: number): void {
  out.reserve(6);
  const { bytes } = out;
  const fixed = [1, 2, 4, 8, 16].indexOf(length);
  if (fixed >= 0) bytes[out.position++] = 0xd4 + fixed;
  else if (length < 0x100) {
    bytes[out.position++] = 0xc7;
    bytes[out.position++] = length;
  } else if (length < 0x10000) {
    bytes[out.position++] = 0xc8;
    out.view.setUint16(out.position, length);
    out.position += 2;
  } else {
    bytes[out.position++] = 0xc9;
    out.view.setUint32(out.position, length);
    out.position += 4;
  }
  bytes[out.position++] = type;
}

/**
 * Writes a `bigint`: as int64 or uint64 where a number would not hold it, so that any MessagePack
 * reads it, otherwise as an extension, so that it comes back as a `bigint`.
 */
export function writeBigint(out: ByteArena, value: bigint): void {
  const standard = value > MAX_SAFE ? value <= MAX_UINT64 : value < -MAX_SAFE && value >= MIN_INT64;
  if (!standard) return writeBigintExtension(out, value);
  out.reserve(9);
  out.bytes[out.position] = value < 0n ? 0xd3 : 0xcf;
  out.view.setBigUint64(out.position + 1, BigInt.asUintN(64, value));
  out.position += 9;
}

function writeBigintExtension(out: ByteArena, value: bigint): void {
  const magnitude = (value < 0n ? ~value : value).toString(16);
  const bits = magnitude.length * 4 - Math.clz32(parseInt(magnitude.charAt(0), 16)) + 28;
  const length = (bits >> 3) + 1;
  if (length > MAX_BIGINT_BYTES) {
    throw new Unrepresentable(
      `a bigint of ${length} bytes`,
      `${MAX_BIGINT_BYTES} bytes or less`,
    );
  }
  writeExtensionHead(out, EXTENSION.bigint, length);
  out.reserve(length);
  const digits = BigInt.asUintN(length * 8, value).toString(16).padStart(length * 2, "0");
  for (let index = 0; index < digits.length; index += 2) {
    out.bytes[out.position++] = parseInt(digits.slice(index, index + 2), 16);
  }
}

/** Writes a `Date` as the shortest timestamp that holds it. */
export function writeTimestamp(out: ByteArena, date: Date): void {
  const time = date.getTime();
  if (Number.isNaN(time)) throw new Unrepresentable(describe(date), "a valid Date");
  const seconds = Math.floor(time / 1000);
  const nanoseconds = (time - seconds * 1000) * 1_000_000;
  const short = seconds >= 0 && seconds < 2 ** 34;
  const length = !short ? 12 : nanoseconds === 0 && seconds < 2 ** 32 ? 4 : 8;
  writeExtensionHead(out, EXTENSION.timestamp, length);
  out.reserve(12);
  const { view, position } = out;
  if (length === 4) view.setUint32(position, seconds);
  else if (length === 8) {
    // 30 bits of nanoseconds, 34 bits of seconds.
    view.setUint32(position, nanoseconds * 4 + Math.floor(seconds / 2 ** 32));
    view.setUint32(position + 4, seconds % 2 ** 32);
  } else {
    view.setUint32(position, nanoseconds);
    view.setBigInt64(position + 4, BigInt(seconds));
  }
  out.position += length;
}

/** Writes bytes as the `bin` family of MessagePack. */
export function writeBinary(out: ByteArena, value: Uint8Array): void {
  const { length } = value;
  out.reserve(5 + length);
  const { bytes } = out;
  if (length < 0x100) {
    bytes[out.position++] = 0xc4;
    bytes[out.position++] = length;
  } else if (length < 0x10000) {
    bytes[out.position++] = 0xc5;
    out.view.setUint16(out.position, length);
    out.position += 2;
  } else {
    bytes[out.position++] = 0xc6;
    out.view.setUint32(out.position, length);
    out.position += 4;
  }
  bytes.set(value, out.position);
  out.position += length;
}

/** Writes an `ArrayBuffer` or any view of one, with the type to make of it. */
export function writeMemory(out: ByteArena, value: ArrayBuffer | ArrayBufferView): void {
  if (value instanceof Uint8Array) return writeBinary(out, value);
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (!isElementTypeName(name)) throw new Unrepresentable(describe(value), "a known typed array");
  const memory = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  writeExtensionHead(out, EXTENSION.binary, memory.length + 1);
  out.reserve(memory.length + 1);
  out.bytes[out.position++] = ELEMENT_TYPES[name];
  out.bytes.set(memory, out.position);
  out.position += memory.length;
}

function isElementTypeName(name: string): name is ElementTypeName {
  return Object.hasOwn(ELEMENT_TYPES, name);
}
