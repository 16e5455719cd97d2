import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is not `undefined`, ten times a second.
 * @param what finishes the sentence "… did not come about within N s", with a hint where to look
 * @throws {Error} after `limitMs`, with the last thing that `look` threw as its cause; or when aborted
 */
export async function eventually<T>(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(100, undefined, { signal });
  }
  throw new Error(`${what} did not come about within ${limitMs / 1000} s.`, { cause });
}
