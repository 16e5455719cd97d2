import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../src/core/cluster.ts';
import { applyTemplate } from '../../../src/executors/kubernetes/pod/apply-template.ts';

const pod = {
  metadata: { name: 'p', labels: { own: '1' } },
  spec: {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    containers: [
      { name: 'keeper', image: 'i' },
      {
        name: 'command',
        image: 'i',
        resources: { limits: { cpu: '1', memory: '1Gi' } },
        volumeMounts: [{ name: 'a', mountPath: '/a' }],
      },
    ],
  },
};

describe('a template laid over a pod', () => {
  test('adds, replaces and, with null, removes, and leaves the rest and the pod itself alone', () => {
    const before = structuredClone(pod);
    const merged = applyTemplate(pod, {
      metadata: { labels: { team: 'x' } },
      spec: { nodeSelector: { 'kubernetes.io/os': null, pool: 'y' }, priorityClassName: 'high' },
    });
    assert.deepEqual(merged, {
      metadata: { name: 'p', labels: { own: '1', team: 'x' } },
      spec: { ...pod.spec, nodeSelector: { pool: 'y' }, priorityClassName: 'high' },
    });
    assert.deepEqual(pod, before);
  });

  test('merges a list whose entries have names entry by entry, in the order of the pod', () => {
    const merged = applyTemplate(pod, {
      spec: {
        containers: [
          { name: 'sidecar', image: 's' },
          { name: 'command', resources: { limits: { cpu: '2' } }, volumeMounts: [{ name: 'b', mountPath: '/b' }] },
        ],
      },
    });
    assert.deepEqual(merged['spec'], {
      ...pod.spec,
      containers: [
        { name: 'keeper', image: 'i' },
        {
          name: 'command',
          image: 'i',
          resources: { limits: { cpu: '2', memory: '1Gi' } },
          volumeMounts: [
            { name: 'a', mountPath: '/a' },
            { name: 'b', mountPath: '/b' },
          ],
        },
        { name: 'sidecar', image: 's' },
      ],
    });
  });

  test('replaces a list whose entries have no names', () => {
    const tolerations = [{ key: 'a', operator: 'Exists' }];
    const first = applyTemplate(pod, { spec: { tolerations } });
    const second = applyTemplate(first, { spec: { tolerations: [{ operator: 'Exists' }] } });
    assert.deepEqual(second['spec'], { ...pod.spec, tolerations: [{ operator: 'Exists' }] });
  });

  test('tells mounts apart by their paths, so that one volume may be mounted twice and none of ours goes', () => {
    const volumeMounts = [
      { name: 'b', mountPath: '/b/one', subPath: 'one' },
      { name: 'b', mountPath: '/b/two', subPath: 'two' },
      { name: 'a', mountPath: '/elsewhere' },
    ];
    const merged = applyTemplate(pod, { spec: { containers: [{ name: 'command', volumeMounts }] } });
    const [, command] = (merged['spec'] as { readonly containers: readonly JsonObject[] }).containers;
    assert.deepEqual(command?.['volumeMounts'], [{ name: 'a', mountPath: '/a' }, ...volumeMounts]);
  });
});
