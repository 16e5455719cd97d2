import { isIP } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import { createTokenBuckets } from './token-buckets.ts';

/** Who tries to sign in. */
export interface SignInAttempt {
  readonly clientId: string;
  /** The peer's IP address. */
  readonly address: string;
}

/**
 * Limits failed sign-ins: ten at once for one client from one address, fifty for one address, then one more every six
 * seconds, or every second. A client is counted together with the address, so that a stranger cannot lock it out from
 * elsewhere. Successful sign-ins cost nothing.
 */
export interface SignInLimits {
  /** How long this attempt must wait, in whole seconds; 0 where it may be made now. */
  waitSeconds(attempt: SignInAttempt): number;
  recordFailure(attempt: SignInAttempt): void;
}

/** Limits that begin with nobody having failed. They live in this process alone. */
export function createSignInLimits(clock: Clock): SignInLimits {
  const ofClients = createTokenBuckets(clock, { burst: 10, refillMs: 6_000, capacity: 10_000 });
  const ofAddresses = createTokenBuckets(clock, { burst: 50, refillMs: 1_000, capacity: 10_000 });
  const clientKey = (attempt: SignInAttempt) => `${networkOf(attempt.address)} ${attempt.clientId.slice(0, 64)}`;
  return {
    waitSeconds(attempt) {
      const waitMs = Math.max(ofClients.waitMs(clientKey(attempt)), ofAddresses.waitMs(networkOf(attempt.address)));
      return Math.ceil(waitMs / 1000);
    },
    recordFailure(attempt) {
      ofClients.take(clientKey(attempt));
      ofAddresses.take(networkOf(attempt.address));
    },
  };
}

/** The address itself, or for IPv6 its /64: that is what one host gets to choose from. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
