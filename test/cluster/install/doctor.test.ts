import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { listOf, objectOf, textOf } from '../../../src/client/json-fields.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { applyManifest } from '../../../src/executors/kubernetes/install/apply-manifest.ts';
import { buildManifest } from '../../../src/executors/kubernetes/install/manifest.ts';
import { removeInstalled } from '../../../src/executors/kubernetes/install/remove-installed.ts';
import { kubeconfigWithToken } from '../../../src/executors/kubernetes/install/server-kubeconfig.ts';
import { serverToken } from '../../../src/executors/kubernetes/install/server-token.ts';
import { labels } from '../../../src/executors/kubernetes/names.ts';
import { machineClock } from '../../contract/executor-samples.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { clusterAccess, clusterClient } from '../executor/test-namespace.ts';

const longarm = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'bin/longarm.mjs');
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

describe('longarm doctor --cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longarm-doctor-'));
  const kubeconfig = join(folder, 'longarm.kubeconfig');
  const namespace = `longarm-doctor-${randomBytes(4).toString('hex')}`;
  const objects = buildManifest({ namespace, server: 'own-account' });
  let kube: KubernetesClient;

  before(async () => {
    kube = await clusterClient();
    await applyManifest(kube, machineClock, objects, {}, soon());
    const token = await serverToken(kube, machineClock, namespace, soon());
    writeFileSync(kubeconfig, await kubeconfigWithToken(await clusterAccess(), namespace, token), { mode: 0o600 });
  });
  after(async () => {
    const room = { client: kube, clock: machineClock, removed: () => {} };
    await removeInstalled(room, { namespace, objects, commands: labels.command }, soon());
    kube.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What it finds of a cluster that is declared so, by check, and that it leaves no pod. */
  const doctor = async (declared: Readonly<Record<string, unknown>> = {}) => {
    const { image } = clusterUnderTest();
    const config = join(folder, 'longarm.yaml');
    const cluster = { name: 'pods', resourceGroup: 'rg', executor: 'kubernetes', kubeconfig, namespace, image };
    writeFileSync(config, stringify({ dataDir: join(folder, 'state'), clusters: [{ ...cluster, ...declared }] }));
    const args = [longarm, 'doctor', '--config', config, '--cluster', 'pods', '-o', 'json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    assert.notEqual(stdout, '', stderr);
    const findings: unknown = JSON.parse(stdout);
    assert.ok(Array.isArray(findings));
    const pods = await kube.request({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods` }, soon());
    assert.deepEqual(listOf(objectOf(pods), 'items'), []);
    const all = findings.map(objectOf);
    const bad = all.filter(({ state }) => state === 'bad');
    return { all, bad: bad.map((each) => `${textOf(each, 'check')}: ${textOf(each, 'seen')}`).join('\n'), code };
  };

  /** An API server takes up a policy, and gives it up, a moment after the answer: asked with pods that it only tries. */
  const untilPods = async (wanted: 'accepted' | 'denied'): Promise<void> => {
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const pod = {
      metadata: { name: 'trial', namespace },
      spec: {
        containers: [{ name: 'trial', image: clusterUnderTest().image, securityContext }],
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      },
    };
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
    const tried = async () => {
      try {
        await kube.request({ method: 'POST', path, body: pod }, soon());
        return 'accepted';
      } catch (error) {
        assert.match(String(error), /no pods on Mondays/);
        return 'denied';
      }
    };
    for (const signal = soon(); (await tried()) !== wanted; signal.throwIfAborted());
  };

  test('finds nothing bad where all is well, as the account of the server, and says how long each look took', async () => {
    const { all, code } = await doctor();
    assert.deepEqual(
      all.filter(({ state, tookMs }) => state !== 'ok' || typeof tookMs !== 'number'),
      [],
    );
    const identity = all.find(({ check }) => check === 'identity');
    assert.ok(textOf(identity ?? {}, 'seen')?.includes(`system:serviceaccount:${namespace}:longarm`));
    assert.equal(all.at(-1)?.['check'], 'command (`true`)');
    assert.equal(code, 0);
  });

  test('names the verb that the server may not use any more', async () => {
    const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/longarm`;
    const without = {
      rules: listOf(objectOf(await kube.request({ method: 'GET', path: role }, soon())), 'rules')
        .map(objectOf)
        .filter(({ resources }) => JSON.stringify(resources) !== '["pods/exec"]'),
    };
    const contentType = 'application/merge-patch+json';
    await kube.request({ method: 'PATCH', path: role, body: without, contentType }, soon());
    try {
      const { bad, code } = await doctor();
      assert.match(bad, /^right to pods\/exec: It may not create; nor get \(pods\/exec in \S+\)/);
      assert.equal(code, 1);
    } finally {
      // What somebody else has set is not taken from them without a word.
      await assert.rejects(applyManifest(kube, machineClock, objects, {}, soon()), /^FieldConflict: Role longarm in /);
      await kube.request({ method: 'DELETE', path: role }, soon());
      await applyManifest(kube, machineClock, objects, {}, soon());
    }
  });

  test('names Pod Security and the fields that are in its way', async () => {
    const { bad, code } = await doctor({ podTemplate: { spec: { hostNetwork: true } } });
    assert.match(bad, /^pod \(dry run\): PodSecurityViolation: .*hostNetwork/);
    assert.equal(code, 1);
  });

  test('names the quota that has no room for a command', async () => {
    const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
    const metadata = { name: 'tiny', namespace };
    await kube.request({ method: 'POST', path, body: { metadata, spec: { hard: { 'limits.cpu': '1m' } } } }, soon());
    try {
      const { bad } = await doctor();
      assert.match(bad, /^pod \(dry run\): QuotaExceeded: .*tiny/);
    } finally {
      await kube.request({ method: 'DELETE', path: `${path}/tiny` }, soon());
    }
  });

  test('names the admission policy that denies it', async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
    const metadata = { name: namespace };
    const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
    const validations = [{ expression: 'false', message: 'no pods on Mondays' }];
    const matchConstraints = { namespaceSelector, resourceRules };
    await kube.request({ method: 'POST', path, body: { metadata, spec: { matchConstraints, validations } } }, soon());
    const binding = { metadata, spec: { policyName: namespace, validationActions: ['Deny'] } };
    await kube.request({ method: 'POST', path: `${path.slice(0, -3)}ybindings`, body: binding }, soon());
    try {
      await untilPods('denied');
      const { bad, code } = await doctor();
      assert.match(bad, /^pod \(dry run\): AdmissionDenied: .*no pods on Mondays/);
      assert.equal(code, 1);
    } finally {
      await kube.request({ method: 'DELETE', path: `${path.slice(0, -3)}ybindings/${namespace}` }, soon());
      await kube.request({ method: 'DELETE', path: `${path}/${namespace}` }, soon());
      await untilPods('accepted');
    }
  });

  test('says why the image cannot be had', async () => {
    const { bad, code } = await doctor({ image: 'test.longarm.invalid/missing:1' });
    assert.match(bad, /^command \(`true`\): \w*(?:Image|Pull)\w*: .*missing:1/);
    assert.equal(code, 1);
  });

  test('says where the way to the cluster ends, and nothing of what lies behind', async () => {
    const dead = join(folder, 'dead.kubeconfig');
    writeFileSync(dead, readFileSync(kubeconfig, 'utf8').replaceAll(/https:\/\/[^"\s]+/g, 'https://127.0.0.1:1'));
    const { all, bad } = await doctor({ kubeconfig: dead });
    assert.match(bad, /^TCP: .*ECONNREFUSED.*$/);
    assert.equal(all.at(-1)?.['state'], 'skipped');
  });
});
