import type { ClusterAccess } from '../../../src/executors/kubernetes/client/cluster-access.ts';
import { createKubernetesClient } from '../../../src/executors/kubernetes/client/create-kubernetes-client.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { systemClock } from '../../../src/main/system-clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';

/** A client as the server makes it. */
export function clientOf(access: ClusterAccess, clock: Clock = systemClock): KubernetesClient {
  return createKubernetesClient({ access, clock, userAgent: 'longarm/test' });
}

/** The signal of somebody who never gives up. */
export const patient: AbortSignal = new AbortController().signal;
