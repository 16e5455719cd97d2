import { ArmError } from './arm-error.ts';
import type { ClientClock } from './client-clock.ts';
import { numberOf, objectOf, textOf } from './json-fields.ts';

/** How long to try for a token, in milliseconds, and when to stop. */
export interface TokenOptions {
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where bearer tokens come from. */
export interface Credential {
  /** A token that is good for at least another minute, as far as is known. */
  token(options: TokenOptions): Promise<string>;
  /** The token was refused. @returns whether `token` can now give another one. */
  renew(): boolean;
}

/** A token that the user brought: it is what it is. */
export function givenToken(token: string): Credential {
  return { token: () => Promise.resolve(token), renew: () => false };
}

/** Identity and secret of a client that is registered at the endpoint's own token endpoint. */
export interface ClientSecret {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Posts a form and gives the answer's JSON. */
export type PostForm = (path: string, form: string, options: TokenOptions) => Promise<unknown>;

const spareMs = 60_000;

/** Azure's own audience: good whatever name the endpoint is called by, also where that is not its public URL. */
const armScope = 'https://management.azure.com/.default';

/**
 * Tokens by client credentials (RFC 6749 §4.4) from the endpoint's `/{tenantId}/oauth2/v2.0/token`, kept until shortly
 * before they expire.
 */
export function clientCredential(
  { tenantId, clientId, clientSecret }: ClientSecret,
  clock: ClientClock,
  postForm: PostForm,
): Credential {
  const path = `/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: armScope,
  }).toString();
  let kept: { readonly token: Promise<string>; expiresMs: number } | undefined;

  async function fetchToken(options: TokenOptions, expire: (atMs: number) => void): Promise<string> {
    const answer = objectOf(await postForm(path, form, options));
    const token = textOf(answer, 'access_token');
    if (token === undefined) {
      throw new ArmError('The token endpoint answered without an access_token.', { code: 'InvalidAnswer' });
    }
    expire(clock.monotonicMs() + (numberOf(answer, 'expires_in') ?? 300) * 1000 - spareMs);
    return token;
  }

  return {
    token: async (options) => {
      if (kept !== undefined && clock.monotonicMs() < kept.expiresMs) return kept.token;
      const fresh = {
        expiresMs: Number.POSITIVE_INFINITY,
        token: fetchToken(options, (atMs) => {
          fresh.expiresMs = atMs;
        }),
      };
      kept = fresh;
      try {
        return await fresh.token;
      } catch (error) {
        if (kept === fresh) kept = undefined;
        throw error;
      }
    },
    renew: () => {
      kept = undefined;
      return true;
    },
  };
}
