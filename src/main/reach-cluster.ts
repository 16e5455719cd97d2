import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CliContext } from '../cli/context.ts';
import { UsageError } from '../cli/usage-error.ts';
import { type ClusterAccess, describeAccess } from '../executors/kubernetes/client/cluster-access.ts';
import { createKubernetesClient } from '../executors/kubernetes/client/create-kubernetes-client.ts';
import { KubeconfigError } from '../executors/kubernetes/client/kubeconfig-error.ts';
import { parseKubeconfig } from '../executors/kubernetes/client/kubeconfig.ts';
import type { KubernetesClient } from '../executors/kubernetes/client/kubernetes-client.ts';
import { waitingClock } from './waiting-clock.ts';

/** A cluster that somebody on this machine has a kubeconfig for. */
export interface ReachedCluster {
  /** The path of the kubeconfig, absolute. */
  readonly file: string;
  readonly context: string | undefined;
  readonly access: ClusterAccess;
  /** Its owner closes it. */
  readonly client: KubernetesClient;
  /** Who goes where, in a few words. */
  readonly described: string;
}

/**
 * Opens the cluster of a kubeconfig on this machine, as kubectl would: with the files and the programs that it names.
 * Nothing is sent yet.
 * @throws {UsageError} for a kubeconfig that cannot be read or used.
 */
export async function reachCluster(
  { workingDirectory, environment, version }: CliContext,
  kubeconfig: string,
  context: string | undefined,
): Promise<ReachedCluster> {
  const file = resolve(workingDirectory, kubeconfig);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--kubeconfig ${file} cannot be read: ${reason}.`, { cause });
  });
  try {
    const access = parseKubeconfig(text, { trusted: { directory: dirname(file), environment }, context });
    const client = createKubernetesClient({ access, clock: waitingClock, userAgent: `longarm/${version}` });
    return { file, context, access, client, described: describeAccess(access) };
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new UsageError(`--kubeconfig ${file}: ${error.message}`, { cause: error });
  }
}
