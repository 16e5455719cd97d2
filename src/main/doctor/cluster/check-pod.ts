import { fieldOf, textOf } from '../../../executors/kubernetes/client/json-fields.ts';
import { KubernetesError } from '../../../executors/kubernetes/client/kubernetes-error.ts';
import { minorVersion, publicImage } from '../../../executors/kubernetes/image.ts';
import { findObject } from '../../../executors/kubernetes/install/apply-manifest.ts';
import { anchorName } from '../../../executors/kubernetes/names.ts';
import { buildPod } from '../../../executors/kubernetes/pod/build-pod.ts';
import { packPayload } from '../../../executors/kubernetes/pod/payload.ts';
import { judgeCreate } from '../../../executors/kubernetes/reasons/judge-create.ts';
import { timedFinding } from '../finding.ts';
import type { ClusterCheck, ExaminedCluster } from './examined-cluster.ts';
import { trialLaunch } from './trial-launch.ts';

/** Whether a command's pod would be admitted: a dry run by the API server, with every policy that it has. */
export const checkPod: ClusterCheck = async (cluster) => {
  const check = 'pod (dry run)';
  const { client, signal, settings } = cluster;
  const path = `/api/v1/namespaces/${settings.namespace}/pods`;
  const remedy = 'Read what the cluster says; docs/kubernetes-reasons.md tells what to do about each reason.';
  const found = await timedFinding(check, remedy, async () => {
    const body = await trialPod(cluster);
    try {
      await client.request({ method: 'POST', path, query: { dryRun: 'All', fieldValidation: 'Strict' }, body }, signal);
      return { check, state: 'ok', seen: 'Every policy of the cluster admits the pod of a command.' };
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      const { reason, message } = judgeCreate(error);
      return { check, state: 'bad', seen: `${reason}: ${message}`, remedy };
    }
  });
  return [found];
};

async function trialPod(cluster: ExaminedCluster) {
  const { client, signal, settings } = cluster;
  const { namespace, image, serviceAccount, template } = settings;
  const anchor = await findObject(client, { kind: 'ConfigMap', name: anchorName, namespace }, signal);
  const launch = trialLaunch(cluster);
  return buildPod(launch, packPayload(launch), {
    namespace,
    image: image ?? publicImage(await minorVersion({ client }, signal)),
    serviceAccount,
    anchorUid: textOf(fieldOf(anchor, 'metadata'), 'uid') ?? '',
    ...(template === undefined ? {} : { template }),
  });
}
