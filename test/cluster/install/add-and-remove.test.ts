import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { clusterClient, isThere } from '../executor/test-namespace.ts';

const longarm = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'bin/longarm.mjs');
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

describe('longarm cluster add and cluster remove', () => {
  const { kubeconfig, image } = clusterUnderTest();
  const folder = mkdtempSync(join(tmpdir(), 'longarm-add-'));
  const namespace = `longarm-add-${randomBytes(4).toString('hex')}`;
  const path = `/api/v1/namespaces/${namespace}`;
  const install = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--image', image, '--install'];
  let kube: KubernetesClient;
  let server: ChildProcess;

  before(async () => {
    kube = await clusterClient();
    const args = [longarm, 'quickstart', '--data-dir', folder, '--port', '0', '--', 'true'];
    server = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const { stderr } = server;
    assert.ok(stderr);
    let said = '';
    for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.includes('Longarm is up at')) break;
    }
    stderr.resume();
  });
  after(async () => {
    server.kill('SIGTERM');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    kube.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const connection = ['--connection', join(folder, 'connection.json')];
  const longarmWith = async (words: readonly string[]) => {
    const child = spawn(process.execPath, [longarm, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { stdout, stderr, code: Number(code) };
  };
  const run = (...words: readonly string[]) => longarmWith([...words, ...connection]);
  const invoke = (command: string, ...options: readonly string[]) =>
    longarmWith(['invoke', 'pods', ...options, ...connection, '--', command]);

  test('refuse a way to the cluster that the server would not take, before anything is made', async () => {
    const skipping = join(folder, 'skipping.kubeconfig');
    const own = readFileSync(kubeconfig, 'utf8');
    writeFileSync(skipping, own.replaceAll(/https:\/\/[^"\s]+/g, 'https://127.0.0.1:6443'));
    const { code, stderr } = await run('cluster', 'add', 'pods', '--kubeconfig', skipping, ...install.slice(2));
    assert.equal(code, 2, stderr);
    assert.match(stderr, /loopback/);
    assert.equal(await isThere(kube, path, soon()), false);
  });

  test('prepare the cluster, and commands run there as the account that reads', async () => {
    const { code, stderr } = await run('cluster', 'add', 'pods', ...install);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`made Namespace ${namespace}\n`));
    const read = await invoke(`kubectl get namespace ${namespace} -o name`);
    assert.deepEqual([read.code, read.stdout], [0, `namespace/${namespace}\n`], read.stderr);
    const refused = await invoke('kubectl get secrets -A');
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.stdout, new RegExp(`system:serviceaccount:${namespace}:view`));
  });

  test('leave a cluster in which the doctor finds nothing bad', async () => {
    const { code, stdout } = await run('doctor', '--cluster', 'pods', '--data-dir', folder);
    assert.equal(code, 0, stdout);
    assert.match(stdout, new RegExp(`^ok .*system:serviceaccount:${namespace}:longarm`, 'm'));
  });

  test('may be repeated, bring back what was lost, and give the server nothing of the administrator’s', async () => {
    const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/longarm`;
    await kube.request({ method: 'DELETE', path: role }, soon());
    // An administrator would go on without it.
    const id = (await invoke('true', '--no-wait')).stdout.trim();
    let waiting = '';
    for (const signal = soon(); !/pods is forbidden|cannot \w+ resource/.test(waiting); signal.throwIfAborted()) {
      waiting = (await run('result', 'pods', id, '-o', 'json')).stdout;
    }
    const { code, stderr } = await run('cluster', 'add', 'pods', ...install);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stderr.match(/\b(?:made|changed) .*/g), [`made Role longarm in ${namespace}`], stderr);
    assert.equal((await run('result', 'pods', id, '--wait')).code, 0);
  });

  test('refuse to remove what is in use', async () => {
    assert.equal((await run('cluster', 'add', 'pods', ...install)).code, 0);
    const id = (await invoke('sleep 600', '--no-wait')).stdout.trim();
    const { code, stderr } = await run('cluster', 'remove', 'pods', '--kubeconfig', kubeconfig);
    assert.equal(code, 1);
    assert.match(stderr, /ClusterHasUnfinishedCommands/);
    assert.equal(await isThere(kube, `${path}/serviceaccounts/view`, soon()), true);
    await run('cancel', 'pods', id);
    await run('result', 'pods', id, '--wait');
  });

  test('refuse to remove from another namespace than the cluster has, and forget nothing', async () => {
    const { code, stderr } = await run(
      'cluster',
      'remove',
      'pods',
      '--kubeconfig',
      kubeconfig,
      '--namespace',
      'default',
    );
    assert.equal(code, 2);
    assert.ok(stderr.includes(`in the namespace ${namespace}, and not in default`), stderr);
    assert.equal((await run('cluster', 'show', 'pods')).code, 0);
  });

  test('remove the registration alone, and say that the rest stays', async () => {
    const { code, stderr } = await run('cluster', 'remove', 'pods');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /--kubeconfig FILE/);
    assert.equal(await isThere(kube, `${path}/serviceaccounts/view`, soon()), true);
  });

  test('remove everything, and say what', async () => {
    assert.equal((await run('cluster', 'add', 'pods', ...install)).code, 0);
    const { code, stderr } = await run('cluster', 'remove', 'pods', '--kubeconfig', kubeconfig);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`removed Namespace ${namespace}\n`));
    assert.equal(await isThere(kube, path, soon()), false);
    const binding = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/longarm:${namespace}:admin`;
    assert.equal(await isThere(kube, binding, soon()), false);
  });
});
