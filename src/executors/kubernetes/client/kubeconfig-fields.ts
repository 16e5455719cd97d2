import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import type { Pem } from './cluster-access.ts';
import { fieldOf } from './json-fields.ts';
import { KubeconfigError } from './kubeconfig-error.ts';
import type { TrustedOrigin } from './trusted-origin.ts';

/**
 * A field that is text, and `undefined` where it is absent or empty.
 * @param place where the fields stand, for the message
 * @throws {KubeconfigError} when it is something else
 */
export function textField(fields: unknown, name: string, place: string): string | undefined {
  const value = fieldOf(fields, name);
  if (value === undefined || value === null || value === '') return undefined;
  // Not what it is: it may be a secret.
  if (typeof value !== 'string') throw new KubeconfigError(`${place}.${name} must be text. Put it in quotes.`);
  return value;
}

/** A field that is true or false; absent is false. @throws {KubeconfigError} */
export function flagField(fields: unknown, name: string, place: string): boolean {
  const value = fieldOf(fields, name) ?? false;
  if (typeof value !== 'boolean') throw new KubeconfigError(`${place}.${name} must be true or false.`);
  return value;
}

/**
 * PEM in the field `name-data` (base64), or in the file that the field `name` names.
 * @throws {KubeconfigError} for what is no PEM, and for a file where no files may be named
 */
export function pemField(
  fields: unknown,
  name: string,
  { place, trusted }: { readonly place: string; readonly trusted: TrustedOrigin | undefined },
): Pem | undefined {
  const inline = textField(fields, `${name}-data`, place);
  if (inline !== undefined) return { type: 'inline', pem: decodePem(inline, `${place}.${name}-data`) };
  const file = fileField(fields, name, { place, trusted, instead: `Put its content into ${name}-data` });
  return file === undefined ? undefined : { type: 'file', file };
}

/** A path in a field, made absolute. @throws {KubeconfigError} where no files may be named */
export function fileField(
  fields: unknown,
  name: string,
  options: { readonly place: string; readonly trusted: TrustedOrigin | undefined; readonly instead: string },
): string | undefined {
  const file = textField(fields, name, options.place);
  if (file === undefined) return undefined;
  if (options.trusted === undefined) {
    throw refusal(`${options.place}.${name}`, 'names a file of the server', options.instead);
  }
  return path.resolve(options.trusted.directory, file);
}

/** The refusal of a field in a kubeconfig that came by the API. */
export function refusal(field: string, does: string, instead: string): KubeconfigError {
  return new KubeconfigError(
    `${field} ${does}, which a kubeconfig that comes by the API may not do. ${instead} ` +
      '(kubectl config view --raw --minify --flatten puts files inline), or name the cluster in the configuration of the server.',
  );
}

/** Decodes base64 of PEM. @throws {KubeconfigError} */
function decodePem(base64: string, field: string): string {
  const compact = base64.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw new KubeconfigError(`${field} is not base64.`);
  const pem = Buffer.from(compact, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN ')) {
    throw new KubeconfigError(`${field} is base64 of something that is no PEM: it should begin with "-----BEGIN".`);
  }
  return pem;
}

/** Sees that PEM holds a certificate that can be read. Files are looked at when they are opened. @throws {KubeconfigError} */
export function checkCertificate(source: Pem | undefined, field: string): void {
  if (source === undefined || source.type === 'file') return;
  try {
    void new X509Certificate(source.pem);
  } catch (cause) {
    throw new KubeconfigError(`${field} holds no certificate that can be read.`, { cause });
  }
}
