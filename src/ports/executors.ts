import type { ExecutorKind } from '../core/cluster.ts';
import type { ClusterUid } from '../core/command-id.ts';
import type { Executor } from './executor.ts';

/** An executor, and what it is called where people read of it. */
export interface NamedExecutor {
  readonly name: string;
  readonly executor: Executor;
}

/** The executors that a worker has: one for all clusters of a kind, or one for each cluster. */
export interface Executors {
  /** The executor of a cluster; `undefined` where this worker has none for it. */
  of(kind: ExecutorKind, cluster: ClusterUid): Promise<Executor | undefined>;
  /** Every one that commands of this worker may have run with: what the sweep goes through. */
  all(): Promise<readonly NamedExecutor[]>;
}

/** Executors that each serve every cluster of their kind. */
export function executorsByKind(executors: ReadonlyMap<ExecutorKind, Executor>): Executors {
  const named = [...executors].map(([name, executor]) => ({ name, executor }));
  return { of: async (kind) => executors.get(kind), all: async () => named };
}
