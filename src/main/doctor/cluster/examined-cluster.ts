import type { Cluster } from '../../../core/cluster.ts';
import type { ClusterAccess } from '../../../executors/kubernetes/client/cluster-access.ts';
import type { KubernetesClient } from '../../../executors/kubernetes/client/kubernetes-client.ts';
import type { settingsOf } from '../../cluster-executors.ts';
import type { Finding } from '../finding.ts';

/** A cluster that commands run in as pods, and what it takes to look at it. */
export interface ExaminedCluster {
  readonly name: string;
  readonly shell: Cluster['shell'];
  readonly access: ClusterAccess;
  readonly client: KubernetesClient;
  readonly settings: ReturnType<typeof settingsOf>;
  /** Aborts when whoever waits gives up. */
  readonly signal: AbortSignal;
}

/** One look at a cluster. It may find several things, and throws nothing. */
export type ClusterCheck = (cluster: ExaminedCluster) => Promise<readonly Finding[]>;
