import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { parseCommandId } from '../../../src/core/command-id.ts';
import type { Launch } from '../../../src/core/launch.ts';
import type { Observation } from '../../../src/core/observation.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { KubernetesError } from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { createKubernetesClient } from '../../../src/executors/kubernetes/client/create-kubernetes-client.ts';
import { parseKubeconfig } from '../../../src/executors/kubernetes/client/kubeconfig.ts';
import { applyManifest } from '../../../src/executors/kubernetes/install/apply-manifest.ts';
import { buildManifest } from '../../../src/executors/kubernetes/install/manifest.ts';
import { describeObject } from '../../../src/executors/kubernetes/install/manifest-object.ts';
import { manifestYaml } from '../../../src/executors/kubernetes/install/manifest-yaml.ts';
import { type Removal, removeInstalled } from '../../../src/executors/kubernetes/install/remove-installed.ts';
import { kubeconfigWithToken } from '../../../src/executors/kubernetes/install/server-kubeconfig.ts';
import { serverToken } from '../../../src/executors/kubernetes/install/server-token.ts';
import { labels } from '../../../src/executors/kubernetes/names.ts';
import { aClusterUid, machineClock, ordinary } from '../../contract/executor-samples.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { eventually } from '../one-node/eventually.ts';
import { kubernetesExecutorIn } from '../executor/kubernetes-bench.ts';
import { clusterAccess, clusterClient, isThere } from '../executor/test-namespace.ts';

const soon = (): AbortSignal => AbortSignal.timeout(120_000);

describe('what is installed in a cluster', () => {
  const namespace = `longarm-install-${randomBytes(4).toString('hex')}`;
  const objects = buildManifest({ namespace, server: 'own-account' });
  const installed = { namespace, objects, commands: labels.command };
  let administrator: KubernetesClient;

  before(async () => {
    administrator = await clusterClient();
  });
  after(async () => {
    await removeInstalled({ client: administrator, clock: machineClock, removed: () => {} }, installed, soon());
    administrator.close();
  });

  const apply = async (): Promise<readonly string[]> => {
    const said: string[] = [];
    const applied = (object: Parameters<typeof describeObject>[0], outcome: string) =>
      said.push(`${describeObject(object)}: ${outcome}`);
    await applyManifest(administrator, machineClock, objects, { applied }, soon());
    return said;
  };
  const remove = async (): Promise<readonly Removal[]> => {
    const said: Removal[] = [];
    const removed = (removal: Removal) => said.push(removal);
    await removeInstalled({ client: administrator, clock: machineClock, removed }, installed, soon());
    return said;
  };

  test('is made once, and a second time nothing changes, by kubectl neither', async () => {
    const first = await apply();
    assert.deepEqual(
      first,
      objects.map((object) => `${describeObject(object)}: made`),
    );
    const second = await apply();
    assert.deepEqual(
      second,
      objects.map((object) => `${describeObject(object)}: unchanged`),
    );
    const { kubeconfig, kubectl } = clusterUnderTest();
    const args = [`--kubeconfig=${kubeconfig}`, 'diff', '--server-side', '-f', '-'];
    // kubectl exits with 1 where something would change.
    assert.equal(execFileSync(kubectl, args, { input: manifestYaml(objects), encoding: 'utf8' }), '');
  });

  test('lets the server do all that it has to, as nobody but its own service account', async () => {
    await apply();
    const token = await serverToken(administrator, machineClock, namespace, soon());
    const text = await kubeconfigWithToken(await clusterAccess(), namespace, token);
    const access = parseKubeconfig(text, { trusted: undefined });
    const server = createKubernetesClient({ access, clock: machineClock, userAgent: 'longarm-test' });
    const executor = kubernetesExecutorIn(server, namespace);
    try {
      const big = Buffer.alloc(1024 * 1024, 'x');
      const runs: readonly Launch[] = [
        launch('cat small; exit 3', [{ path: 'small', mode: 0o644, bytes: Buffer.from('attached') }]),
        launch('wc -c <big', [{ path: 'big', mode: 0o644, bytes: big }]),
      ];
      const outputs: string[] = [];
      for (const each of runs) {
        await executor.start(each, soon());
        const read: Uint8Array[] = [];
        const reading = executor.readOutput(each.commandId, 0, async (bytes) => void read.push(bytes.slice()), soon());
        const end = await last(executor.observe(each.commandId, soon()));
        await reading;
        outputs.push(`${Buffer.concat(read).toString().trim()} → ${end.type === 'exited' ? end.exitCode : end.type}`);
        await executor.destroy(each.commandId, soon());
      }
      assert.deepEqual(outputs, ['attached → 3', `${big.length} → 0`]);
      const cancelled = launch('echo on; sleep 600');
      await executor.start(cancelled, soon());
      const reading = executor.readOutput(cancelled.commandId, 0, async () => {}, soon());
      await last(executor.observe(cancelled.commandId, soon()), ({ type }) => type === 'started');
      await executor.stop(cancelled.commandId, 1000, soon());
      const end = await last(executor.observe(cancelled.commandId, soon()));
      await reading;
      assert.equal(end.type, 'exited', JSON.stringify(end));
      assert.deepEqual(await executor.list(soon()), [cancelled.commandId]);
      await executor.destroy(cancelled.commandId, soon());
      assert.deepEqual(await executor.list(soon()), []);
      for (const path of ['/api/v1/secrets', '/api/v1/namespaces/default/pods', '/api/v1/nodes']) {
        await assert.rejects(
          server.request({ method: 'GET', path }, soon()),
          (error) => error instanceof KubernetesError && error.code === 403,
          path,
        );
      }
    } finally {
      executor.close();
      server.close();
    }
  });

  test('stays where somebody else has put something into the namespace, and that is named', async () => {
    await apply();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace } };
    await administrator.request({ method: 'POST', path, body }, soon());
    const kept = (await remove()).filter(({ outcome }) => outcome === 'kept');
    assert.deepEqual(
      kept.map(({ what, why }) => [what, why]),
      [[`Namespace ${namespace}`, 'it holds what is not Longarm’s: configmaps/theirs']],
    );
    await administrator.request({ method: 'DELETE', path: `${path}/theirs` }, soon());
  });

  test('takes everything of its commands along when the anchor alone is deleted', async () => {
    await apply();
    const executor = kubernetesExecutorIn(administrator, namespace);
    try {
      const files = [{ path: 'small', mode: 0o644, bytes: Buffer.from('attached') }];
      const running = [launch('sleep 600'), launch('sleep 600', files)];
      for (const each of running) await executor.start(each, soon());
      const ids = running.map(({ commandId }) => commandId).toSorted();
      assert.deepEqual((await executor.list(soon())).toSorted(), ids);
      const path = `/api/v1/namespaces/${namespace}/configmaps/longarm`;
      await administrator.request({ method: 'DELETE', path }, soon());
      // Pods and Secrets; the garbage collector is in no hurry.
      await eventually('The end of what the anchor owned', 90_000, soon(), async () =>
        (await executor.list(soon())).length === 0 ? true : undefined,
      );
    } finally {
      executor.close();
    }
  });

  test('goes without a trace, with the commands that still run', async () => {
    await apply();
    const executor = kubernetesExecutorIn(administrator, namespace);
    try {
      const running = launch('sleep 600');
      await executor.start(running, soon());
      const removed = await remove();
      assert.deepEqual(
        removed.map(({ outcome }) => outcome),
        Array(objects.length + 1).fill('removed'),
      );
    } finally {
      executor.close();
    }
    assert.equal(await isThere(administrator, `/api/v1/namespaces/${namespace}`, soon()), false);
    assert.deepEqual(await remove(), []);
  });
});

function launch(text: string, files: Launch['files'] = []): Launch {
  const commandId = parseCommandId(randomBytes(16).toString('hex')) ?? assert.fail();
  const limits = { timeoutMs: 60_000, graceMs: 1000 };
  return { ...ordinary, ...limits, commandId, clusterUid: aClusterUid, shell: 'sh', text, files };
}

async function last(
  observations: AsyncIterable<Observation>,
  isEnough: (observation: Observation) => boolean = () => false,
): Promise<Observation> {
  let seen: Observation | undefined;
  for await (const each of observations) {
    seen = each;
    if (isEnough(each)) break;
  }
  return seen ?? assert.fail('Nothing was observed.');
}
