/**
 * Calls a function of the user whose faults are nobody else's: one that throws, and one that returns a
 * promise that rejects, as an `async` function does where a plain one was asked for.
 *
 * @param hook Calls the function
 * @param onError Takes what it threw, or what its promise rejected with; does not throw
 */
export function callHook(hook: () => unknown, onError: (error: unknown) => void): void {
  try {
    const done = hook();
    if (done instanceof Promise) done.catch(onError);
  } catch (error) {
    onError(error);
  }
}
