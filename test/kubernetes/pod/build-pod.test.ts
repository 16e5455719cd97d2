import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../src/core/cluster.ts';
import { parseCommandId } from '../../../src/core/command-id.ts';
import type { Launch } from '../../../src/core/launch.ts';
import { buildBar, buildPod } from '../../../src/executors/kubernetes/pod/build-pod.ts';
import { packPayload } from '../../../src/executors/kubernetes/pod/payload.ts';
import { aClusterUid, ordinary } from '../../contract/executor-samples.ts';

const id = '0123456789abcdef0123456789abcdef';
const commandId = parseCommandId(id);
assert.ok(commandId !== undefined);
const launch: Launch = {
  ...ordinary,
  commandId,
  clusterUid: aClusterUid,
  shell: 'sh',
  text: 'echo $$ $(HOME) "$HOME"',
  files: [],
  startMs: 300_000,
  timeoutMs: 3_600_000,
  graceMs: 30_000,
  outputLimitBytes: 1024 ** 3,
};
const settings = {
  namespace: 'longarm',
  image: 'example.org/toolbox:1',
  serviceAccount: 'view',
  anchorUid: 'anchor-uid',
};
const metadata = {
  name: `longarm-${id}`,
  namespace: 'longarm',
  labels: {
    'app.kubernetes.io/name': 'longarm-command',
    'app.kubernetes.io/managed-by': 'longarm',
    'longarm.dev/cluster': aClusterUid,
    'longarm.dev/command': id,
  },
  ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'longarm', uid: 'anchor-uid' }],
};
const containerSecurity = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** The document with the scripts in it cut to their names: their text is tried out elsewhere. */
function withoutScripts(pod: JsonObject): unknown {
  const text = JSON.stringify(pod, (key, value: unknown) =>
    key === 'command' && Array.isArray(value)
      ? value.map((word: unknown) => (typeof word === 'string' && word.includes('\n') ? 'SCRIPT' : word))
      : value,
  );
  return JSON.parse(text);
}

const gate = ['/bin/sh', '-c', 'SCRIPT', 'longarm-gate', '/longarm/spool', '/longarm/run', 'inline'];
const supervisor = ['/bin/sh', '-c', 'SCRIPT', 'longarm-supervisor', '/longarm/spool', id, '3600', '30', '2228224'];
const begin = ['/bin/sh', '-c', 'SCRIPT', 'longarm-begin', '/longarm/run/files', '/bin/sh', '/longarm/run/in/command'];

const expected = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...metadata,
    annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false', 'karpenter.sh/do-not-disrupt': 'true' },
  },
  spec: {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 90_330,
    terminationGracePeriodSeconds: 45,
    serviceAccountName: 'view',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'keeper',
        image: 'example.org/toolbox:1',
        command: ['/bin/sh', '-c', 'trap : TERM INT HUP; while :; do sleep 3600 & wait; done'],
        terminationMessagePolicy: 'FallbackToLogsOnError',
        env: [{ name: 'LONGARM_POD_UID', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } } }],
        resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '1', memory: '128Mi' } },
        securityContext: containerSecurity,
        volumeMounts: [{ name: 'longarm-spool', mountPath: '/longarm/spool' }],
      },
      {
        name: 'command',
        image: 'example.org/toolbox:1',
        command: gate.concat('echo $$$$ $$(HOME) "$$HOME"', supervisor, begin),
        terminationMessagePolicy: 'FallbackToLogsOnError',
        env: [{ name: 'HOME', value: '/longarm/run/home' }],
        resources: { requests: { cpu: '200m', memory: '500Mi' }, limits: { cpu: '500m', memory: '1Gi' } },
        securityContext: containerSecurity,
        volumeMounts: [
          { name: 'longarm-spool', mountPath: '/longarm/spool' },
          { name: 'longarm-run', mountPath: '/longarm/run' },
          { name: 'longarm-identity', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'longarm-spool', emptyDir: {} },
      { name: 'longarm-run', emptyDir: {} },
      {
        name: 'longarm-identity',
        projected: {
          defaultMode: 0o440,
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
        },
      },
    ],
  },
};

describe('the pod of a command', () => {
  test('is this document, for a small text alone', () => {
    assert.deepEqual(withoutScripts(buildPod(launch, packPayload(launch), settings)), expected);
  });

  test('has a Secret for files, and no text in it then', () => {
    const files = [{ path: 'a', mode: 0o644, bytes: Buffer.from('x') }];
    const pod = buildPod({ ...launch, files }, packPayload({ ...launch, files }), settings);
    const [keeper, command] = expected.spec.containers;
    const words = command?.command.map((word) => (word === 'inline' ? 'secret' : word)).with(7, '');
    const mount = { name: 'longarm-payload', mountPath: '/longarm/payload', readOnly: true };
    const volume = { name: 'longarm-payload', secret: { secretName: metadata.name, defaultMode: 0o440 } };
    assert.deepEqual(withoutScripts(pod), {
      ...expected,
      spec: {
        ...expected.spec,
        containers: [keeper, { ...command, command: words, volumeMounts: [...(command?.volumeMounts ?? []), mount] }],
        volumes: [...expected.spec.volumes, volume],
      },
    });
  });

  test('shows a caller’s token nowhere, and gives the command no other identity beside it', () => {
    const clusterToken = 'header.payload.signature';
    const pod = buildPod({ ...launch, clusterToken }, packPayload({ ...launch, clusterToken }), settings);
    const text = JSON.stringify(pod);
    for (const shown of ['payload.signature', 'serviceAccountToken"', Buffer.from(clusterToken).toString('base64')]) {
      assert.ok(!text.includes(shown), shown);
    }
    assert.ok(text.includes('{"name":"KUBECONFIG","value":"/longarm/run/in/kubeconfig"}'));
  });

  test('has a keeper that is who the command is, whatever the template makes of the command', () => {
    const template = {
      spec: { containers: [{ name: 'command', image: 'example.org/other:2', securityContext: { runAsUser: 5 } }] },
    };
    const { spec } = buildPod(launch, packPayload(launch), { ...settings, template }) as unknown as typeof expected;
    const [keeper, command] = spec.containers;
    assert.deepEqual([keeper?.image, keeper?.securityContext], [command?.image, command?.securityContext]);
    assert.deepEqual(keeper?.securityContext, { ...containerSecurity, runAsUser: 5 });
  });

  test('of a command that was barred is never scheduled, and is let in where only restricted pods are', () => {
    const bar = buildBar(launch, settings) as unknown as typeof expected & {
      readonly spec: { schedulingGates: unknown };
    };
    assert.deepEqual(bar.metadata, { ...metadata, labels: { ...metadata.labels, 'longarm.dev/barred': 'true' } });
    assert.deepEqual(bar.spec.schedulingGates, [{ name: 'longarm.dev/barred' }]);
    assert.equal(bar.spec.securityContext.runAsNonRoot, true);
  });
});

describe('how text and files come into a pod', () => {
  test('is in the pod up to 64 KiB, in a Secret up to 1 MB, and by upload beyond', () => {
    const text = (bytes: number): Launch => ({ ...launch, text: 'x'.repeat(bytes) });
    assert.equal(packPayload(text(64 * 1024)).from, 'inline');
    assert.equal(packPayload(text(64 * 1024 + 1)).from, 'secret');
    assert.equal(packPayload(text(990_000)).from, 'secret');
    assert.equal(packPayload(text(1_000_000)).from, 'upload');
  });
});
