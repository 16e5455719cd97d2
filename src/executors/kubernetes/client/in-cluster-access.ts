import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClusterAccess, Environment } from './cluster-access.ts';
import { KubeconfigError } from './kubeconfig-error.ts';

const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The access of a server that runs in the cluster itself, as the service account of its pod.
 * @param environment of the process, for `KUBERNETES_SERVICE_HOST` and `_PORT`
 * @param directory where the service account is mounted
 * @throws {KubeconfigError} when this is no pod, or one without a service account
 */
export async function inClusterAccess(environment: Environment, directory: string = mounted): Promise<ClusterAccess> {
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '';
  const server = URL.parse(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  if (host === '' || port === '' || server === null) {
    throw new KubeconfigError(
      'This is no pod of a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set. Give a kubeconfig.',
    );
  }
  const file = (name: string): string => path.join(directory, name);
  return {
    server,
    certificateAuthority: { type: 'file', file: file('ca.crt') },
    tlsServerName: undefined,
    verifiesServer: true,
    proxy: undefined,
    clientCertificate: undefined,
    bearer: { type: 'token-file', file: file('token') },
    namespace: (await readNamespace(file('namespace'))).trim(),
  };
}

async function readNamespace(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KubeconfigError(
      `This pod has no service account: ${file} cannot be read (${String(cause)}). Set automountServiceAccountToken, or give a kubeconfig.`,
      { cause },
    );
  }
}
