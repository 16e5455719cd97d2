import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Instant, toRfc3339 } from '../../core/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import { CertificateError } from './certificate-error.ts';
import { periodOf } from './validity.ts';

/** Certificates that the operator brought. */
export interface GivenCertificates {
  /** The server's certificate, then those of its issuers, as in the file. */
  readonly certPem: string;
  readonly keyPem: string;
  /** When the server's certificate ends. */
  readonly notAfter: Instant;
}

/**
 * Reads the certificate chain and private key that the operator names.
 * @throws {CertificateError} when a file cannot be read or is not PEM, the key has a passphrase or is another
 * certificate's, or the certificate does not hold now.
 */
export async function loadCertificates(options: {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clock: Clock;
}): Promise<GivenCertificates> {
  const { certFile, keyFile } = options;
  const certPem = await readPem(certFile, 'certificate');
  const keyPem = await readPem(keyFile, 'private key');
  const certificate = parseCertificate(certPem, certFile);
  if (!certificate.checkPrivateKey(parseKey(keyPem, keyFile))) {
    throw new CertificateError(
      `The private key in ${keyFile} is not that of the first certificate in ${certFile}. ` +
        `In a chain the server's own certificate comes first.`,
    );
  }
  const { notBefore, notAfter } = periodOf(certificate);
  const now = options.clock.now();
  if (now < notBefore || now >= notAfter) {
    throw new CertificateError(
      `The certificate in ${certFile} holds from ${toRfc3339(notBefore)} until ${toRfc3339(notAfter)}; ` +
        `it is now ${toRfc3339(now)}. Renew it, or set the machine's clock.`,
    );
  }
  return { certPem, keyPem, notAfter };
}

async function readPem(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CertificateError(`The ${what} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new CertificateError(`${file} is not a certificate in PEM: ${messageOf(cause)}`, { cause });
  }
}

function parseKey(pem: string, file: string): KeyObject {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw new CertificateError(`The private key in ${file} has a passphrase. Give one without; its mode may be 0600.`);
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new CertificateError(`${file} is not a private key in PEM: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
