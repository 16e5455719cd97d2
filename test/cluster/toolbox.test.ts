import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { clusterUnderTest } from './cluster-under-test.ts';

describe('the cluster that the tests run on', () => {
  const { kubeconfig, kubectl, image, imageWithoutShell } = clusterUnderTest();
  const namespace = `toolbox-${randomBytes(4).toString('hex')}`;
  const ask = (...args: readonly string[]): string =>
    execFileSync(kubectl, [`--kubeconfig=${kubeconfig}`, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
  const inside = (pod: string, ...command: readonly string[]) =>
    spawnSync(kubectl, [`--kubeconfig=${kubeconfig}`, '-n', namespace, 'exec', pod, '--', ...command], {
      encoding: 'utf8',
    });

  function run(pod: string, of: string, ...command: readonly string[]): void {
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const container = { name: 'main', image: of, securityContext, ...(command.length > 0 ? { command } : {}) };
    const spec = { containers: [container], restartPolicy: 'Never', terminationGracePeriodSeconds: 1 };
    const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, namespace }, spec };
    execFileSync(kubectl, [`--kubeconfig=${kubeconfig}`, 'apply', '-f', '-'], {
      input: JSON.stringify(manifest),
      stdio: ['pipe', 'ignore', 2],
    });
  }

  before(() => {
    ask('create', 'namespace', namespace);
    ask('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    run('toolbox', image, 'sleep', '300');
    run('bare', imageWithoutShell);
    ask('-n', namespace, 'wait', '--for=condition=Ready', '--timeout=90s', 'pod/toolbox');
  });
  after(() => void ask('delete', 'namespace', namespace, '--timeout=90s'));

  test('a pod of its toolbox is let in where the restricted standard is enforced, and is not root', () => {
    assert.notEqual(inside('toolbox', 'id', '-u').stdout.trim(), '0');
  });

  test('its toolbox has sh, kubectl and jq', () => {
    const { stdout } = inside('toolbox', 'sh', '-c', "kubectl version --client -o json | jq -r '.clientVersion.major'");
    assert.equal(stdout.trim(), '1');
  });

  test('an exit code comes back through exec', () => {
    assert.equal(inside('toolbox', 'sh', '-c', 'exit 77').status, 77);
  });

  test('a pod reaches the API server by its service, which enforces RBAC', () => {
    const { stderr } = inside('toolbox', 'kubectl', 'get', 'secrets');
    assert.match(stderr, /Forbidden.*system:serviceaccount/);
  });

  test('its other image has no shell', () => {
    ask('-n', namespace, 'wait', '--for=jsonpath={.status.containerStatuses[0].started}', '--timeout=90s', 'pod/bare');
    assert.match(inside('bare', 'sh', '-c', 'true').stderr, /executable file not found|completed pod|not found/);
  });

  test('nothing warns of an ordinary pod', () => {
    assert.equal(ask('-n', namespace, 'get', 'events', '--field-selector=type=Warning', '-o', 'name'), '');
  });
});
