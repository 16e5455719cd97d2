import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';

/** A certificate and its private key, kept in one file so that the two can never be of different make. */
export interface KeyPair {
  readonly certificate: X509Certificate;
  readonly certPem: string;
  readonly key: KeyObject;
  readonly keyPem: string;
}

/** A fresh ECDSA P-256 private key: small, quick to make, and taken by every TLS client of the last decade. */
export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** Brings a private key and the certificate for it together. */
export function toKeyPair(certPem: string, key: KeyObject): KeyPair {
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { certificate: new X509Certificate(certPem), certPem, key, keyPem };
}

/** The text of a key pair's file: key first, then certificate. */
export function formatKeyPair(pair: KeyPair): string {
  return pair.keyPem + pair.certPem;
}

/**
 * Reads what `formatKeyPair` wrote.
 * @throws {CertificateError} when the text is something else, or key and certificate do not belong together.
 */
export function parseKeyPair(text: string, file: string): KeyPair {
  const certPem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text)?.[0];
  const keyPem = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text)?.[0];
  if (certPem === undefined || keyPem === undefined) {
    throw new CertificateError(`${file} does not hold a private key and a certificate in PEM.`);
  }
  try {
    const pair = toKeyPair(certPem, createPrivateKey(keyPem));
    if (!pair.certificate.checkPrivateKey(pair.key)) {
      throw new CertificateError('the private key is not that of the certificate.');
    }
    return pair;
  } catch (cause) {
    throw new CertificateError(`${file} is damaged: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
