import type { KubernetesClient } from '../client/kubernetes-client.ts';
import { minorVersion } from '../image.ts';

/** From this minor version on, an exec tells how it ended (`v5.channel.k8s.io`). */
const oldestMinor = 30;

/** The cluster's minor version, in digits. @throws where it is too old, and where it cannot be asked. */
export async function supportedMinor(client: KubernetesClient, signal: AbortSignal): Promise<string> {
  const minor = await minorVersion({ client }, signal);
  if (Number(minor) >= oldestMinor) return minor;
  throw new Error(
    `The cluster has Kubernetes 1.${minor}, and commands run in pods from 1.${oldestMinor} on. Upgrade it.`,
  );
}
