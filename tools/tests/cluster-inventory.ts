import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Variables, clusterToldBy } from '../../test/cluster/cluster-under-test.ts';

/** All that anything of ours makes in a cluster, and what `kubectl get all` shows besides. */
const kinds = [
  'all',
  'secrets',
  'configmaps',
  'serviceaccounts',
  'roles',
  'rolebindings',
  'networkpolicies',
  'resourcequotas',
  'persistentvolumeclaims',
  'namespaces',
  'persistentvolumes',
  'clusterroles',
  'clusterrolebindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
];

/** How long what is being deleted may take to go: a namespace goes some seconds after it was told to. */
const goneMs = 30_000;

/** What there is in the cluster that the tests are told of: `KIND/NAME`, or `KIND/NAME in NAMESPACE`, sorted. */
export async function clusterInventory(variables: Variables): Promise<readonly string[]> {
  const { kubeconfig, kubectl } = clusterToldBy(variables);
  const columns = 'custom-columns=:kind,:metadata.name,:metadata.namespace';
  const args = ['--kubeconfig', kubeconfig, 'get', kinds.join(','), '-A', '--no-headers', '-o', columns];
  const { stdout } = await promisify(execFile)(kubectl, args, { timeout: goneMs, maxBuffer: 64 * 1024 * 1024 });
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  return lines
    .map((line) => {
      const [kind = '', name = '', namespace = '<none>'] = line.trim().split(/\s+/);
      return `${kind}/${name}${namespace === '<none>' ? '' : ` in ${namespace}`}`;
    })
    .toSorted();
}

/**
 * What a cluster holds that it did not, and no longer holds that it did, one sentence each. What is on its way out gets
 * some time to go.
 * @param before what `clusterInventory` answered then
 */
export async function changedSince(
  before: readonly string[],
  variables: Variables,
  patienceMs: number = goneMs,
): Promise<readonly string[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const after = await clusterInventory(variables);
    const changes = [
      ...after.filter((each) => !before.includes(each)).map((each) => `${each} was left behind`),
      ...before.filter((each) => !after.includes(each)).map((each) => `${each} is gone, and was there before`),
    ];
    if (changes.length === 0 || performance.now() > deadline) return changes;
    await sleep(500);
  }
}
