import { createHash } from 'node:crypto';
import type { Launch } from '../../../core/launch.ts';
import { type TarMember, writeTar } from './tar-writer.ts';

/** How text and files of a command come into its pod. */
export type PodPayload =
  /** In the pod itself: a text that is small and comes alone. */
  | { readonly from: 'inline'; readonly text: string }
  /** In a Secret, which the kubelet mounts. */
  | { readonly from: 'secret'; readonly archive: Buffer }
  /** By exec, before the command is let begin. */
  | { readonly from: 'upload'; readonly archive: Buffer; readonly sha256: string };

/** Linux takes at most 128 KiB in one argument; the rest is left to what the pod's template adds to the whole. */
const inlineLimitBytes = 64 * 1024;
/** A Secret holds at most 1 MiB of data (Kubernetes, `MaxSecretSize`). */
const secretLimitBytes = 1_000_000;

/** Where the command's cluster credentials are in its container, where it has been given any. */
export const kubeconfigPath = 'in/kubeconfig';

/** Decides how a command's text, files and token come into its pod. A token never stands in the pod itself. */
export function packPayload(launch: Launch): PodPayload {
  const { text, files, clusterToken } = launch;
  if (files.length === 0 && clusterToken === undefined && Buffer.byteLength(text) <= inlineLimitBytes) {
    return { from: 'inline', text };
  }
  const members: TarMember[] = [{ path: 'in/command', mode: 0o600, bytes: Buffer.from(text) }];
  if (clusterToken !== undefined) {
    members.push({ path: kubeconfigPath, mode: 0o600, bytes: Buffer.from(tokenKubeconfig(clusterToken)) });
  }
  members.push(...files.map(({ path, mode, bytes }) => ({ path: `files/${path}`, mode, bytes })));
  const archive = writeTar(members);
  if (archive.length <= secretLimitBytes) return { from: 'secret', archive };
  return { from: 'upload', archive, sha256: createHash('sha256').update(archive).digest('hex') };
}

/** A kubeconfig for the pod's own cluster with the caller's token. JSON is YAML. */
function tokenKubeconfig(token: string): string {
  const cluster = {
    server: 'https://kubernetes.default.svc',
    'certificate-authority': `${serviceAccountDirectory}/ca.crt`,
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'caller', user: { token } }],
    contexts: [{ name: 'caller', context: { cluster: 'cluster', user: 'caller' } }],
    'current-context': 'caller',
  });
}

/** Where Kubernetes programs look for what the cluster gives a pod. */
export const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';
