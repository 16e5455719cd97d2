import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Bearer, ClientCertificate, ClusterAccess } from './cluster-access.ts';
import { fieldOf } from './json-fields.ts';
import { KubeconfigError } from './kubeconfig-error.ts';
import { execPluginOf } from './kubeconfig-exec.ts';
import { checkCertificate, fileField, pemField, refusal, textField } from './kubeconfig-fields.ts';
import type { TrustedOrigin } from './trusted-origin.ts';

/** What reading a user needs beside its own fields. */
export interface UserContext {
  readonly trusted: TrustedOrigin | undefined;
  /** The fields of the cluster, for exec plugins that ask for them. */
  readonly cluster: unknown;
}

const impersonation = ['as', 'as-groups', 'as-uid', 'as-user-extra'] as const;

/** Reads the `user` part of a kubeconfig. @throws {KubeconfigError} */
export function userFields(
  fields: unknown,
  place: string,
  context: UserContext,
): Pick<ClusterAccess, 'clientCertificate' | 'bearer'> {
  if (fieldOf(fields, 'auth-provider') !== undefined) {
    throw new KubeconfigError(
      `${place}.auth-provider is no longer supported, by kubectl neither (since 1.26). Use the exec plugin of the provider, or a token.`,
    );
  }
  if (textField(fields, 'username', place) !== undefined || fieldOf(fields, 'password') !== undefined) {
    throw new KubeconfigError(
      `${place} has username and password, which Kubernetes no longer accepts (since 1.19). Use a token or a client certificate.`,
    );
  }
  for (const name of impersonation) {
    if (fieldOf(fields, name) === undefined) continue;
    throw new KubeconfigError(
      `${place}.${name} asks for impersonation, which Longarm does not do. Give credentials of the user or service account itself.`,
    );
  }
  return { clientCertificate: certificateOf(fields, place, context.trusted), bearer: bearerOf(fields, place, context) };
}

function bearerOf(fields: unknown, place: string, context: UserContext): Bearer {
  const { trusted } = context;
  // The order is kubectl's: a file before a token, and both before a plugin.
  const file = fileField(fields, 'tokenFile', { place, trusted, instead: 'Put its content into token' });
  if (file !== undefined) return { type: 'token-file', file };
  const token = textField(fields, 'token', place);
  if (token !== undefined) return { type: 'token', token: tokenOf(token, `${place}.token`) };
  const exec = fieldOf(fields, 'exec');
  if (exec === undefined || exec === null) return { type: 'none' };
  if (trusted === undefined)
    throw refusal(`${place}.exec`, 'runs a program on the server', 'Give a token or a client certificate');
  return { type: 'exec-plugin', plugin: execPluginOf(exec, `${place}.exec`, trusted, context.cluster) };
}

function tokenOf(text: string, field: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new KubeconfigError(`${field} is no token: it has spaces or other characters that none has.`);
  return token;
}

function certificateOf(
  fields: unknown,
  place: string,
  trusted: TrustedOrigin | undefined,
): ClientCertificate | undefined {
  const certificate = pemField(fields, 'client-certificate', { place, trusted });
  const key = pemField(fields, 'client-key', { place, trusted });
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined) throw new KubeconfigError(`${place} has a client-key and no client-certificate.`);
  if (key === undefined) throw new KubeconfigError(`${place} has a client-certificate and no client-key.`);
  checkCertificate(certificate, `${place}.client-certificate-data`);
  if (certificate.type === 'inline' && key.type === 'inline') checkPair(certificate.pem, key.pem, place);
  return { certificate, key };
}

function checkPair(certificate: string, key: string, place: string): void {
  let fits: boolean;
  try {
    fits = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new KubeconfigError(`${place}.client-key-data holds no private key that can be read.`, { cause });
  }
  if (!fits) throw new KubeconfigError(`${place}.client-key-data is not the key of client-certificate-data.`);
}
