import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK_RSA_Public,
  type JWK_RSA_Private,
} from 'jose';
import type { Instant } from '../core/instant.ts';
import type { SigningKey } from '../ports/signing-keys.ts';

/** The algorithm of our own tokens: the one that every validator of Entra tokens knows. */
export const signingAlgorithm = 'RS256';

/** A signing key, ready for use. */
export interface LoadedKey {
  readonly id: string;
  readonly createdAt: Instant;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK_RSA_Public;
}

/** Makes a 2048-bit RSA key. Its id is its thumbprint (RFC 7638), so two keys never share one. */
export async function newSigningKey(now: Instant): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { modulusLength: 2048, extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { id: await calculateJwkThumbprint(privateJwk), privateJwk: { ...privateJwk }, createdAt: now };
}

/**
 * Makes a stored key ready for use.
 * @throws {Error} when what is stored is not an RSA key; the message names the key.
 */
export async function loadSigningKey(stored: SigningKey): Promise<LoadedKey> {
  const member = (name: string): string => {
    const value = stored.privateJwk[name];
    if (typeof value === 'string') return value;
    throw new Error(`The stored signing key ${stored.id} has no '${name}'. Remove it: another will be made.`);
  };
  const modulus = { n: member('n'), e: member('e') };
  const secrets = {
    d: member('d'),
    p: member('p'),
    q: member('q'),
    dp: member('dp'),
    dq: member('dq'),
    qi: member('qi'),
  };
  const privateJwk: JWK_RSA_Private & { kty: 'RSA' } = { kty: 'RSA', ...modulus, ...secrets };
  const privateKey = await importJWK(privateJwk, signingAlgorithm);
  if (privateKey instanceof Uint8Array) throw new Error(`The stored signing key ${stored.id} is no key pair.`);
  return { id: stored.id, createdAt: stored.createdAt, privateKey, publicJwk: modulus };
}
