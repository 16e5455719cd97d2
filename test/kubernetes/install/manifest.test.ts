import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { buildManifest } from '../../../src/executors/kubernetes/install/manifest.ts';
import { manifestYaml } from '../../../src/executors/kubernetes/install/manifest-yaml.ts';
import { parseServerPrincipal } from '../../../src/executors/kubernetes/install/server-principal.ts';

function manifest(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

describe('buildManifest()', () => {
  test('is the document that was read line by line, and not a word more', () => {
    const objects = buildManifest({ namespace: 'longarm', server: 'own-account' });
    assert.equal(manifestYaml(objects), manifest('manifest.yaml'));
  });

  test('puts everything of a namespace into the one that was named, and gives cluster roles names of their own', () => {
    const usual = manifestYaml(buildManifest({ namespace: 'longarm', server: 'own-account' }));
    const other = manifestYaml(buildManifest({ namespace: 'ops', server: 'own-account' }));
    const moved = usual
      .replaceAll(/^( +(?:- |)namespace:) longarm$/gm, '$1 ops')
      .replaceAll('longarm:longarm:', 'longarm:ops:')
      .replace(/^( {2}name:) longarm$/m, '$1 ops')
      .replace(/(resourceNames:\n +- )longarm(\n +verbs:\n +- get\n---)/, '$1ops$2');
    assert.equal(other, moved);
  });

  test('binds the rights of the server to whoever it is to the cluster, and makes no account then', () => {
    const server = ['User:https://issuer.example.com#longarm', 'Group:longarm', 'ServiceAccount:apps/server'].map(
      (text) => parseServerPrincipal(text) ?? assert.fail(text),
    );
    const objects = buildManifest({ namespace: 'longarm', server });
    const binding = objects.find(({ kind }) => kind === 'RoleBinding');
    assert.deepEqual(binding?.body['subjects'], [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'https://issuer.example.com#longarm' },
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'longarm' },
      { kind: 'ServiceAccount', namespace: 'apps', name: 'server' },
    ]);
    assert.deepEqual(
      objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ name }) => name),
      ['view', 'edit', 'admin'],
    );
  });

  test('gives nobody a right where an administrator runs the commands', () => {
    const objects = buildManifest({ namespace: 'longarm', server: 'administrator' });
    assert.deepEqual(
      objects.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding'),
      [],
    );
  });
});

describe('parseServerPrincipal()', () => {
  for (const text of [
    '',
    'longarm',
    'user:longarm',
    'User:',
    'ServiceAccount:longarm',
    'ServiceAccount:A/b',
    'Role:x',
  ]) {
    test(`"${text}" is nobody`, () => assert.equal(parseServerPrincipal(text), undefined));
  }
});
