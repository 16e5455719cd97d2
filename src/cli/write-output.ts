import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Whoever read our output went away (`longarm output … | head`). */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/**
 * Writes and waits until there is room for more, so that a slow reader slows the server down and not our memory up.
 * @throws {OutputClosed} where nobody reads any more; the stream's error otherwise.
 */
export async function writeOutput(stream: Writable, chunk: Uint8Array | string, signal?: AbortSignal): Promise<void> {
  if (stream.destroyed || stream.errored !== null) throw closed(stream.errored);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hasRoom = stream.write(chunk, (error) => (error ? reject(closed(error)) : resolve()));
  // A failure that nobody waits for here shows at the next write, or when all is flushed.
  promise.catch(() => undefined);
  if (hasRoom) return;
  await Promise.race([promise, once(stream, 'drain', signal === undefined ? {} : { signal })]).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      throw closed(error);
    },
  );
}

/** Waits until all that was written has left this process. @throws {OutputClosed} */
export async function flushOutput(stream: Writable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.write('', (error) => (error ? reject(closed(error)) : resolve()));
  await promise;
}

function closed(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isGone =
    error === null || code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_WRITE_AFTER_END';
  return isGone ? new OutputClosed('The reader of the output went away.', { cause: error }) : error;
}
