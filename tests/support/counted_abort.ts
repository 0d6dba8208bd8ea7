/** An abort controller that knows how many listen to its signal. */
export class CountedAbort {
  readonly #controller = new AbortController();
  readonly #listeners = new Set<unknown>();

  constructor() {
    const { signal } = this.#controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: EventListener): void => {
      this.#listeners.add(listener);
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: EventListener): void => {
      this.#listeners.delete(listener);
      remove(type, listener);
    };
  }

  /** The signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many listeners it has. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Aborts. */
  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }
}
