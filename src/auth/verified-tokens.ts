import { hash } from 'node:crypto';
import type { Instant } from '../core/instant.ts';
import type { Principal } from '../core/principal.ts';
import type { Clock } from '../ports/clock.ts';

const lifeMs = 60_000;

interface Entry {
  readonly principal: Principal;
  readonly expiresAt: Instant;
  readonly rememberedAtMs: number;
}

/**
 * Tokens that were verified a moment ago, so that a client which polls does not cost a signature check each time. A
 * token is kept as its SHA-256 only, for a minute at most and never past its expiry.
 */
export interface VerifiedTokens {
  find(token: string): Principal | undefined;
  remember(token: string, principal: Principal, expiresAt: Instant): void;
}

/** An empty memory of at most `capacity` tokens; beyond it the oldest is forgotten. */
export function createVerifiedTokens(clock: Clock, capacity = 10_000): VerifiedTokens {
  const entries = new Map<string, Entry>();
  const digest = (token: string) => hash('sha256', token, 'base64');
  return {
    find(token) {
      const key = digest(token);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (clock.now() < entry.expiresAt && clock.monotonicMs() - entry.rememberedAtMs < lifeMs) return entry.principal;
      entries.delete(key);
      return undefined;
    },
    remember(token, principal, expiresAt) {
      const [oldest] = entries.keys();
      if (entries.size >= capacity && oldest !== undefined) entries.delete(oldest);
      entries.set(digest(token), { principal, expiresAt, rememberedAtMs: clock.monotonicMs() });
    },
  };
}
