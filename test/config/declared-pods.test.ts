import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { ConfigError } from '../../src/config/config-problem.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';

function resolve(...lines: readonly string[]) {
  const head = ['clusters:', '  - resourceGroup: production', '    name: east', '    executor: kubernetes'];
  const source = [...head, ...lines.map((line) => `    ${line}`)].join('\n');
  return resolveConfig({ flags: {}, environment: {}, file: parseConfigFile('a.yaml', source) }).clusters[0];
}

function problems(...lines: readonly string[]): readonly string[] {
  try {
    resolve(...lines);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ place, problem }) => `${place} ${problem}`);
  }
}

describe('a declared cluster that runs its commands in pods', () => {
  test('is reached by a kubeconfig, in one of its contexts or the current one', () => {
    const file = '/etc/east.kubeconfig';
    assert.deepEqual(resolve(`kubeconfig: ${file}`)?.pods, {
      reach: { type: 'kubeconfig', file, context: undefined },
      settings: {},
    });
    const reach = { type: 'kubeconfig', file, context: 'blue' };
    assert.deepEqual(resolve(`kubeconfig: ${file}`, 'context: blue')?.pods?.reach, reach);
  });

  test('is reached from inside where the server is a pod of it', () => {
    assert.deepEqual(resolve('inCluster: on')?.pods, { reach: { type: 'in-cluster' }, settings: {} });
  });

  test('has its settings, and a pod template with values of the kinds that YAML gives them', () => {
    const cluster = resolve(
      'inCluster: yes',
      'namespace: commands',
      'image: toolbox:1.34',
      'serviceAccount: team.view',
      'podTemplate:',
      '  metadata: { labels: { version: "1", tier: ops } }',
      '  spec:',
      '    priority: 5',
      '    hostNetwork: true',
      '    securityContext: { fsGroup: null }',
      '    tolerations: [{ operator: Exists, tolerationSeconds: 0x10 }]',
    );
    assert.deepEqual(cluster?.pods?.settings, {
      namespace: 'commands',
      image: 'toolbox:1.34',
      serviceAccount: 'team.view',
      podTemplate: {
        metadata: { labels: { version: '1', tier: 'ops' } },
        spec: {
          priority: 5,
          hostNetwork: true,
          securityContext: { fsGroup: null },
          tolerations: [{ operator: 'Exists', tolerationSeconds: 16 }],
        },
      },
    });
  });

  for (const [what, lines, says] of [
    ['is reached by nothing', [], /a\.yaml:2 \(clusters\[0\]\.kubeconfig\) is missing.*inCluster/],
    [
      'is reached in two ways',
      ['kubeconfig: /a', 'inCluster: on'],
      /a\.yaml:5 \(clusters\[0\]\.kubeconfig\).*leave one out/,
    ],
    ['has a context of no kubeconfig', ['inCluster: on', 'context: x'], /a\.yaml:6 \(clusters\[0\]\.context\)/],
    ['has a namespace that is none', ['inCluster: on', 'namespace: Team'], /namespace\) must be a name of lower-case/],
    ['has an account that is none', ['inCluster: on', 'serviceAccount: a_b'], /serviceAccount\) must be a name of/],
    ['has a template that is a word', ['inCluster: on', 'podTemplate: x'], /podTemplate\) must be a mapping/],
    [
      'has a template with what is never taken',
      ['inCluster: on', 'podTemplate:', '  spec: { hostPID: true }'],
      /a\.yaml:6 \(clusters\[0\]\.podTemplate\.spec\.hostPID\) is refused: With it/,
    ],
    ['has variables of the process lane', ['inCluster: on', 'environment: { A: b }'], /environment\).*podTemplate/],
  ] as const) {
    test(`is refused where it ${what}, with the line`, () => {
      const found = problems(...lines);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', says);
    });
  }

  test('has keys that clusters of other kinds are refused', () => {
    const source = 'clusters: [{ resourceGroup: a, name: b, executor: scripted, image: x, inCluster: off }]';
    const file = parseConfigFile('a.yaml', source);
    assert.throws(
      () => resolveConfig({ flags: {}, environment: {}, file }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(
          error.problems.map(({ problem }) => problem),
          Array.from({ length: 2 }, () => 'is for clusters with `executor: kubernetes`'),
        );
        return true;
      },
    );
  });
});
