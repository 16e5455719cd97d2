import type { CliContext } from '../cli/context.ts';
import { say } from '../cli/paint.ts';
import { UsageError } from '../cli/usage-error.ts';
import { createKubernetesClient } from '../executors/kubernetes/client/create-kubernetes-client.ts';
import { KubeconfigError } from '../executors/kubernetes/client/kubeconfig-error.ts';
import { parseKubeconfig } from '../executors/kubernetes/client/kubeconfig.ts';
import { applyManifest, findObject } from '../executors/kubernetes/install/apply-manifest.ts';
import { buildManifest, serverAccount } from '../executors/kubernetes/install/manifest.ts';
import { describeObject } from '../executors/kubernetes/install/manifest-object.ts';
import { kubeconfigWithToken } from '../executors/kubernetes/install/server-kubeconfig.ts';
import { serverToken } from '../executors/kubernetes/install/server-token.ts';
import { supportedMinor } from '../executors/kubernetes/install/supported-minor.ts';
import { anchorName } from '../executors/kubernetes/names.ts';
import { checkKubeconfig } from './check-kubeconfig.ts';
import type { ReachedCluster } from './reach-cluster.ts';
import { waitingClock } from './waiting-clock.ts';

const installMs = 120_000;

/**
 * Prepares a cluster with the rights of whoever runs this, step by step, and gives a kubeconfig of the account that was
 * made for the server. The caller's own credentials are in nothing of it. May be repeated.
 * @param changes called before anything is changed
 * @throws {UsageError} before anything is changed, where the server could not use it.
 * @throws what the cluster says, after it has said what was done by then.
 */
export async function installForServer(
  context: CliContext,
  reached: ReachedCluster,
  namespace: string,
  changes: () => void,
): Promise<string> {
  const { client, access } = reached;
  const signal = AbortSignal.timeout(installMs);
  await refuseUnusable(reached, namespace);
  const minor = await supportedMinor(client, signal);
  say(context, `Preparing the namespace ${namespace} of ${access.server.host} (Kubernetes 1.${minor}).`);
  let unchanged = 0;
  const applied = (object: Parameters<typeof describeObject>[0], outcome: 'made' | 'changed' | 'unchanged') => {
    if (outcome !== 'unchanged') changes();
    if (outcome === 'unchanged') unchanged += 1;
    else say(context, `- ${outcome} ${describeObject(object)}`);
  };
  const objects = buildManifest({ namespace, server: 'own-account' });
  const beforeMaking = async (): Promise<void> => changes();
  await applyManifest(client, waitingClock, objects, { applied, beforeMaking }, signal);
  if (unchanged > 0) say(context, `- ${unchanged} of ${objects.length} objects were there already, as they should be`);
  const token = await serverToken(client, waitingClock, namespace, signal);
  const kubeconfig = await kubeconfigWithToken(access, namespace, token);
  await tryOut(kubeconfig, namespace, context.version, signal);
  say(context, `- the service account ${serverAccount} has a token, and can use the namespace`);
  return kubeconfig;
}

/** What the server would refuse of the way to the cluster is known before anything is made there. */
async function refuseUnusable({ access, file }: ReachedCluster, namespace: string): Promise<void> {
  try {
    const checked = checkKubeconfig(await kubeconfigWithToken(access, namespace, 'none-yet'));
    if ('problem' in checked) throw new UsageError(`${checked.problem} (Nothing was changed in the cluster.)`);
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new UsageError(`--kubeconfig ${file}: ${error.message}`, { cause: error });
  }
}

async function tryOut(kubeconfig: string, namespace: string, version: string, signal: AbortSignal): Promise<void> {
  const access = parseKubeconfig(kubeconfig, { trusted: undefined });
  const client = createKubernetesClient({ access, clock: waitingClock, userAgent: `longarm/${version}` });
  try {
    await findObject(client, { kind: 'ConfigMap', name: anchorName, namespace }, signal);
  } finally {
    client.close();
  }
}
