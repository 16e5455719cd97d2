import type { Credential } from './credentials.ts';
import { KubernetesError } from './kubernetes-error.ts';
import type { Line } from './line.ts';

/** The API server's own trouble is waited out so often … */
const mostRepeats = 4;
/** … and each time no longer than this, whatever it asks for. */
const mostWaitMs = 10_000;
const firstWaitMs = 250;

/**
 * Does `attempt` again where the answer says that it may: after 429 (nothing was done), after 503 where `isRepeatable`,
 * and once with new credentials after 401.
 * @throws the last attempt's error, or the signal's reason
 */
export async function persist<T>(
  line: Line,
  { isRepeatable, signal }: { readonly isRepeatable: boolean; readonly signal: AbortSignal },
  attempt: (credential: Credential) => Promise<T>,
): Promise<T> {
  let repeats = 0;
  let hasRenewed = false;
  for (;;) {
    const credential = await line.credentials.current(signal);
    try {
      return await attempt(credential);
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error.code === 401 && !hasRenewed) {
        hasRenewed = true;
        if (await line.credentials.renewed(credential, signal)) continue;
      }
      const isBusy = error.code === 429 || (error.code === 503 && isRepeatable);
      if (!isBusy || repeats === mostRepeats) throw error;
      const waitMs = error.retryAfterMs ?? firstWaitMs * 2 ** repeats;
      repeats += 1;
      await line.clock.sleep(Math.min(waitMs, mostWaitMs), signal);
      signal.throwIfAborted();
    }
  }
}
