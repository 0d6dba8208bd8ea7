/** Lies inside of well-formed WebSocket messages: what PROTOCOL.md says that a peer must not send. */
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { FrameEncoder, HelloFrame, RpcFrame } from "../../src/protocol/frame.ts";
import { createLimits } from "../../src/protocol/limits.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { helloFrame, openFrame, statusFrame } from "../support/native_frames.ts";
import type { Random } from "../support/random.ts";
import { randomBatch } from "./decoders.ts";
import { mutate } from "./mutate.ts";
import { PATHS } from "./target.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const KIB = 1024;

/** Where a liar speaks. */
export interface LiarPipe {
  /** Sends one binary message. */
  send(batch: Uint8Array<ArrayBuffer>): void;
  /** Sends one text message. */
  sendText(text: string): void;
}

/** One that speaks the protocol and means no good. */
export class Liar {
  readonly random: Random;
  /** Whether it opened the socket: its streams are odd then. */
  readonly isOpener: boolean;
  /** Streams that the honest side has opened, as far as it was heard. */
  readonly heard: number[] = [];
  readonly #pipe: LiarPipe;
  // Its own limits hold nobody.
  readonly #encoder: FrameEncoder = nativeWire.createEncoder(
    createLimits({
      maxMetadataBytes: 2 ** 30,
      maxHeaders: 2 ** 20,
      maxHeaderNameBytes: 2 ** 20,
      maxHeaderValueBytes: 2 ** 20,
    }),
  );
  readonly #decoder = nativeWire.createDecoder(createLimits({ maxMetadataBytes: 2 ** 20 }));
  #nextId: number;

  constructor(pipe: LiarPipe, options: { random: Random; isOpener: boolean }) {
    this.#pipe = pipe;
    this.random = options.random;
    this.isOpener = options.isOpener;
    this.#nextId = options.isOpener ? 1 : 2;
  }

  /** The next id of a stream of its own. */
  nextId(): number {
    const id = this.#nextId;
    this.#nextId += 2;
    return id;
  }

  /** The id of a stream that the honest side has opened, or might have. */
  honestId(): number {
    const { heard, random } = this;
    if (heard.length > 0 && random.below(4) > 0) return heard[random.below(heard.length)] ?? 1;
    return (this.isOpener ? 2 : 1) + 2 * random.below(50);
  }

  /** Takes what the honest side sent. */
  hear(batch: Uint8Array): void {
    for (const frame of decodeBatch(this.#decoder, batch)) {
      if (frame.kind === "open") this.heard.push(frame.streamId);
    }
  }

  /** Sends frames in one message. */
  say(...frames: readonly RpcFrame[]): void {
    if (frames.length > 0) this.#pipe.send(this.encode(...frames));
  }

  /** What `say` sends. */
  encode(...frames: readonly RpcFrame[]): Uint8Array<ArrayBuffer> {
    return encodeBatch(this.#encoder, frames);
  }

  /** Sends bytes as a piece of a batch. */
  sayPiece(piece: ArrayLike<number>, more: boolean): void {
    this.say({ kind: "piece", piece: Uint8Array.from(piece), more });
  }

  /** Sends the frames that a function makes, each so often, a few in each message. */
  flood(times: number, create: (index: number) => readonly RpcFrame[]): void {
    let batch: RpcFrame[] = [];
    for (let index = 0; index < times; index++) {
      batch.push(...create(index));
      if (batch.length < 200) continue;
      this.say(...batch);
      batch = [];
    }
    this.say(...batch);
  }

  /** Sends bytes that may be no frames at all. */
  sayBytes(bytes: Uint8Array): void {
    // A view of a larger buffer would be fine, one of shared memory not.
    this.#pipe.send(Uint8Array.from(bytes));
  }

  /** Sends a text message. */
  sayText(text: string): void {
    this.#pipe.sendText(text);
  }

  /** Says hello, honestly but for what is given. */
  hello(lies: Partial<HelloFrame> = {}): void {
    this.say(helloFrame({
      maxMessageBytes: 16 * KIB * KIB,
      maxStreams: 4096,
      streamWindowBytes: 256 * KIB,
      streamWindowMessages: 1024,
      connectionWindowBytes: 16 * KIB * KIB,
      ...lies,
    }));
  }
}

/** One way to lie. */
export interface Lie {
  readonly name: string;
  /** Whether the liar says hello before. */
  readonly saysHello: boolean;
  tell(liar: Liar): void;
}

function lie(name: string, tell: (liar: Liar) => void): Lie {
  return { name, saysHello: true, tell };
}

/** How often a flood repeats itself. */
const FLOOD = 600;

function open(liar: Liar, frame: Parameters<typeof openFrame>[0] = {}): RpcFrame {
  const path = PATHS[liar.random.below(PATHS.length)] ?? "/Target/echo";
  return openFrame({ streamId: liar.nextId(), path, ...frame });
}

function data(streamId: number, bytes: number, more = false): RpcFrame {
  return { kind: "message", streamId, message: new Uint8Array(bytes), more, compressed: false };
}

function cancel(streamId: number, code = 1): RpcFrame {
  return { kind: "cancel", streamId, code, reason: "" };
}

/** A frame of each kind on a stream. */
function anyFrameOn(liar: Liar, streamId: number): RpcFrame {
  const { random } = liar;
  const frames: readonly [RpcFrame, ...RpcFrame[]] = [
    data(streamId, 1 + random.below(100), random.below(2) === 0),
    { kind: "headers", streamId, headers: RpcMetadata.empty, fault: undefined },
    { kind: "halfClose", streamId, messages: random.below(3) },
    statusFrame({ streamId, code: random.below(20), messages: random.below(3) }),
    cancel(streamId, random.below(20)),
    { kind: "credit", streamId, bytes: random.below(1000), messages: random.below(9) },
  ];
  return random.pick(frames);
}

/** Everything that a liar does after its hello, whichever side it is. */
const COMMON: readonly Lie[] = [
  lie("frames on streams that never were", (liar) => {
    liar.flood(FLOOD, () => [anyFrameOn(liar, 1 + liar.random.below(1e6))]);
  }),
  lie("frames on streams of the other side", (liar) => {
    liar.flood(FLOOD, () => [anyFrameOn(liar, liar.honestId())]);
  }),
  lie("an id twice", (liar) => {
    const streamId = liar.nextId();
    liar.say(open(liar, { streamId }), open(liar, { streamId }));
  }),
  lie("ids that go back", (liar) => {
    liar.say(open(liar, { streamId: 1001 + liar.nextId() }), open(liar));
  }),
  lie(
    "ids of the other side's parity",
    (liar) => liar.say(open(liar, { streamId: liar.honestId() })),
  ),
  lie("ids at the end of all numbers", (liar) => {
    liar.say(open(liar, { streamId: liar.isOpener ? MAX : MAX - 1 }), open(liar));
  }),
  lie("absurd credit", (liar) => {
    liar.flood(20, () => [
      { kind: "credit", streamId: 0, bytes: MAX, messages: 0 },
      { kind: "credit", streamId: liar.honestId(), bytes: MAX, messages: MAX },
    ]);
    const streamId = liar.nextId();
    liar.say(
      open(liar, { streamId, path: "/Target/flood", message: new Uint8Array(1), end: true }),
    );
    liar.flood(20, () => [{ kind: "credit", streamId, bytes: MAX, messages: MAX }]);
  }),
  lie("credit byte by byte", (liar) => {
    for (let count = 0; count < 50; count++) {
      liar.say(open(liar, { path: "/Target/flood", message: new Uint8Array(1), end: true }));
    }
    liar.flood(FLOOD * 10, () => [{ kind: "credit", streamId: 0, bytes: 1, messages: 0 }]);
  }),
  lie("openings of unknown methods", (liar) => {
    liar.flood(FLOOD * 4, (index) => [open(liar, { path: `/Nobody/m${index % 400}` })]);
  }),
  lie("openings of known methods", (liar) => {
    liar.flood(FLOOD, () => [open(liar, { message: new Uint8Array(3), end: true })]);
  }),
  lie("openings that are never finished", (liar) => liar.flood(FLOOD * 8, () => [open(liar)])),
  lie("openings that are cancelled at once", (liar) => {
    liar.flood(FLOOD * 4, () => {
      const streamId = liar.nextId();
      const message = new Uint8Array(10);
      return [open(liar, { streamId, message, end: true }), cancel(streamId)];
    });
  }),
  lie("openings of a handler that is deaf, cancelled at once", (liar) => {
    liar.flood(FLOOD * 2, () => {
      const streamId = liar.nextId();
      const message = new Uint8Array(1);
      return [open(liar, { streamId, path: "/Target/deaf", message, end: true }), cancel(streamId)];
    });
  }),
  lie("deadlines of no length and of any", (liar) => {
    liar.flood(FLOOD, (index) => [
      open(liar, {
        path: "/Target/wait",
        message: new Uint8Array(1),
        timeoutMs: [1, MAX][index % 2],
      }),
    ]);
  }),
  lie("paths that are none", (liar) => {
    // A path takes its number whatever it is like; the encoder would not write one that is wrong.
    const bytes = [2, 0x20, 1, 7, 5, 0x2f, 0x2f, 0x2f, 0x2f, 0xff, 0];
    for (let count = 0; count < 300; count++) {
      const streamId = liar.nextId();
      if (streamId < 128) liar.sayBytes(Uint8Array.from(bytes.with(2, streamId)));
    }
  }),
  lie("more paths than are numbered", (liar) => {
    liar.flood(400, (index) => [open(liar, { path: `/P/p${index}` })]);
    liar.sayBytes(Uint8Array.from([2, 0, 0xff, 0x7f, 3, 0xff, 0x7f, 0]));
  }),
  lie("metadata above all limits", (liar) => {
    const many = Array.from({ length: 129 }, (): [string, string] => ["x", ""]);
    const headers = [many, [["x-a", "v".repeat(9000)]], [["x".repeat(129), ""]]] as const;
    liar.flood(150, (index) => [
      open(liar, { headers: RpcMetadata.from([...headers[index % headers.length] ?? many]) }),
    ]);
    liar.flood(150, () => [open(liar, { headers: RpcMetadata.from(many) })]);
  }),
  lie("headers without end", (liar) => {
    const streamId = liar.honestId();
    const headers = RpcMetadata.from({ "x-a": "b" });
    liar.flood(FLOOD, () => [{ kind: "headers", streamId, headers, fault: undefined }]);
  }),
  lie("pings without end", (liar) => {
    liar.flood(FLOOD, (token) => [{ kind: "ping", token }]);
  }),
  lie("pongs without end", (liar) => liar.flood(FLOOD, (token) => [{ kind: "pong", token }])),
  lie("messages that are never whole", (liar) => {
    const ids = [1, 2, 3, 4].map(() => liar.nextId());
    for (const streamId of ids) liar.say(open(liar, { streamId, path: "/Target/stuck" }));
    for (let count = 0; count < 32; count++) {
      for (const streamId of ids) liar.say(data(streamId, 60 * KIB, true));
    }
  }),
  lie("messages of one byte at a time", (liar) => {
    const streamId = liar.nextId();
    liar.say(open(liar, { streamId, path: "/Target/collect" }));
    liar.flood(FLOOD * 10, () => [data(streamId, 1, true)]);
  }),
  lie("empty messages", (liar) => {
    for (let count = 0; count < 10; count++) {
      const streamId = liar.nextId();
      liar.say(open(liar, { streamId, path: "/Target/stuck" }));
      liar.flood(1200, () => [data(streamId, 0)]);
    }
  }),
  lie("messages beyond the window of a stream", (liar) => {
    const streamId = liar.nextId();
    liar.say(open(liar, { streamId, path: "/Target/stuck" }));
    for (let count = 0; count < 8; count++) liar.say(data(streamId, 64 * KIB));
  }),
  lie("messages beyond the window of the connection", (liar) => {
    for (let count = 0; count < 80; count++) {
      const streamId = liar.nextId();
      liar.say(open(liar, { streamId, path: "/Target/stuck" }));
      for (let part = 0; part < 4; part++) liar.say(data(streamId, 60 * KIB));
    }
  }),
  lie("messages after the end", (liar) => {
    const streamId = liar.nextId();
    liar.say(open(liar, { streamId, path: "/Target/mirror", end: true }));
    liar.flood(10, () => [data(streamId, 10)]);
  }),
  lie("ends within a message, and counts that are wrong", (liar) => {
    for (let messages = 0; messages < 5; messages++) {
      const streamId = liar.nextId();
      liar.say(open(liar, { streamId, path: "/Target/collect" }), data(streamId, 5, true));
      liar.say({ kind: "halfClose", streamId, messages });
    }
    for (let messages = 0; messages < 5; messages++) {
      const streamId = liar.nextId();
      liar.say(open(liar, { streamId, path: "/Target/collect" }), data(streamId, 5));
      liar.say({ kind: "halfClose", streamId, messages });
    }
  }),
  lie("compression that nobody agreed on", (liar) => {
    liar.flood(20, () => [open(liar, { message: new Uint8Array(9), compressed: true })]);
  }),
  lie("text messages", (liar) => {
    for (let count = 0; count < 100; count++) liar.sayText("keepalive");
  }),
  lie("an empty message", (liar) => liar.sayBytes(new Uint8Array(0))),
  lie("a second hello", (liar) => liar.hello()),
  lie("goaway in every way", (liar) => {
    liar.flood(FLOOD, (index) => [
      { kind: "goaway", lastStreamId: MAX - index, code: index % 20, reason: "because" },
    ]);
    liar.say({ kind: "goaway", lastStreamId: 0, code: 14, reason: "" }, open(liar));
  }),
  lie("acks of what never was", (liar) => {
    const batches = liar.random.pick([2, 200, 2 ** 32, MAX]);
    liar.flood(FLOOD, (index) => [{ kind: "ack", batches: index % 2 === 0 ? batches : 0 }]);
  }),
  lie("acks of nothing without end", (liar) => {
    liar.flood(FLOOD * 10, () => [{ kind: "ack", batches: 0 }]);
  }),
  lie("prompts without end, many in each message", (liar) => {
    liar.flood(FLOOD * 10, (index) => [{ kind: "prompt", answers: 1 + index % 2 }]);
  }),
  lie("prompts without end, each by itself", (liar) => {
    for (let count = 0; count < FLOOD; count++) liar.say({ kind: "prompt", answers: 2 });
  }),
  lie("pieces of a byte without end", (liar) => {
    for (let count = 0; count < FLOOD; count++) liar.sayPiece([200], true);
  }),
  lie("pieces of more than a batch may have", (liar) => {
    for (let count = 0; count < 40; count++) liar.sayPiece(new Uint8Array(64 * KIB), true);
  }),
  lie("pieces, and something between them", (liar) => {
    liar.sayPiece(liar.encode(open(liar), { kind: "ping", token: 1 }), true);
    liar.say(anyFrameOn(liar, liar.nextId()));
    liar.sayPiece(liar.encode({ kind: "ping", token: 2 }), false);
  }),
  lie("pieces that share a message with others", (liar) => {
    const piece: RpcFrame = { kind: "piece", piece: new Uint8Array(9), more: true };
    liar.say(...liar.random.pick([[piece, piece], [piece, open(liar)], [open(liar), piece]]));
  }),
  lie("pieces of pieces", (liar) => {
    const inner: RpcFrame = { kind: "piece", piece: liar.encode(open(liar)), more: false };
    liar.sayPiece(liar.encode(inner), false);
  }),
  lie("pieces of noise, and of what is right", (liar) => {
    const { random } = liar;
    const batch = random.below(2) === 0 ? randomBatch(random) : liar.encode(open(liar));
    const bytes = random.below(2) === 0 ? batch : mutate(batch, random, batch);
    const size = 1 + random.below(40);
    for (let start = 0; start < bytes.length; start += size) {
      liar.sayPiece(bytes.subarray(start, start + size), start + size < bytes.length);
    }
  }),
  lie("the first piece of a batch, and nothing more", (liar) => {
    liar.sayPiece(liar.encode(open(liar)), true);
  }),
  lie("one batch of a million bytes and more", (liar) => {
    liar.sayBytes(new Uint8Array(2 * KIB * KIB).fill(0x0a));
  }),
  lie("extensions that nobody knows", (liar) => {
    const frame = [200, 255, 9, 3, 1, 2, 3];
    liar.sayBytes(Uint8Array.from({ length: 7000 }, (_, index) => frame[index % 7] ?? 0));
  }),
  lie("frames with something wrong in them", (liar) => {
    for (let count = 0; count < 20; count++) {
      liar.sayBytes(mutate(randomBatch(liar.random), liar.random, randomBatch(liar.random)));
    }
  }),
  lie("noise", (liar) => {
    const { random } = liar;
    liar.sayBytes(Uint8Array.from({ length: 1 + random.below(500) }, () => random.below(256)));
  }),
];

/** Other ways to begin. */
const BEGINNINGS: readonly Lie[] = [
  { name: "nothing at all", saysHello: false, tell: () => {} },
  {
    name: "another first frame than hello",
    saysHello: false,
    tell: (liar) => liar.say(anyFrameOn(liar, liar.nextId())),
  },
  {
    name: "hello of another version",
    saysHello: false,
    tell: (liar) => liar.hello({ version: 2 }),
  },
  {
    name: "hello that allows nothing",
    saysHello: false,
    tell(liar) {
      const none = { maxStreams: 0, streamWindowBytes: 0, streamWindowMessages: 0 };
      liar.hello({ ...none, connectionWindowBytes: 0, maxMessageBytes: 0, maxMetadataBytes: 0 });
      liar.flood(50, () => [open(liar, { message: new Uint8Array(100), end: true })]);
    },
  },
  {
    name: "hello that allows everything",
    saysHello: false,
    tell(liar) {
      const all = { maxStreams: MAX, streamWindowBytes: MAX, streamWindowMessages: MAX };
      liar.hello({
        ...all,
        connectionWindowBytes: MAX,
        maxMessageBytes: MAX,
        maxMetadataBytes: MAX,
      });
      const message = new Uint8Array(1);
      liar.flood(20, () => [open(liar, { path: "/Target/flood", message, end: true })]);
    },
  },
];

/** What a server may say to a client beside: answers that are none. */
const ANSWERS: readonly Lie[] = [
  lie("statuses of every kind for every call", (liar) => {
    for (const streamId of [...liar.heard]) {
      const { random } = liar;
      const message = random.below(2) === 0 ? undefined : new Uint8Array(random.below(100));
      const frame = statusFrame({
        streamId,
        code: random.below(20),
        messages: random.below(3),
        text: "x".repeat(random.below(9000)),
        ...(message === undefined ? {} : { message }),
      });
      liar.say(frame, frame);
    }
  }),
  lie("answers that never end", (liar) => {
    for (const streamId of [...liar.heard]) liar.flood(50, () => [data(streamId, 100)]);
  }),
  lie("answers beyond the window", (liar) => {
    for (const streamId of [...liar.heard]) liar.flood(8, () => [data(streamId, 64 * KIB)]);
  }),
  lie("answers that are never whole", (liar) => {
    for (const streamId of [...liar.heard]) liar.flood(20, () => [data(streamId, 60 * KIB, true)]);
  }),
  lie("an end within a message", (liar) => {
    for (const streamId of [...liar.heard]) {
      liar.say(data(streamId, 10, true), statusFrame({ streamId, messages: 1 }));
    }
  }),
  lie("cancels and ends that only a caller may send", (liar) => {
    liar.flood(300, () => [cancel(liar.honestId())]);
  }),
  lie("headers twice, late, and above the limits", (liar) => {
    const headers = RpcMetadata.from({ "x-a": "v".repeat(9000) });
    for (const streamId of [...liar.heard]) {
      liar.say({ kind: "headers", streamId, headers: RpcMetadata.empty, fault: undefined });
      liar.say(data(streamId, 5), { kind: "headers", streamId, headers, fault: undefined });
    }
  }),
];

/** What a lying client says. */
export const CLIENT_LIES: readonly Lie[] = [...COMMON, ...BEGINNINGS];

/** What a lying server says. */
export const SERVER_LIES: readonly Lie[] = [...COMMON, ...BEGINNINGS, ...ANSWERS];

/** Picks lies for one connection: one to begin with, and some more. */
export function pickLies(lies: readonly Lie[], random: Random, index: number): Lie[] {
  // Each of them has its turn; what goes with it is chance.
  const first = lies[index % lies.length];
  const picked = first === undefined ? [] : [first];
  for (let more = random.below(3); more > 0; more--) {
    const next = lies[random.below(lies.length)];
    if (next !== undefined && next.saysHello) picked.push(next);
  }
  return picked;
}

/** Tells them. */
export function tellLies(liar: Liar, lies: readonly Lie[]): void {
  if (lies[0]?.saysHello !== false) liar.hello();
  for (const { tell } of lies) tell(liar);
}
