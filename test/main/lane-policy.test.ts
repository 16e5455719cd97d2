import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { withoutNamespaces } from '../../src/executors/process/probe-isolation.ts';
import { laneRefusal } from '../../src/main/lane-policy.ts';

const weak = withoutNamespaces(true, 'this machine has none');
const strong = { ...weak, kind: 'namespaces', canDropUid: true, weaknesses: [] } as const;
const lane = 'clusters:\n  - { resourceGroup: rg, name: here, executor: process }\n';

function refusal(text: string, machine: { isolation: typeof weak | typeof strong; isRoot: boolean }) {
  const flags = { dataDir: '/srv/longarm' };
  return laneRefusal(resolveConfig({ flags, environment: {}, file: parseConfigFile('a.yaml', text) }), machine);
}

describe('laneRefusal()', () => {
  test('a configuration without a process lane is served anywhere', () => {
    assert.equal(refusal('clusters: []', { isolation: weak, isRoot: true }), undefined);
  });

  test('a process lane is not served where the data directory cannot be masked', () => {
    assert.match(
      refusal(lane, { isolation: weak, isRoot: false }) ?? '',
      /cannot be kept apart .*this machine has none/,
    );
  });

  test('root serves a process lane only under another user', () => {
    assert.match(refusal(lane, { isolation: strong, isRoot: true }) ?? '', /as root.*processUser/);
    assert.equal(refusal(`processUser: nobody\n${lane}`, { isolation: strong, isRoot: true }), undefined);
  });

  test('another user needs a server that runs as root', () => {
    const isolation = { ...strong, canDropUid: false };
    assert.match(
      refusal(`processUser: nobody\n${lane}`, { isolation, isRoot: false }) ?? '',
      /only a server that runs as root/,
    );
  });

  test('a secret that commands of the same user could read keeps the lane from being served', () => {
    const machine = { isolation: strong, isRoot: false };
    assert.match(refusal(`metricsTokenFile: /etc/token\n${lane}`, machine) ?? '', /can read \/etc\/token/);
    const pods = '  - { resourceGroup: rg, name: there, executor: kubernetes, kubeconfig: /etc/there }\n';
    assert.match(refusal(`${lane}${pods}`, machine) ?? '', /can read \/etc\/there/);
    assert.equal(refusal(`${lane}${pods.replace('/etc', '/srv/longarm')}`, machine), undefined);
    assert.equal(refusal(`metricsTokenFile: /srv/longarm/token\n${lane}`, machine), undefined);
  });
});
