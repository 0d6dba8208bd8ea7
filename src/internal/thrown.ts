/** What is known of a thrown value, which may be anything. */
export interface ThrownWords {
  /** Name of the error; undefined for what is no error. */
  readonly name: string | undefined;
  /** Its message, or the value as text. */
  readonly message: string;
}

/** The value as text, or its type when it has none; never throws. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    // No way to become a text, or one that throws.
    return `[${typeof value}]`;
  }
}

/** The name of an error, or the type of another value, for records: its words may hold secrets. */
export function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}

/** Name and message of anything thrown; never throws. */
export function wordsOf(thrown: unknown): ThrownWords {
  try {
    if (thrown instanceof Error) {
      return { name: textOf(thrown.name), message: textOf(thrown.message) };
    }
  } catch {
    // It does not want to be looked at.
    return { name: undefined, message: `[${typeof thrown}]` };
  }
  return { name: undefined, message: textOf(thrown) };
}
