import type { RpcClock, RpcTimer } from "../../internal/clock.ts";
import { Fifo } from "../../internal/fifo.ts";
import type { CreditFrame, GoawayFrame, StreamFrame } from "../../protocol/frame.ts";

/** Takes the place of a message that was lost on its way, so that its credit comes back. */
export interface LostFrame {
  readonly kind: "lost";
  readonly streamId: number;
}

/** What one end of a connection in memory tells the other. */
export type MemoryFrame = StreamFrame<unknown> | CreditFrame | GoawayFrame | LostFrame;

/** What a {@linkcode MemoryPipe} needs. */
export interface MemoryPipeOptions {
  readonly clock: RpcClock;
  /** How long a frame is under way, in milliseconds. */
  readonly latencyMs: number;
  /** Takes what arrives. */
  readonly deliver: (frame: MemoryFrame) => void;
}

/** Frames of one turn, under way. */
interface Flight {
  readonly frames: readonly MemoryFrame[];
  readonly timer: RpcTimer;
}

/**
 * One direction of a connection in memory: frames arrive in order, never within the call that sent
 * them, and after the latency when there is one. Frames of one turn travel together, on one timer.
 */
export class MemoryPipe {
  readonly #options: MemoryPipeOptions;
  readonly #flights: Fifo<Flight> = new Fifo();
  #turn: MemoryFrame[] = [];
  #state: "open" | "finishing" | "cut" = "open";
  /** Frames sent. */
  sent = 0;
  /** Frames that have arrived. */
  arrived = 0;

  constructor(options: MemoryPipeOptions) {
    this.#options = options;
  }

  /** Sends a frame; after the end it is dropped. */
  push(frame: MemoryFrame): void {
    if (this.#state !== "open") return;
    this.sent++;
    this.#turn.push(frame);
    if (this.#turn.length === 1) queueMicrotask(this.#leave);
  }

  /** Whether the frame that was sent as the n-th has arrived, or will. */
  brings(nth: number): boolean {
    return this.#state === "finishing" || nth <= this.arrived;
  }

  /** Ends the pipe: what is under way arrives before the turn is over, then `onEnd` is called. */
  finish(onEnd: () => void): void {
    this.#state = "finishing";
    const left = this.#takeFlights();
    queueMicrotask(() => {
      for (const frames of left) this.#arrive(frames);
      onEnd();
    });
  }

  /** Ends the pipe: what is under way is dropped. */
  cut(): void {
    this.#state = "cut";
    this.#takeFlights();
  }

  readonly #leave = (): void => {
    const frames = this.#turn;
    if (frames.length === 0) return;
    this.#turn = [];
    const { clock, latencyMs } = this.#options;
    if (latencyMs === 0) return this.#arrive(frames);
    const timer = clock.setTimer(() => {
      // Timers of one delay may fire in any order; what left first arrives first.
      const flight = this.#flights.shift();
      if (flight !== undefined) this.#arrive(flight.frames);
    }, latencyMs);
    this.#flights.push({ frames, timer });
  };

  #arrive(frames: readonly MemoryFrame[]): void {
    for (const frame of frames) {
      // The one that takes the frames may cut the pipe.
      if (this.#state === "cut") return;
      this.arrived++;
      this.#options.deliver(frame);
    }
  }

  #takeFlights(): (readonly MemoryFrame[])[] {
    const taken: (readonly MemoryFrame[])[] = [];
    for (let flight = this.#flights.shift(); flight; flight = this.#flights.shift()) {
      this.#options.clock.clearTimer(flight.timer);
      taken.push(flight.frames);
    }
    taken.push(this.#turn);
    this.#turn = [];
    return taken;
  }
}
