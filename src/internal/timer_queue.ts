import type { RpcClock, RpcTimer } from "./clock.ts";

/** Timers of platforms may be early by less than this. */
const EARLY_MS = 1;

/** The queue of each clock. */
const QUEUES: WeakMap<RpcClock, TimerQueue> = /* @__PURE__ */ new WeakMap();

/** A timer of a queue. */
interface QueuedTimer {
  /** On the clock. */
  readonly due: number;
  /** Timers of one moment run in the order in which they were set. */
  readonly order: number;
  readonly callback: () => void;
  /** Where it is in the heap; -1 when it has left it. */
  index: number;
}

/**
 * Many timers on one of the clock's: a platform's timer costs more than a whole call does, and most
 * of those that calls set are cleared before they fire.
 *
 * It is a binary heap in which each timer knows its place, so that a cleared one is gone at once. The
 * clock's timer follows at the end of the turn, so timers that are set and cleared in the same turn
 * do not reach it: it is set for the first of them, and cleared with the last. In between it may fire
 * for one that was cleared, and is then set anew.
 */
export class TimerQueue implements RpcClock {
  readonly #clock: RpcClock;
  readonly #heap: QueuedTimer[] = [];
  #set = 0;
  #armed: RpcTimer | undefined;
  #armedFor = Infinity;
  #willFollow = false;

  constructor(clock: RpcClock) {
    this.#clock = clock;
  }

  /** The queue that all users of a clock share. */
  static on(clock: RpcClock): TimerQueue {
    const queue = QUEUES.get(clock) ?? new TimerQueue(clock);
    QUEUES.set(clock, queue);
    return queue;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimer(callback: () => void, delayMs: number): RpcTimer {
    const due = this.#clock.now() + delayMs;
    const timer = { due, order: this.#set++, callback, index: -1 };
    this.#rise(timer, this.#heap.length);
    if (due < this.#armedFor || this.#armed === undefined) this.#followLater();
    return timer;
  }

  clearTimer(timer: RpcTimer): void {
    // Only timers that `setTimer` above returned come back here.
    const queued = timer as QueuedTimer;
    if (queued.index < 0) return;
    this.#remove(queued);
    if (this.#heap.length === 0) this.#followLater();
  }

  #followLater(): void {
    if (this.#willFollow) return;
    this.#willFollow = true;
    queueMicrotask(this.#follow);
  }

  /** Sets the clock's timer for the first of the timers here, or clears it when there is none. */
  readonly #follow = (): void => {
    this.#willFollow = false;
    const due = this.#heap[0]?.due ?? Infinity;
    const isLast = this.#heap.length === 0;
    // One that is too early costs less than setting it anew.
    if (this.#armed !== undefined && !isLast && due >= this.#armedFor) return;
    if (this.#armed !== undefined) this.#clock.clearTimer(this.#armed);
    this.#armed = undefined;
    this.#armedFor = due;
    if (isLast) return;
    const delayMs = Math.max(0, due - this.#clock.now());
    this.#armed = this.#clock.setTimer(this.#fire, delayMs);
  };

  readonly #fire = (): void => {
    this.#armed = undefined;
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    // What the callbacks set has to wait for its own turn, however short its time.
    const newest = this.#set;
    try {
      for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
        if (first.due - now >= EARLY_MS || first.order >= newest) break;
        this.#remove(first);
        first.callback();
      }
    } finally {
      if (this.#heap.length > 0) this.#followLater();
    }
  };

  #remove(timer: QueuedTimer): void {
    const { index } = timer;
    timer.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    // The last one takes the free place, and goes where it belongs from there.
    const parent = this.#heap[(index - 1) >> 1];
    if (index > 0 && parent !== undefined && isBefore(last, parent)) this.#rise(last, index);
    else this.#sink(last, index);
  }

  #rise(timer: QueuedTimer, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !isBefore(timer, parent)) break;
      this.#place(parent, index);
      index = above;
    }
    this.#place(timer, index);
  }

  #sink(timer: QueuedTimer, from: number): void {
    let index = from;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left)
        ? right
        : left;
      if (child === undefined || !isBefore(child, timer)) break;
      const below = child.index;
      this.#place(child, index);
      index = below;
    }
    this.#place(timer, index);
  }

  #place(timer: QueuedTimer, index: number): void {
    this.#heap[index] = timer;
    timer.index = index;
  }
}

function isBefore(one: QueuedTimer, other: QueuedTimer): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}
