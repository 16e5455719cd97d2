import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { listOf, objectOf } from '../../../src/client/json-fields.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { clusterClient, isThere, makeNamespace, removeNamespace } from '../executor/test-namespace.ts';

const longarm = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'bin/longarm.mjs');
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

describe('longarm quickstart --kubeconfig', () => {
  const { kubeconfig, image } = clusterUnderTest();
  const folder = mkdtempSync(join(tmpdir(), 'longarm-quickstart-'));
  const state = join(folder, 'state');
  let kube: KubernetesClient;
  before(async () => {
    kube = await clusterClient();
  });
  after(() => {
    kube.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (namespace: string, ...words: readonly string[]): ChildProcess => {
    const own = ['--kubeconfig', kubeconfig, '--toolbox-image', image, '--namespace', namespace];
    const args = [longarm, 'quickstart', '--data-dir', state, '--port', '0', ...own, ...words];
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const ended = async (child: ChildProcess) => {
    assert.ok(child.stdout && child.stderr);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { stdout, stderr, code: Number(code) };
  };
  const heard = async ({ stdout }: ChildProcess, word: string): Promise<void> => {
    assert.ok(stdout);
    for await (const chunk of stdout) if (String(chunk).includes(word)) return;
    assert.fail(`It ended and never said ${word}.`);
  };
  const name = (): string => `longarm-quickstart-${randomBytes(4).toString('hex')}`;
  const path = (namespace: string, rest = ''): string => `/api/v1/namespaces/${namespace}${rest}`;
  const nothingLeft = async (namespace: string): Promise<void> => {
    const bindings = await kube.request(
      { method: 'GET', path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings' },
      soon(),
    );
    const left = listOf(objectOf(bindings), 'items').filter((each) => JSON.stringify(each).includes(`"${namespace}"`));
    assert.deepEqual(left, []);
    assert.equal(existsSync(join(state, 'installation.json')), false);
  };

  test('runs the command in a pod that may see the nodes, exits as it did, and leaves nothing', async () => {
    const namespace = name();
    const { stdout, stderr, code } = await ended(
      start(namespace, '--image', image, '--once', '--', 'kubectl get nodes -o name; exit 7'),
    );
    assert.match(stdout, /^node\/\S+\n$/, stderr);
    assert.equal(code, 7);
    assert.ok(stderr.includes(image), stderr);
    assert.equal(await isThere(kube, path(namespace), soon()), false);
    await nothingLeft(namespace);
  });

  test('leaves a namespace that was there as it was, with all that was in it', async () => {
    const namespace = name();
    await makeNamespace(kube, namespace);
    try {
      const body = { metadata: { name: 'view', namespace } };
      await kube.request({ method: 'POST', path: path(namespace, '/serviceaccounts'), body }, soon());
      const objects = async () => [
        await kube.request({ method: 'GET', path: path(namespace) }, soon()),
        await kube.request({ method: 'GET', path: path(namespace, '/serviceaccounts') }, soon()),
        await kube.request({ method: 'GET', path: path(namespace, '/configmaps') }, soon()),
        await kube.request({ method: 'GET', path: path(namespace, '/pods') }, soon()),
      ];
      const asItWas = withoutVersion(await objects());
      assert.equal((await ended(start(namespace, '--once', '--', 'true'))).code, 0);
      assert.deepEqual(withoutVersion(await objects()), asItWas);
      await nothingLeft(namespace);
    } finally {
      await removeNamespace(kube, namespace);
    }
  });

  test('is interrupted while a command runs, ends it, and leaves nothing', async () => {
    const namespace = name();
    const child = start(namespace, '--once', '--', 'echo on; sleep 600');
    child.stderr?.resume();
    await heard(child, 'on');
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'close'), [130, null]);
    assert.equal(await isThere(kube, path(namespace), soon()), false);
    await nothingLeft(namespace);
  });

  test('takes away what a killed one has left', async () => {
    const namespace = name();
    const child = start(namespace, '--once', '--', 'echo on; sleep 600');
    child.stderr?.resume();
    await heard(child, 'on');
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.equal(await isThere(kube, path(namespace), soon()), true);
    assert.equal((await ended(start(namespace, '--once', '--', 'true'))).code, 0);
    assert.equal(await isThere(kube, path(namespace), soon()), false);
    await nothingLeft(namespace);
  });

  test('says that options for pods want a cluster', async () => {
    const child = spawn(process.execPath, [longarm, 'quickstart', '--image', image], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { code, stderr } = await ended(child);
    assert.equal(code, 2);
    assert.match(stderr, /--kubeconfig/);
  });
});

/** What a list says of the moment is no part of what is in it. */
function withoutVersion(lists: readonly unknown[]): unknown {
  return lists.map((list) => {
    const { items, metadata } = objectOf(list);
    return items === undefined ? { ...objectOf(list), status: undefined, metadata } : items;
  });
}
