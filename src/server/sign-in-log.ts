import type { Logger } from 'pino';
import type { ErrorCode } from '../core/error-code.ts';
import type { Clock } from '../ports/clock.ts';

const quietMs = 10_000;

/** Logs refused sign-ins without letting whoever is refused fill the disk. */
export interface SignInLog {
  refused(facts: { readonly code: ErrorCode; readonly remoteAddress: string }): void;
}

/** At most a line in ten seconds; each says how many refusals there were since the one before. */
export function createSignInLog(clock: Clock, log: Logger): SignInLog {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return {
    refused: (facts) => {
      unsaid += 1;
      if (clock.monotonicMs() < quietUntilMs) return;
      log.warn({ ...facts, refusals: unsaid }, 'refused a token');
      quietUntilMs = clock.monotonicMs() + quietMs;
      unsaid = 0;
    },
  };
}
