import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Clock } from '../../src/ports/clock.ts';

/** A key pair under a name, and tokens signed with it. */
export interface Forge {
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
  /** Signs claims; issuer, audience and times are as given in `claims`, else good. */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

/** Makes a forge whose tokens are from `issuer` for `audience` unless the claims say otherwise. */
export async function createForge(
  kid: string,
  clock: Clock,
  defaults: { readonly issuer: string; readonly audience: string },
  alg = 'RS256',
): Promise<Forge> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    publicJwk,
    privateKey,
    sign(claims, header = {}) {
      const now = Math.trunc(clock.now() / 1000);
      const good = { iss: defaults.issuer, aud: defaults.audience, sub: 'somebody', nbf: now, exp: now + 3600 };
      return new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
    },
  };
}

/** The header and claims of a token, changed, with its old signature (or another). */
export function tamper(
  token: string,
  change: { header?: Record<string, unknown>; claims?: Record<string, unknown>; signature?: string },
): string {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return [mergeInto(header, change.header), mergeInto(claims, change.claims), change.signature ?? signature].join('.');
}

function mergeInto(part: string, change: Record<string, unknown> | undefined): string {
  if (change === undefined) return part;
  const old: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
  return Buffer.from(JSON.stringify(Object.assign({}, old, change))).toString('base64url');
}
