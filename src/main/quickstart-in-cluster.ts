import { givenText } from '../cli/given-options.ts';
import { say } from '../cli/paint.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { VerbCall } from '../cli/verb.ts';
import type { ClusterUid } from '../core/command-id.ts';
import { cancelEverything } from './cancel-everything.ts';
import { clusterOfQuickstart, type ClusterOfQuickstart } from './cluster-of-quickstart.ts';
import { dataPaths } from './data-directory.ts';
import { quickstartCluster } from './quickstart-connection.ts';
import { reachCluster } from './reach-cluster.ts';
import { readConfig } from './server-flags.ts';
import type { RunningLongarm } from './start-longarm.ts';
import type { StopSignal, StopSignals } from './stop-signal.ts';
import { givenNamespace } from './verbs/cluster-manifest.ts';

/**
 * The cluster that the options name, looked at and not changed; `undefined` where commands run on this machine.
 * @throws {UsageError} for options that make no sense without one. @throws where it cannot be asked.
 */
export async function openClusterOfQuickstart(call: VerbCall): Promise<ClusterOfQuickstart | undefined> {
  const { context, options } = call;
  const kubeconfig = givenText(options, 'kubeconfig');
  if (kubeconfig === undefined) {
    const stray = ['context', 'image', 'namespace'].find((name) => givenText(options, name) !== undefined);
    if (stray === undefined) return undefined;
    throw new UsageError(`--${stray} is for commands in pods. Name their cluster with --kubeconfig.`);
  }
  const namespace = givenNamespace(call);
  const { dataDir, toolboxImage } = await readConfig(context, options);
  const reached = await reachCluster(context, kubeconfig, givenText(options, 'context'));
  try {
    const image = givenText(options, 'image') ?? toolboxImage;
    return await clusterOfQuickstart(context, reached, { namespace, image, file: dataPaths(dataDir).installation });
  } catch (error) {
    reached.client.close();
    throw error;
  }
}

/** Makes what is missing in the cluster. @returns the signal that ended it before its time */
export async function installUnless(stop: StopSignals, cluster: ClusterOfQuickstart): Promise<StopSignal | undefined> {
  const stopping = new AbortController();
  const installing = cluster.install(stopping.signal);
  const cutShort = await Promise.race([installing.then(() => undefined), stop.received]);
  if (cutShort === undefined) return undefined;
  stopping.abort();
  await installing.catch(() => undefined);
  return cutShort;
}

/**
 * Ends every command while there is somebody to end it (a server that did not come up has none), and removes what was made. A second signal ends the waiting.
 * What cannot be removed is told, and hides nothing of what the quickstart itself has come to.
 */
export async function leaveCluster(
  { context }: VerbCall,
  started: RunningLongarm | undefined,
  stop: StopSignals,
  cluster: ClusterOfQuickstart,
): Promise<void> {
  say(context, 'Removing what was made in the cluster…', 'faint');
  const leaving = async (): Promise<undefined> => {
    await started?.stopServing();
    if (started !== undefined) await cancelEverything(started.plane);
    await cluster.remove(started && (await uidOfLocal(started)));
    return undefined;
  };
  const again = 'The next quickstart with the same data directory removes it';
  const left = leaving().catch((error: unknown) => error);
  const outcome = await Promise.race([left, stop.repeated]);
  if (outcome === undefined) return;
  const why = outcome instanceof Error ? outcome.message : 'it was not waited for';
  say(context, `Not everything was removed from the cluster: ${why.replace(/\.$/, '')}. ${again}.`, 'bad');
}

async function uidOfLocal({ plane }: RunningLongarm): Promise<ClusterUid | undefined> {
  const clusters = await plane.store.read(({ directory }) => directory.clusters());
  const { resourceGroup, name } = quickstartCluster;
  return clusters.find(({ address }) => address.name === name && address.resourceGroup === resourceGroup)?.uid;
}
