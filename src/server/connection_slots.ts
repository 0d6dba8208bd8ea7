import type { RpcLogger } from "../logger.ts";

/** Connections that a server takes unless told otherwise. */
const DEFAULT_MAX_CONNECTIONS = 10_000;

/** Below this share of the ceiling the next refusal is news again. */
const CALM_SHARE = 0.9;

/** Counts connections against their ceiling. */
export class ConnectionSlots {
  /** The ceiling. */
  readonly max: number;
  readonly #logger: RpcLogger;
  #taken = 0;
  #hasWarned = false;

  /** @throws {RangeError} When the ceiling is not a positive whole number */
  constructor(max: number | undefined, logger: RpcLogger) {
    this.max = max ?? DEFAULT_MAX_CONNECTIONS;
    this.#logger = logger;
    if (Number.isSafeInteger(this.max) && this.max > 0) return;
    throw new RangeError(
      `Cannot create server: maxConnections is ${this.max}, expected a positive whole number`,
    );
  }

  /** Slots in use. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether none is left. */
  get isFull(): boolean {
    return this.#taken >= this.max;
  }

  /**
   * Takes a slot. The first refusal is logged; the next ones are not, until the crowd has thinned out.
   *
   * @returns Whether there was one
   */
  take(): boolean {
    if (this.isFull) {
      if (!this.#hasWarned) {
        this.#logger.warn("Connection refused: too many connections", { max: this.max });
      }
      this.#hasWarned = true;
      return false;
    }
    this.#taken++;
    return true;
  }

  /** Gives a slot back. */
  give(): void {
    this.#taken--;
    if (this.#taken < this.max * CALM_SHARE) this.#hasWarned = false;
  }
}
