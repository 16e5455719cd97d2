import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminKubeconfig, keysOf, nodeAddress, nodeName, type Place, serviceOfApiServer } from './layout.ts';
import { runProgram } from './run-program.ts';

/** Who a certificate is for: as a client, the common name is its user and the organisation its group. */
interface Subject {
  readonly commonName: string;
  readonly organisation?: string;
  /** The addresses and names of a server, as openssl writes them. */
  readonly subjectAltName?: string;
}

/** The clients besides the administrator that have a kubeconfig, by its file's name. */
const clients = {
  'kube-controller-manager': { commonName: 'system:kube-controller-manager' },
  'kube-scheduler': { commonName: 'system:kube-scheduler' },
  'kube-proxy': { commonName: 'system:kube-proxy' },
  kubelet: { commonName: `system:node:${nodeName}`, organisation: 'system:nodes' },
} as const satisfies Record<string, Subject>;

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];

async function certify(state: string, name: string, subject: Subject, signal: AbortSignal): Promise<void> {
  const keys = keysOf(state);
  const { commonName, organisation, subjectAltName } = subject;
  const authority = ['-CA', join(keys, 'ca.crt'), '-CAkey', join(keys, 'ca.key')];
  const extensions = ['basicConstraints=CA:false', 'extendedKeyUsage=clientAuth,serverAuth'];
  if (subjectAltName !== undefined) extensions.push(`subjectAltName=${subjectAltName}`);
  const named = `${organisation === undefined ? '' : `/O=${organisation}`}/CN=${commonName}`;
  const output = ['-keyout', join(keys, `${name}.key`), '-out', join(keys, `${name}.crt`)];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  await runProgram('openssl', ['req', '-x509', ...newKey, ...authority, '-subj', named, ...added, ...output], {
    signal,
  });
}

function writeKubeconfig(state: string, place: Place, name: string, file: string): void {
  const base64 = (of: string): string => readFileSync(join(keysOf(state), of)).toString('base64');
  const cluster = {
    server: `https://${nodeAddress(place)}:6443`,
    'certificate-authority-data': base64('ca.crt'),
  };
  const user = { 'client-certificate-data': base64(`${name}.crt`), 'client-key-data': base64(`${name}.key`) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'longarm-test', cluster }],
    users: [{ name, user }],
    contexts: [{ name: 'longarm-test', context: { cluster: 'longarm-test', user: name } }],
    'current-context': 'longarm-test',
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** The kubeconfig of one of the cluster's own clients. */
export const kubeconfigOf = (state: string, client: keyof typeof clients): string =>
  join(keysOf(state), `${client}.kubeconfig`);

/**
 * Makes a certificate authority and with it all keys, certificates and kubeconfigs of a cluster, good for 30 days.
 * @throws {Error} when openssl fails
 */
export async function makeKeys(state: string, place: Place, signal: AbortSignal): Promise<void> {
  const keys = keysOf(state);
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const authority = ['-keyout', join(keys, 'ca.key'), '-out', join(keys, 'ca.crt'), '-subj', '/CN=longarm-test-ca'];
  await runProgram('openssl', ['req', '-x509', ...newKey, ...authority], { signal });
  const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const tokens = join(keys, 'service-accounts');
  await runProgram('openssl', ['genpkey', ...curve, '-out', `${tokens}.key`], { signal });
  await runProgram('openssl', ['pkey', '-in', `${tokens}.key`, '-pubout', '-out', `${tokens}.pub`], { signal });

  const here = `IP:${nodeAddress(place)},IP:127.0.0.1`;
  const names = 'DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc';
  const subjects: Readonly<Record<string, Subject>> = {
    ...clients,
    admin: { commonName: 'longarm-test-admin', organisation: 'system:masters' },
    'kubelet-client': { commonName: 'kube-apiserver', organisation: 'system:masters' },
    'kube-apiserver': { commonName: 'kube-apiserver', subjectAltName: `${here},IP:${serviceOfApiServer},${names}` },
    'kubelet-server': { commonName: nodeName, subjectAltName: here },
  };
  for (const [name, subject] of Object.entries(subjects)) await certify(state, name, subject, signal);
  for (const name of Object.keys(clients)) writeKubeconfig(state, place, name, join(keys, `${name}.kubeconfig`));
  writeKubeconfig(state, place, 'admin', adminKubeconfig(state));
}
