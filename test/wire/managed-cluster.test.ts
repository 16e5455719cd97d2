import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import Schema from 'typebox/schema';
import type { Cluster } from '../../src/core/cluster.ts';
import type { ClusterUid } from '../../src/core/command-id.ts';
import { toWireLimits } from '../../src/wire/cluster-limits.ts';
import { parseClusterAddress } from '../../src/wire/cluster-path.ts';
import { managedClusterBodySchema, managedClusterSchema } from '../../src/wire/managed-cluster-schema.ts';
import { parseClusterLimits, parseManagedClusterBody, toManagedCluster } from '../../src/wire/managed-cluster.ts';
import { at } from './commands.ts';
import { assertRefused } from './refusal.ts';

const cluster: Cluster = {
  uid: 'uid-1' as ClusterUid,
  address: parseClusterAddress({
    subscriptionId: '00000000-0000-0000-0000-000000000000',
    resourceGroupName: 'RG1',
    resourceName: 'cluster1',
  }),
  location: 'local',
  tags: { team: 'platform' },
  origin: 'configuration',
  executor: 'process',
  shell: 'bash',
  runCommandDisabled: false,
  strict: true,
  limits: { runMs: 90_500, concurrent: 3 },
  createdAt: at('2026-01-01T00:00:00Z'),
};

describe('toManagedCluster()', () => {
  test('a cluster is shown as ARM has it, ours under one key', () => {
    const shown = toManagedCluster(cluster, { stateCase: 'capitalised', extensions: true });
    assert.ok(Schema.Check(managedClusterSchema, shown));
    assert.deepEqual(shown, {
      id: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG1/providers/Microsoft.ContainerService/managedClusters/cluster1',
      name: 'cluster1',
      type: 'Microsoft.ContainerService/managedClusters',
      location: 'local',
      tags: { team: 'platform' },
      properties: {
        provisioningState: 'Succeeded',
        apiServerAccessProfile: { disableRunCommand: false },
        longarm: { executor: 'process', shell: 'bash', strict: true, limits: { runSeconds: 91, concurrent: 3 } },
      },
    });
  });

  test('a cluster that runs commands in pods is shown with its settings', () => {
    const kubernetes = { namespace: 'n', image: 'i:1', serviceAccount: 'view', podTemplate: { spec: { priority: 1 } } };
    const pods: Cluster = { ...cluster, executor: 'kubernetes', limits: {}, kubernetes };
    const shown = toManagedCluster(pods, { stateCase: 'capitalised', extensions: true });
    assert.ok(Schema.Check(managedClusterSchema, shown));
    const ours = { executor: 'kubernetes', shell: 'bash', strict: true, limits: {}, ...kubernetes };
    assert.deepEqual(shown.properties.longarm, ours);
    const sentBack = { properties: { longarm: shown.properties.longarm ?? {} } };
    assert.ok(Schema.Check(managedClusterBodySchema, sentBack));
    assert.deepEqual(parseManagedClusterBody(sentBack).kubernetes, kubernetes, 'what is shown can be sent');
  });

  test('it has no aadProfile, and without extensions nothing of ours', () => {
    const shown = toManagedCluster({ ...cluster, tags: {} }, { stateCase: 'lower', extensions: false });
    assert.deepEqual(Object.keys(shown.properties), ['provisioningState', 'apiServerAccessProfile']);
    assert.equal(shown.properties.provisioningState, 'succeeded');
    assert.equal('tags' in shown, false);
  });
});

describe('parseManagedClusterBody()', () => {
  test('what the body leaves out stays absent', () => {
    assert.deepEqual(parseManagedClusterBody({}), {});
    assert.deepEqual(parseManagedClusterBody({ properties: { longarm: {} } }), {});
  });

  test('what it says is read, and false is not absent', () => {
    const change = parseManagedClusterBody({
      location: 'local',
      tags: {},
      properties: {
        apiServerAccessProfile: { disableRunCommand: false },
        longarm: { executor: 'scripted', shell: 'sh', strict: false, limits: { graceSeconds: 5 } },
      },
    });
    assert.deepEqual(change, {
      location: 'local',
      tags: {},
      runCommandDisabled: false,
      executor: 'scripted',
      shell: 'sh',
      strict: false,
      limits: { graceMs: 5000 },
    });
  });

  test('a setting is given or taken away, and a kubeconfig is none of them', () => {
    const longarm = { image: null, namespace: 'n', podTemplate: null, kubeconfig: 'kind: Config' };
    const body = { properties: { longarm } };
    assert.ok(Schema.Check(managedClusterBodySchema, body));
    assert.deepEqual(parseManagedClusterBody(body), {
      kubernetes: { image: null, namespace: 'n', podTemplate: null },
      kubeconfig: 'kind: Config',
    });
    assert.equal(Schema.Check(managedClusterSchema.properties.properties.properties.longarm, longarm), false);
  });

  for (const [field, longarm] of [
    ['namespace', { namespace: 'kube.system' }],
    ['namespace', { namespace: '../x' }],
    ['serviceAccount', { serviceAccount: 'View' }],
    ['podTemplate', { podTemplate: JSON.parse(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`) }],
    ['podTemplate', { podTemplate: JSON.parse('{"spec":{"__proto__":{"hostPID":true}}}') }],
    ['podTemplate', { podTemplate: { metadata: { labels: { a: 'x'.repeat(70_000) } } } }],
  ] as const) {
    test(`the ${field} ${JSON.stringify(longarm).slice(0, 60)} is refused under its own name`, () => {
      assertRefused(() => parseManagedClusterBody({ properties: { longarm } }), {
        code: 'InvalidParameter',
        target: `properties.longarm.${field}`,
      });
    });
  }

  test('the schema refuses unknown words of ours and ignores the vendor’s', () => {
    assert.ok(Schema.Check(managedClusterBodySchema, { sku: {}, properties: { dnsPrefix: 'x' } }));
    assert.equal(Schema.Check(managedClusterBodySchema, { properties: { longarm: { reach: 'agent' } } }), false);
  });
});

describe('parseClusterLimits()', () => {
  const small = fc.integer({ min: 1, max: 3600 });

  test('limits come back from the wire as they went', () => {
    const limits = fc.record(
      {
        queueSeconds: small,
        startSeconds: small,
        runSeconds: small,
        graceSeconds: small,
        concurrent: small,
        waiting: small,
        waitingBytes: small,
        outputBytes: small,
        inlineLogsBytes: small,
        retentionSeconds: small,
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(limits, (wire) => assert.deepEqual(toWireLimits(parseClusterLimits(wire)), { ...wire })));
  });

  test('a time that leaves the calendar is refused under its own name', () => {
    assertRefused(() => parseClusterLimits({ runSeconds: 1e12 }), {
      code: 'InvalidParameter',
      target: 'properties.longarm.limits.runSeconds',
    });
  });
});
