import type { KubernetesRoom } from './room.ts';

/**
 * The image of commands for which nobody named one: a public one that has `sh`, `kubectl`, `helm` and `jq`, of the
 * cluster's own minor version. Named by tag, so that what runs can be told from the pod.
 */
export function publicImage(minor: string): string {
  return `docker.io/alpine/k8s:1.${minor}.0`;
}

/** The cluster's minor version, in digits. @throws what the cluster says, or that it says no version. */
export async function minorVersion(room: Pick<KubernetesRoom, 'client'>, signal: AbortSignal): Promise<string> {
  const answer = (await room.client.request({ method: 'GET', path: '/version' }, signal)) as {
    readonly minor?: string;
  };
  // Some vendors write `30+`.
  const minor = /^\d+/.exec(answer.minor ?? '')?.[0];
  if (minor === undefined) throw new Error(`The cluster does not say which version it has: ${JSON.stringify(answer)}.`);
  return minor;
}
