import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigVariable, variablesOfOther, variablesOfOwn } from '../../test/cluster/cluster-under-test.ts';
import { startCluster } from '../../test/cluster/one-node/start-cluster.ts';
import { stopCluster } from '../../test/cluster/one-node/stop-cluster.ts';

/** The cluster of one run of the tests. It is brought up when the first tier asks for it. */
export interface ClusterForTiers {
  /** What the tests are told of it. Brings it up the first time; once that failed, it fails at once. */
  variables(): Promise<Readonly<Record<string, string>>>;
  /** Takes it down if it was brought up. */
  takeDown(): Promise<void>;
}

const prefix = 'longarm-cluster-';

/** How long a cluster may take to go. */
const goneMs = 90_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process: it was killed before it could tidy.
  }
}

/** Clusters end with the run that brought them up, however it ends; files and cgroups of a killed one are left to us. */
async function removeStale(say: (line: string) => void): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    say(`removing what a killed run left in ${join(tmpdir(), name)}`);
    await stopCluster(join(tmpdir(), name), AbortSignal.timeout(goneMs));
  }
}

/**
 * The cluster for this run's tiers: the one that `LONGARM_TEST_KUBECONFIG` names, or one on this machine.
 * @param stop ends the building and starting of one
 */
export function clusterForTiers(stop: AbortSignal, say: (line: string) => void): ClusterForTiers {
  let state: string | undefined;
  let variables: Promise<Readonly<Record<string, string>>> | undefined;

  async function bringUp(): Promise<Readonly<Record<string, string>>> {
    await removeStale(say);
    state = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
    return variablesOfOwn(await startCluster({ stateDirectory: state, bound: true, signal: stop, say }));
  }

  return {
    variables: () => {
      const isOther = process.env[kubeconfigVariable] !== undefined;
      variables ??= isOther ? Promise.resolve(variablesOfOther(process.env)) : bringUp();
      return variables;
    },
    takeDown: async () => {
      if (state !== undefined) await stopCluster(state, AbortSignal.timeout(goneMs));
    },
  };
}
