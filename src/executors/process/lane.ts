import type { ClusterUid } from '../../core/command-id.ts';

/** How the commands of one cluster are run on this machine. */
export interface ProcessLane {
  /** What is set for its commands, `KUBECONFIG` above all. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user that its commands run as, where the server is root. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * The lane of a cluster, or `undefined` for one that may not run processes here: only clusters that the server's own
 * configuration names may.
 */
export type LaneOf = (clusterUid: ClusterUid) => ProcessLane | undefined;
