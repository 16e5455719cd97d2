import { type Instant, parseRfc3339 } from '../../../core/instant.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { NoCredentials } from './kubernetes-error.ts';

/** What an exec plugin gave. */
export interface PluginCredential {
  readonly token: string | undefined;
  readonly certificate: { readonly certificate: string; readonly key: string } | undefined;
  /** When it is no longer good; `undefined` means until it is refused. */
  readonly expiresAt: Instant | undefined;
}

/**
 * Parses the `ExecCredential` that a plugin prints.
 * @param plugin says which one, for the message
 * @throws {NoCredentials} for anything else; the message quotes nothing of it, because it may hold secrets
 */
export function parsePluginCredential(text: string, apiVersion: string, plugin: string): PluginCredential {
  const printed = parseJson(text);
  if (textOf(printed, 'kind') !== 'ExecCredential') {
    throw new NoCredentials(`${plugin} printed something that is no ExecCredential. Run it by hand to see what.`);
  }
  const version = textOf(printed, 'apiVersion');
  if (version !== apiVersion) {
    throw new NoCredentials(
      `${plugin} printed an ExecCredential of ${version}, and the kubeconfig says ${apiVersion}. Make them the same.`,
    );
  }
  const status = fieldOf(printed, 'status');
  const token = textOf(status, 'token')?.trim();
  const certificate = textOf(status, 'clientCertificateData');
  const key = textOf(status, 'clientKeyData');
  if ((certificate === undefined) !== (key === undefined)) {
    throw new NoCredentials(`${plugin} printed a client certificate without its key, or a key without certificate.`);
  }
  if ((token === undefined || token === '') && certificate === undefined) {
    throw new NoCredentials(`${plugin} printed neither a token nor a client certificate.`);
  }
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token)) {
    throw new NoCredentials(`${plugin} printed a token with characters that none has.`);
  }
  const expires = textOf(status, 'expirationTimestamp');
  const expiresAt = expires === undefined ? undefined : parseRfc3339(expires);
  if (expires !== undefined && expiresAt === undefined) {
    throw new NoCredentials(`${plugin} printed an expirationTimestamp that is no RFC 3339 time.`);
  }
  return {
    token: token === '' ? undefined : token,
    certificate: certificate === undefined || key === undefined ? undefined : { certificate, key },
    expiresAt,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Told as what it is: no ExecCredential.
  }
}
