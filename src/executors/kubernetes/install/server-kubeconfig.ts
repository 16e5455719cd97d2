import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { ClusterAccess } from '../client/cluster-access.ts';
import { KubeconfigError } from '../client/kubeconfig-error.ts';

/**
 * A kubeconfig of somebody else in the same cluster, everything inline: it reaches the API server as `access` does, and
 * shows `token`.
 * @throws {KubeconfigError} where the way there cannot be given to a server that verifies what it connects to.
 */
export async function kubeconfigWithToken(access: ClusterAccess, namespace: string, token: string): Promise<string> {
  if (!access.verifiesServer) {
    throw new KubeconfigError(
      'The kubeconfig says insecure-skip-tls-verify, and the server would send its token to whoever answers. Give certificate-authority-data instead.',
    );
  }
  if (access.proxy !== undefined) {
    throw new KubeconfigError(
      'The kubeconfig goes through proxy-url, which the server does not. Give an address of the API server that the server reaches itself.',
    );
  }
  const name = 'longarm';
  const cluster = {
    server: access.server.href.replace(/\/$/, ''),
    ...(access.tlsServerName === undefined ? {} : { 'tls-server-name': access.tlsServerName }),
    ...(await authorityOf(access)),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
  });
}

async function authorityOf({ certificateAuthority }: ClusterAccess): Promise<Record<string, string>> {
  if (certificateAuthority === undefined) return {};
  const pem =
    certificateAuthority.type === 'inline'
      ? certificateAuthority.pem
      : await readFile(certificateAuthority.file, 'utf8');
  return { 'certificate-authority-data': Buffer.from(pem, 'utf8').toString('base64') };
}
