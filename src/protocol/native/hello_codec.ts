import { ByteWriter, varintLength } from "../../internal/byte_writer.ts";
import type { HelloFrame } from "../frame.ts";
import { INITIAL_HELLO, MAX_SESSION_BYTES, NATIVE_VERSION } from "./constants.ts";
import type { FrameReader } from "./frame_reader.ts";

const SESSION = 7;
const COMPRESSIONS = 10;

/** The settings that are one number, at their keys. */
const NUMBERS = [
  undefined,
  "maxMessageBytes",
  "maxMetadataBytes",
  "maxStreams",
  "streamWindowBytes",
  "streamWindowMessages",
  "connectionWindowBytes",
  undefined,
  "receivedBatches",
  "sessionMs",
] as const;

/** A hello and its payload. */
type KnownHello = readonly [hello: HelloFrame, payload: Uint8Array];

/** The last that was read and the last that was written: most peers of a program say the same. */
let read: KnownHello | undefined;
let written: KnownHello | undefined;

type NumberSetting = Exclude<(typeof NUMBERS)[number], undefined>;
type Settings = { -readonly [Name in keyof HelloFrame]: HelloFrame[Name] };

/**
 * Encodes the payload of HELLO; what is as it was initially is left out, but for the limits, which
 * are always said.
 *
 * @throws {RangeError} When the name of the session is empty or too long
 */
export function encodeHello(frame: HelloFrame): Uint8Array {
  if (written?.[0] !== frame) written = [frame, encodeSettings(frame)];
  return written[1];
}

function encodeSettings(frame: HelloFrame): Uint8Array {
  const out = new ByteWriter(128);
  out.varint(frame.version);
  for (let key = 1; key < NUMBERS.length; key++) {
    const name = NUMBERS[key];
    if (name === undefined) {
      writeSession(frame.session, out);
    } else if (key < SESSION || frame[name] !== 0) {
      out.varint(key);
      out.varint(varintLength(frame[name]));
      out.varint(frame[name]);
    }
  }
  if (frame.compressions.length > 0) {
    const names = new ByteWriter(64);
    for (const name of frame.compressions) names.textChunk(name);
    out.varint(COMPRESSIONS);
    out.chunk(names.peek());
  }
  return out.take();
}

/**
 * Reads the payload of HELLO; settings with unknown keys are skipped.
 *
 * @throws {FrameError} When the version is not ours, or a setting is malformed or there twice
 */
export function decodeHello(reader: FrameReader): HelloFrame {
  const { bytes, position, end } = reader;
  if (read === undefined || !takesRest(reader, read[1])) {
    const hello = decodeSettings(reader);
    read = [hello, bytes.slice(position, end)];
  }
  return read[0];
}

/** Whether these bytes are all that is left, and takes them if so. */
function takesRest(reader: FrameReader, payload: Uint8Array): boolean {
  const { bytes, position, end } = reader;
  if (payload.length !== end - position) return false;
  for (let index = 0; index < payload.length; index++) {
    if (payload[index] !== bytes[position + index]) return false;
  }
  reader.position = end;
  return true;
}

function decodeSettings(reader: FrameReader): HelloFrame {
  const version = reader.varint("version");
  if (version !== NATIVE_VERSION) {
    throw reader.wrong(`version is ${version}, expected ${NATIVE_VERSION}`);
  }
  const settings: Settings = { ...INITIAL_HELLO };
  const seen = new Set<number>();
  const frameEnd = reader.end;
  while (reader.position < frameEnd) {
    const key = reader.varint("key of a setting");
    if (seen.has(key)) throw reader.wrong(`setting ${key} is there twice`);
    seen.add(key);
    const start = reader.chunk(`setting ${key}`);
    reader.end = reader.position;
    reader.position = start;
    readSetting(reader, key, settings);
    reader.end = frameEnd;
  }
  return settings;
}

function readSetting(reader: FrameReader, key: number, settings: Settings): void {
  if (key === SESSION) settings.session = readSession(reader);
  else if (key === COMPRESSIONS) settings.compressions = readCompressions(reader);
  else if (key > 0 && key < NUMBERS.length) {
    // Only the key of the session has no name in the list, and it was dealt with above.
    settings[NUMBERS[key] as NumberSetting] = reader.varint(`setting ${key}`);
  } else reader.position = reader.end;
  reader.finish(`setting ${key}`);
}

function writeSession(session: Uint8Array | undefined, out: ByteWriter): void {
  if (session === undefined) return;
  if (session.length < 1 || session.length > MAX_SESSION_BYTES) {
    throw new RangeError(
      `Cannot encode HELLO: session is ${session.length} bytes, expected 1 to ${MAX_SESSION_BYTES}`,
    );
  }
  out.varint(SESSION);
  out.chunk(session);
}

function readSession(reader: FrameReader): Uint8Array {
  const length = reader.end - reader.position;
  if (length < 1 || length > MAX_SESSION_BYTES) {
    throw reader.wrong(`session is ${length} bytes, expected 1 to ${MAX_SESSION_BYTES}`);
  }
  return reader.rest().slice();
}

function readCompressions(reader: FrameReader): string[] {
  const names: string[] = [];
  while (reader.position < reader.end) names.push(reader.text("name of a compression"));
  return names;
}
