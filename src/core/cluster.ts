import type { ClusterUid } from './command-id.ts';
import type { Instant } from './instant.ts';
import type { Limits } from './limits.ts';
import type { ClusterAddress } from './resource-id.ts';

/** The way a cluster's commands are run. */
export type ExecutorKind = 'process' | 'scripted';

/** The shell that runs a command's text. */
export type Shell = 'sh' | 'bash';

/** Where a cluster was declared: only the server's own configuration may use the process lane. */
export type ClusterOrigin = 'configuration' | 'api';

/** The limits that a cluster may set in place of the server's. */
export type ClusterLimits = Partial<Limits>;

/** A managed cluster as Longarm knows it. */
export interface Cluster {
  readonly uid: ClusterUid;
  readonly address: ClusterAddress;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly origin: ClusterOrigin;
  readonly executor: ExecutorKind;
  readonly shell: Shell;
  /** Azure's own switch, `apiServerAccessProfile.disableRunCommand`. */
  readonly runCommandDisabled: boolean;
  /** Whether a non-zero exit is shown to ARM clients as a failure unless the request says otherwise. */
  readonly strict: boolean;
  readonly limits: ClusterLimits;
  readonly createdAt: Instant;
}
