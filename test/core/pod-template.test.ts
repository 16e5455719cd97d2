import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../src/core/cluster.ts';
import { podTemplateProblem } from '../../src/core/pod-template.ts';

const onCommand = (fields: JsonObject): JsonObject => ({ spec: { containers: [{ name: 'command', ...fields }] } });

describe('podTemplateProblem()', () => {
  test('lets anyone say where a command runs, with what and on what', () => {
    const template = {
      metadata: { labels: { team: 'a' }, annotations: { 'example.org/x': 'y' } },
      spec: {
        nodeSelector: { pool: 'a' },
        tolerations: [{ operator: 'Exists' }],
        affinity: {},
        priorityClassName: 'low',
        runtimeClassName: 'gvisor',
        imagePullSecrets: [{ name: 'registry' }],
        volumes: [{ name: 'cache', persistentVolumeClaim: { claimName: 'cache' } }],
        containers: [
          { name: 'keeper', resources: { limits: { cpu: '1' } } },
          { name: 'command', env: [{ name: 'A', value: 'b' }], volumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
        ],
      },
    };
    assert.equal(podTemplateProblem(template, 'api'), undefined);
    assert.equal(podTemplateProblem(template, 'configuration'), undefined);
  });

  test('lets only the configuration reach beyond the command', () => {
    const templates: readonly (readonly [JsonObject, string])[] = [
      [{ spec: { hostNetwork: true } }, 'spec.hostNetwork'],
      [{ spec: { securityContext: { runAsUser: 0 } } }, 'spec.securityContext'],
      [{ spec: { volumes: [{ name: 'x', hostPath: { path: '/' } }] } }, 'spec.volumes[0].hostPath'],
      [{ spec: { containers: [{ name: 'other', image: 'x' }] } }, 'spec.containers[0]'],
      [onCommand({ securityContext: { privileged: true } }), 'spec.containers[0].securityContext'],
      [onCommand({ image: 'x' }), 'spec.containers[0].image'],
      [{ spec: { initContainers: [] } }, 'spec.initContainers'],
    ];
    for (const [template, field] of templates) {
      assert.equal(podTemplateProblem(template, 'api')?.field, field);
      assert.equal(podTemplateProblem(template, 'configuration'), undefined, field);
    }
  });

  test('lets nobody take what a command is started, read, ended and known by', () => {
    const templates: readonly (readonly [JsonObject, string])[] = [
      [{ spec: { hostPID: true } }, 'spec.hostPID'],
      [{ metadata: { labels: null } }, 'metadata.labels'],
      [{ metadata: { labels: { 'longarm.dev/command': null } } }, 'metadata.labels.longarm.dev/command'],
      [onCommand({ env: null }), 'spec.containers[0].env'],
      [onCommand({ env: [{ name: 'KUBECONFIG', value: '/x' }] }), 'spec.containers[0].env[0].name'],
      [
        onCommand({ volumeMounts: [{ name: 'longarm-spool', mountPath: '/x' }] }),
        'spec.containers[0].volumeMounts[0].name',
      ],
      [
        onCommand({ volumeMounts: [{ name: 'x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }),
        'spec.containers[0].volumeMounts[0].mountPath',
      ],
      [{ spec: { shareProcessNamespace: true } }, 'spec.shareProcessNamespace'],
      [{ spec: { restartPolicy: 'Always' } }, 'spec.restartPolicy'],
      [{ spec: { activeDeadlineSeconds: 5 } }, 'spec.activeDeadlineSeconds'],
      [{ spec: { serviceAccountName: 'admin' } }, 'spec.serviceAccountName'],
      [{ spec: { containers: null } }, 'spec.containers'],
      [onCommand({ command: ['x'] }), 'spec.containers[0].command'],
      [
        onCommand({ volumeMounts: [{ name: 'x', mountPath: '/longarm/spool' }] }),
        'spec.containers[0].volumeMounts[0].mountPath',
      ],
      [{ spec: { containers: [{ name: 'keeper', env: [] }] } }, 'spec.containers[0].env'],
      [{ spec: { volumes: [{ name: 'longarm-spool', emptyDir: {} }] } }, 'spec.volumes[0].name'],
      [{ metadata: { name: 'x' } }, 'metadata.name'],
      [{ metadata: { finalizers: ['x'] } }, 'metadata.finalizers'],
      [{ metadata: { labels: { 'longarm.dev/command': 'x' } } }, 'metadata.labels.longarm.dev/command'],
      [{ status: {} }, 'status'],
      [{ spec: 5 }, 'spec'],
    ];
    for (const [template, field] of templates) {
      for (const by of ['api', 'configuration'] as const) {
        assert.equal(podTemplateProblem(template, by)?.field, field);
      }
    }
  });
});
