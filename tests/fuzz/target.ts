/** What is served to liars: one method of each kind that a liar may hurt. */
import { rawCodec } from "../../src/codecs/raw.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { implement, type RpcResponderContract } from "../../src/endpoints/responder_contract.ts";

type Bytes = Uint8Array;

const codec = rawCodec();

/** The methods; all messages are bytes, so that any will do. */
export const Target = defineContract("Target", {
  echo: unary<Bytes, Bytes>({ codec }),
  wait: unary<Bytes, Bytes>({ codec }),
  deaf: unary<Bytes, Bytes>({ codec }),
  flood: serverStream<Bytes, Bytes>({ codec }),
  collect: clientStream<Bytes, Bytes>({ codec }),
  stuck: clientStream<Bytes, Bytes>({ codec }),
  mirror: bidirectional<Bytes, Bytes>({ codec }),
});

/** Their paths. */
export const PATHS = ["echo", "wait", "deaf", "flood", "collect", "stuck", "mirror"].map((name) =>
  `/Target/${name}`
);

/** How long a handler goes on that ignores its signal. */
const DEAF_MS = 30;
/** Bytes in each message of a flood. */
const FLOOD_BYTES = 16 * 1024;

/** What has happened in the handlers. */
export interface TargetProbe {
  readonly contract: RpcResponderContract;
  /** Handlers that have begun. */
  entered: number;
  /** Handlers that have not ended. */
  running: number;
}

function untilAborted({ signal }: RpcHandlerContext): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

/** Serves the methods. */
export function createTarget(): TargetProbe {
  const probe = { entered: 0, running: 0 };
  const counted = async <T>(body: () => T | Promise<T>): Promise<T> => {
    probe.entered++;
    probe.running++;
    try {
      return await body();
    } finally {
      probe.running--;
    }
  };
  const nothing = new Uint8Array(0);
  const contract = implement(Target, {
    echo: (bytes) => {
      probe.entered++;
      return bytes;
    },
    wait: (_bytes, context) => counted(() => untilAborted(context).then(() => nothing)),
    deaf: () =>
      counted(() => new Promise((resolve) => setTimeout(() => resolve(nothing), DEAF_MS))),
    async *flood() {
      probe.entered++;
      probe.running++;
      try {
        for (;;) yield await Promise.resolve(new Uint8Array(FLOOD_BYTES));
      } finally {
        probe.running--;
      }
    },
    collect: (chunks) =>
      counted(async () => {
        let bytes = 0;
        for await (const chunk of chunks) bytes += chunk.length;
        return new TextEncoder().encode(String(bytes));
      }),
    stuck: (_chunks, context) => counted(() => untilAborted(context).then(() => nothing)),
    async *mirror(messages) {
      probe.entered++;
      probe.running++;
      try {
        for await (const message of messages) yield message;
      } finally {
        probe.running--;
      }
    },
  });
  return Object.assign(probe, { contract });
}
