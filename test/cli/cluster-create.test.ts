import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { checkKubeconfig } from '../../src/main/check-kubeconfig.ts';
import { sendJson } from '../client/fake-arm.ts';
import { runVerb, startFakeLongarm } from './run-verb.ts';

const kubeconfig = (user: object, cluster: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'one',
  contexts: [
    { name: 'one', context: { cluster: 'c1', user: 'u1', namespace: 'team' } },
    { name: 'two', context: { cluster: 'c2', user: 'u2' } },
    { name: 'torn', context: { cluster: 'c9', user: 'u1' } },
  ],
  clusters: [
    { name: 'c1', cluster: { server: 'https://one.example:6443', ...cluster } },
    { name: 'c2', cluster: { server: 'https://two.example' } },
  ],
  users: [
    { name: 'u1', user },
    { name: 'u2', user: { token: 'token-of-two' } },
  ],
});

/** Runs `longarm cluster create pods` with these options beside files of these contents, on a server that has no such cluster. */
async function create(t: TestContext, files: Readonly<Record<string, string>>, ...options: readonly string[]) {
  const { fake, folder, environment } = await startFakeLongarm(t);
  fake.on('GET', /managedClusters\/pods$/, (_seen, response) => {
    sendJson(response, 404, { error: { code: 'ResourceNotFound', message: 'none' } });
  });
  fake.on('PUT', /managedClusters\/pods$/, (_seen, response) => {
    sendJson(response, 201, { id: '/x', name: 'pods', location: 'local', type: 'x', properties: {} });
  });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const words = ['cluster', 'create', 'pods', '--executor', 'kubernetes', ...options];
  const ran = await runVerb(words, { environment, workingDirectory: folder });
  const [sent] = fake.requests(/managedClusters\/pods$/, 'PUT');
  return { ran, longarm: sent === undefined ? undefined : JSON.parse(sent.body.toString()).properties.longarm };
}

describe('longarm cluster create --executor kubernetes', () => {
  test('the files that a kubeconfig names are sent along, and of its contexts only the one that is meant', async (t) => {
    const user = { 'client-certificate': 'u.crt', 'client-key': 'u.key', 'client-key-data': '', tokenFile: 'token' };
    const file = stringify(kubeconfig(user, { 'certificate-authority': 'ca.crt' }));
    const files = { config: file, 'ca.crt': 'CA', 'u.crt': 'CERTIFICATE', 'u.key': 'KEY', token: 'fresh\n' };
    const { ran, longarm } = await create(t, files, '--kubeconfig', 'config');
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /The token in token is sent as it is now/);
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    assert.deepEqual(parse(longarm.kubeconfig), {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'one',
      contexts: [{ name: 'one', context: { cluster: 'c1', user: 'u1', namespace: 'team' } }],
      clusters: [
        { name: 'c1', cluster: { server: 'https://one.example:6443', 'certificate-authority-data': base64('CA') } },
      ],
      users: [
        {
          name: 'u1',
          user: {
            'client-certificate-data': base64('CERTIFICATE'),
            'client-key-data': base64('KEY'),
            token: 'fresh',
          },
        },
      ],
    });
  });

  test('what is sent for another context is what the server takes, and holds nothing of the others', async (t) => {
    const files = { config: stringify(kubeconfig({ exec: { command: 'aws' } })) };
    const { longarm } = await create(t, files, '--kubeconfig', 'config', '--context', 'two');
    assert.ok('server' in checkKubeconfig(longarm.kubeconfig));
    assert.ok(!longarm.kubeconfig.includes('aws') && !longarm.kubeconfig.includes('one.example'));
  });

  for (const [what, user, says] of [
    ['a program', { exec: { command: 'aws' } }, /u1.*the program aws \(exec\).*longarm cluster add NAME .*--install/s],
    ['a provider', { 'auth-provider': { name: 'gcp' } }, /u1.*\(auth-provider\).*--install/s],
    ['a file that is not there', { tokenFile: 'absent' }, /tokenFile .*absent cannot be read/],
  ] as const) {
    test(`credentials from ${what} are refused, and nothing is sent`, async (t) => {
      const { ran, longarm } = await create(t, { config: stringify(kubeconfig(user)) }, '--kubeconfig', 'config');
      assert.deepEqual([ran.code, longarm], [2, undefined]);
      assert.match(ran.stderr, says);
    });
  }

  for (const [what, config, options, says] of [
    ['names no current context', { contexts: [] }, [], /which context.*--context/s],
    ['has no such context', kubeconfig({}), ['--context', 'four'], /no context "four".*one, two, torn/s],
    ['names a cluster that it does not have', kubeconfig({}), ['--context', 'torn'], /no cluster "c9".*c1, c2/s],
    ['is a list', [], [], /mapping/],
  ] as const) {
    test(`a kubeconfig that ${what} is refused with what there is`, async (t) => {
      const files = { config: stringify(config) };
      const { ran, longarm } = await create(t, files, '--kubeconfig', 'config', ...options);
      assert.deepEqual([ran.code, longarm], [2, undefined]);
      assert.match(ran.stderr, says);
    });
  }

  test('a broken kubeconfig is refused without a line of it', async (t) => {
    const { ran } = await create(t, { config: 'users: [{ token: SECRET' }, '--kubeconfig', 'config');
    assert.equal(ran.code, 2);
    assert.ok(!ran.stderr.includes('SECRET'), ran.stderr);
  });

  test('settings are sent as they are given, and an empty one takes its setting away', async (t) => {
    const files = { pod: 'spec: { nodeSelector: { pool: ops } }' };
    const given = ['--namespace', 'commands', '--image', '', '--service-account', 'view', '--pod-template', 'pod'];
    const { longarm } = await create(t, files, ...given);
    assert.deepEqual(longarm, {
      executor: 'kubernetes',
      namespace: 'commands',
      image: null,
      serviceAccount: 'view',
      podTemplate: { spec: { nodeSelector: { pool: 'ops' } } },
    });
    const { longarm: without } = await create(t, {}, '--pod-template', '');
    assert.deepEqual(without, { executor: 'kubernetes', podTemplate: null });
  });

  test('a context without a kubeconfig is a mistake of usage', async (t) => {
    const { ran, longarm } = await create(t, {}, '--context', 'two');
    assert.deepEqual([ran.code, longarm], [2, undefined]);
    assert.match(ran.stderr, /--kubeconfig/);
  });
});
