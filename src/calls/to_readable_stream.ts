/**
 * What an iterator reads as a `ReadableStream` that asks for nothing before its own reader does.
 *
 * @param iterator Read from now on by the stream alone; told when the stream is cancelled
 * @returns The stream; it fails with what the iterator throws
 */
export function toReadableStream<T>(iterator: AsyncIterator<T>): ReadableStream<T> {
  return new ReadableStream<T>({
    pull: async (controller) => {
      const result = await iterator.next();
      if (result.done) controller.close();
      else controller.enqueue(result.value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}
