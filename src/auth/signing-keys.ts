import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, type LocalJWKSet } from 'jose';
import { type Instant, msBetween } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { SigningKey } from '../ports/signing-keys.ts';
import type { Store } from '../ports/store.ts';
import { type LoadedKey, loadSigningKey, newSigningKey, signingAlgorithm } from './signing-key.ts';

const minuteMs = 60_000;

/** How long a token of ours is good. */
export const tokenLifeMs = 60 * minuteMs;

/** How long a key signs new tokens. */
export const signingKeyLifeMs = 30 * 24 * 60 * minuteMs;

/** How long another process may go on with the keys it knows. */
const freshMs = 5 * minuteMs;

/** From a key's successor until no token signed by it can be good, with a reserve for clocks that differ. */
const retiredKeyLifeMs = tokenLifeMs + freshMs + 10 * minuteMs;

/** The keys that sign our own tokens, and prove them. */
export interface SigningKeyRing {
  /** The key to sign with; made on first use and when the newest has signed for 30 days. */
  signer(): Promise<LoadedKey>;
  /** The public keys of all tokens that may still be good. */
  keySet(): Promise<JSONWebKeySet>;
  /** Finds the public key that a token of ours names. Keys of other processes on the same store are found too. */
  readonly keyFor: JWTVerifyGetKey;
}

interface Known {
  /** Newest first. */
  readonly keys: readonly LoadedKey[];
  readonly publicKeys: JSONWebKeySet;
  readonly find: LocalJWKSet;
  readonly atMs: number;
}

/**
 * The signing keys in the store. Several processes may share it: whether a new key is due is decided again inside the
 * transaction that adds it, so that two never rotate at once.
 */
export function createSigningKeyRing(options: { readonly store: Store; readonly clock: Clock }): SigningKeyRing {
  const { store, clock } = options;
  let known: Known | undefined;
  let turning: Promise<Known> | undefined;

  const load = async (stored: readonly SigningKey[]): Promise<Known> => {
    const keys = await Promise.all(stored.map(loadSigningKey));
    const publicKeys = { keys: keys.map(toPublicKey) };
    known = { keys, publicKeys, find: createLocalJWKSet(publicKeys), atMs: clock.monotonicMs() };
    return known;
  };

  const readStored = () => store.read(({ signingKeys }) => signingKeys.signingKeys());

  /** Reads the keys, and rotates where that is due. */
  const turn = async (): Promise<Known> => {
    const stored = await readStored();
    if (!isDue(stored, clock.now()) && retired(stored, clock.now()).length === 0) return load(stored);
    // Made before the transaction: that one must wait for nothing but the store.
    const fresh = isDue(stored, clock.now()) ? await newSigningKey(clock.now()) : undefined;
    const turned = await store.write(async ({ signingKeys }) => {
      const present = await signingKeys.signingKeys();
      if (fresh !== undefined && isDue(present, clock.now())) await signingKeys.addSigningKey(fresh);
      for (const key of retired(present, clock.now())) await signingKeys.removeSigningKey(key.id);
      return signingKeys.signingKeys();
    });
    return load(turned);
  };

  const current = async (): Promise<Known> => {
    const isFresh = known !== undefined && clock.monotonicMs() - known.atMs < freshMs;
    if (known !== undefined && isFresh && !isDue(known.keys, clock.now())) return known;
    turning ??= turn().finally(() => {
      turning = undefined;
    });
    return turning;
  };

  return {
    async signer() {
      const [newest] = (await current()).keys;
      if (newest === undefined) throw new Error('The store kept no signing key, although one was just added.');
      return newest;
    },
    async keySet() {
      return (await current()).publicKeys;
    },
    async keyFor(header, token) {
      const { find } = await current();
      try {
        return await find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // Another process may have added it a moment ago.
        return (await load(await readStored())).find(header, token);
      }
    },
  };
}

interface Aged {
  readonly createdAt: Instant;
}

function isDue([newest]: readonly Aged[], now: Instant): boolean {
  return newest === undefined || msBetween(newest.createdAt, now) >= signingKeyLifeMs;
}

/** The keys whose successor has signed for so long that none of their tokens can be good. */
function retired(newestFirst: readonly SigningKey[], now: Instant): readonly SigningKey[] {
  return newestFirst.filter((_, index) => {
    const successor = index === 0 ? undefined : newestFirst[index - 1];
    return successor !== undefined && msBetween(successor.createdAt, now) > retiredKeyLifeMs;
  });
}

function toPublicKey(key: LoadedKey) {
  return { kty: 'RSA' as const, ...key.publicJwk, kid: key.id, use: 'sig', alg: signingAlgorithm };
}
