import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, type LocalJWKSet } from 'jose';
import { LongarmError } from '../core/error-code.ts';
import type { Clock } from '../ports/clock.ts';
import { type FetchJson, isFetchable } from './fetch-json.ts';

const deadlineMs = 5_000;
const freshMs = 60 * 60 * 1000;
const staleMs = 24 * 60 * 60 * 1000;
const coolDownMs = 30_000;
const failureCoolDownMs = 5_000;

interface Loaded {
  readonly keys: LocalJWKSet;
  readonly atMs: number;
}

/**
 * The public keys of an issuer elsewhere, found by OpenID Connect Discovery §4 or at `jwksUri`. They are fetched with
 * the first token, again after an hour, and again for an unknown `kid`, but never more than once in 30 seconds
 * (5 after a failure), whatever tokens strangers send. While the issuer does not answer, known keys are good for a day.
 * @throws {LongarmError} (when asked for a key) `ServiceUnavailable` where no keys can be had: the token may be good.
 */
export function createRemoteKeys(options: {
  readonly issuer: string;
  readonly jwksUri: string | undefined;
  readonly clock: Clock;
  readonly fetchJson: FetchJson;
}): JWTVerifyGetKey {
  const { issuer, clock } = options;
  let loaded: Loaded | undefined;
  let lastAttemptMs: number | undefined;
  let lastFailure: unknown;
  let loading: Promise<void> | undefined;

  const isCooling = () => {
    const waitMs = lastFailure === undefined ? coolDownMs : failureCoolDownMs;
    return lastAttemptMs !== undefined && clock.monotonicMs() - lastAttemptMs < waitMs;
  };
  const isYounger = (ageMs: number) => loaded !== undefined && clock.monotonicMs() - loaded.atMs < ageMs;

  /** Fetches unless it did so just now; callers that come together share one fetch. Never rejects. */
  const refresh = async (): Promise<void> => {
    if (loading === undefined && isCooling()) return;
    loading ??= (async () => {
      lastAttemptMs = clock.monotonicMs();
      try {
        loaded = { keys: await fetchKeys(options), atMs: clock.monotonicMs() };
        lastFailure = undefined;
      } catch (error) {
        // Kept for whoever is refused because of it.
        lastFailure = error;
      } finally {
        loading = undefined;
      }
    })();
    await loading;
  };

  return async (header, token) => {
    if (!isYounger(freshMs)) await refresh();
    if (loaded === undefined || !isYounger(staleMs)) throw unavailable(issuer, lastFailure);
    try {
      return await loaded.keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      return loaded.keys(header, token);
    }
  };
}

async function fetchKeys(options: {
  readonly issuer: string;
  readonly jwksUri: string | undefined;
  readonly fetchJson: FetchJson;
}): Promise<LocalJWKSet> {
  const signal = AbortSignal.timeout(deadlineMs);
  const jwksUri = options.jwksUri ?? (await discoverKeys(options.issuer, options.fetchJson, signal));
  const document = await options.fetchJson(jwksUri, signal);
  if (!isKeySet(document)) throw new Error(`${jwksUri} answered with something else than a key set.`);
  return createLocalJWKSet(document);
}

async function discoverKeys(issuer: string, fetchJson: FetchJson, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetchJson(url, signal);
  if (typeof document !== 'object' || document === null || !('issuer' in document) || !('jwks_uri' in document)) {
    throw new Error(`${url} answered with something else than an OpenID configuration.`);
  }
  // Discovery §4.3: the document must be about the very issuer that it was asked of.
  if (document.issuer !== issuer) throw new Error(`${url} speaks for another issuer, '${String(document.issuer)}'.`);
  if (typeof document.jwks_uri !== 'string' || !isFetchable(document.jwks_uri)) {
    throw new Error(`${url} names no https URL for the keys.`);
  }
  return document.jwks_uri;
}

function isKeySet(document: unknown): document is JSONWebKeySet {
  if (typeof document !== 'object' || document === null || !('keys' in document)) return false;
  return Array.isArray(document.keys) && document.keys.every((key) => typeof key === 'object' && key !== null);
}

function unavailable(issuer: string, cause: unknown): LongarmError {
  return new LongarmError(
    'ServiceUnavailable',
    `The keys of the issuer '${issuer}' cannot be had at the moment, so its tokens cannot be verified. Try again soon.`,
    { retryAfterSeconds: failureCoolDownMs / 1000, cause },
  );
}
