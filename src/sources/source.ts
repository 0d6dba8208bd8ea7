/**
 * Where a stream of messages comes from: an async generator, a `ReadableStream`, an array, any
 * iterable object. Text is refused, as it would be taken letter by letter.
 *
 * @typeParam T Type of each message
 */
export type RpcSource<T> = AsyncIterable<T> | ReadableStream<T> | (Iterable<T> & object);
