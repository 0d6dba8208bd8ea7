const MAX_PATH_LENGTH = 120;

/**
 * Thrown inside an encoder at a value that the format cannot carry.
 *
 * It is no `Error`, because the path is only known once the writers around it have added their part;
 * {@linkcode Unrepresentable.toError} makes the `TypeError` that leaves the codec.
 */
export class Unrepresentable {
  readonly #found: string;
  readonly #expected: string;
  #path = "";

  /**
   * @param found What was found, in words
   * @param expected What could have been encoded in its place
   */
  constructor(found: string, expected: string) {
    this.#found = found;
    this.#expected = expected;
  }

  /** Puts `segment` (`.name`, `[0]`) before the path known so far. */
  prepend(segment: string): void {
    this.#path = segment + this.#path;
  }

  /** The error for the caller of `encode`. */
  toError(format: string): TypeError {
    const path = this.#path.length <= MAX_PATH_LENGTH
      ? this.#path
      : `${this.#path.slice(0, MAX_PATH_LENGTH)}...`;
    return new TypeError(
      `Cannot encode value${path} as ${format}: found ${this.#found}, expected ${this.#expected}`,
    );
  }
}

/** Adds the place inside an array to what was thrown there, and returns it to be thrown again. */
export function atIndex(thrown: unknown, index: number): unknown {
  if (thrown instanceof Unrepresentable) thrown.prepend(`[${index}]`);
  return thrown;
}

/** Adds the place inside an object to what was thrown there, and returns it to be thrown again. */
export function atKey(thrown: unknown, key: string): unknown {
  if (thrown instanceof Unrepresentable) {
    thrown.prepend(
      /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    );
  }
  return thrown;
}

/** The failure of a container that is nested too deep. */
export function tooDeep(): Unrepresentable {
  return new Unrepresentable("one level more than maxDepth (a cycle, perhaps)", "less nesting");
}
