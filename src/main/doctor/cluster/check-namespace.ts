import { fieldOf, textOf } from '../../../executors/kubernetes/client/json-fields.ts';
import { findObject } from '../../../executors/kubernetes/install/apply-manifest.ts';
import { anchorName, manifestCommand } from '../../../executors/kubernetes/names.ts';
import { type Finding, timedFinding } from '../finding.ts';
import type { ClusterCheck, ExaminedCluster } from './examined-cluster.ts';
import { unlessForbidden } from './unless-forbidden.ts';

/** The namespace of the commands, what it admits, and the object that owns everything in it. */
export const checkNamespace: ClusterCheck = async (cluster) => [await checkItself(cluster), await checkAnchor(cluster)];

function checkItself({ client, signal, settings: { namespace } }: ExaminedCluster): Promise<Finding> {
  const check = 'namespace';
  const remedy = `Apply what \`${manifestCommand(namespace)}\` prints.`;
  return timedFinding(
    check,
    remedy,
    unlessForbidden(check, async () => {
      const found = await findObject(client, { kind: 'Namespace', name: namespace }, signal);
      if (found === undefined) return { check, state: 'bad', seen: `There is no namespace ${namespace}.`, remedy };
      if (textOf(fieldOf(found, 'status'), 'phase') === 'Terminating') {
        const advice = 'Wait until it is gone, and install again; `kubectl get namespace -o yaml` says what keeps it.';
        return { check, state: 'bad', seen: `The namespace ${namespace} is being deleted.`, remedy: advice };
      }
      const labels = fieldOf(fieldOf(found, 'metadata'), 'labels');
      const enforced = textOf(labels, 'pod-security.kubernetes.io/enforce');
      if (enforced === 'restricted') {
        return { check, state: 'ok', seen: `The namespace ${namespace} admits restricted pods alone.` };
      }
      const admits = enforced === undefined ? 'whatever the cluster’s default is' : `\`${enforced}\` pods`;
      return { check, state: 'weak', seen: `The namespace ${namespace} admits ${admits}.`, remedy };
    }),
  );
}

function checkAnchor({ client, signal, settings: { namespace } }: ExaminedCluster): Promise<Finding> {
  const check = 'anchor';
  const remedy = `Apply what \`${manifestCommand(namespace)}\` prints.`;
  return timedFinding(check, remedy, async () => {
    const found = await findObject(client, { kind: 'ConfigMap', name: anchorName, namespace }, signal);
    if (found !== undefined)
      return { check, state: 'ok', seen: `The ConfigMap ${anchorName} owns what commands make.` };
    return { check, state: 'bad', seen: `There is no ConfigMap ${anchorName} in ${namespace}.`, remedy };
  });
}
