import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadConfigFile, parseConfigFile } from '../../src/config/config-file.ts';
import { ConfigError } from '../../src/config/config-problem.ts';
import { configFilePath } from '../../src/config/config-file.ts';
import { type ConfigSources, resolveConfig } from '../../src/config/resolve-config.ts';

function resolve(yaml: string, sources: Partial<ConfigSources> = {}) {
  return resolveConfig({ flags: {}, environment: {}, ...sources, file: parseConfigFile('longarm.yaml', yaml) });
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ place, problem }) => `${place} ${problem}`);
  }
  throw new assert.AssertionError({ message: 'There was no problem.' });
}

describe('resolveConfig()', () => {
  test('a flag beats the variable, the variable beats the file, the file beats the default', () => {
    const environment = { LONGARM_PORT: '2', LONGARM_HOST: 'variable' };
    const config = resolve('port: 3\nhost: file\nlocation: file\n', { flags: { port: '1' }, environment });
    assert.deepEqual([config.port, config.host, config.location, config.logLevel], [1, 'variable', 'file', 'info']);
  });

  test('an empty variable counts as none', () => {
    assert.equal(resolve('port: 3', { environment: { LONGARM_PORT: '' } }).port, 3);
  });

  test('the variable that Kubernetes sets for a service called longarm is passed over', () => {
    assert.equal(resolve('port: 3', { environment: { LONGARM_PORT: 'tcp://10.0.0.1:443' } }).port, 3);
  });

  test('durations and sizes come out in milliseconds and bytes, plain numbers in their unit', () => {
    const { limits } = resolve('limits:\n  run: 1h30m\n  start: 90\n  output: 2GiB\n  inlineLogs: 65536\n');
    assert.deepEqual(
      [limits.runMs, limits.startMs, limits.outputBytes, limits.inlineLogsBytes],
      [5_400_000, 90_000, 2 * 1024 ** 3, 65_536],
    );
  });

  test('everything that is wrong is reported at once, each with its place', () => {
    const yaml = ['prot: 1', 'tls:', '  certFil: x', 'limits:', '  run: 99d', '  waiting: many', 'logLevel:'].join(
      '\n',
    );
    const problems = problemsOf(() => resolve(yaml, { flags: { port: '70000' }, environment: { LONGARM_HOST: ' ' } }));
    assert.deepEqual(problems.toSorted(), [
      '--port is 70000; the most is 65535',
      'LONGARM_HOST must be a host name or an address, and is empty',
      'longarm.yaml:1 (prot) is not known; did you mean `port`?',
      'longarm.yaml:3 (tls.certFil) is not known; did you mean `certFile`?',
      'longarm.yaml:5 (limits.run) is 99d; the most is 30d',
      'longarm.yaml:6 (limits.waiting) must be a whole number, and is `many`',
      'longarm.yaml:7 (logLevel) has no value; give it one, or leave the line out',
    ]);
  });

  test('a certificate without its key, and plain HTTP without a public URL, are refused', () => {
    const problems = problemsOf(() => resolve('tls: {certFile: a.pem}\nplainHttp: {enabled: on}\n'));
    assert.deepEqual(
      problems.map((problem) => problem.split(' ')[0]),
      ['--tls-key-file', '--public-url'],
    );
  });

  test('root is refused as the user of the process lane', () => {
    for (const user of ['0', '0:0', 'root']) {
      assert.match(problemsOf(() => resolve(`processUser: "${user}"`)).join(), /without privileges/);
    }
    assert.deepEqual(resolve('processUser: 1001:1002').processUser, { type: 'ids', uid: 1001, gid: 1002 });
  });

  test('the data directory follows XDG_STATE_HOME, and HOME where that is absent or relative', () => {
    const dirs = [
      { XDG_STATE_HOME: '/state', HOME: '/home/a' },
      { XDG_STATE_HOME: 'relative', HOME: '/home/a' },
      { HOME: '/home/a' },
      {},
    ].map((environment) => resolveConfig({ flags: {}, environment, file: undefined }).dataDir);
    assert.deepEqual(dirs, [
      '/state/longarm',
      '/home/a/.local/state/longarm',
      '/home/a/.local/state/longarm',
      '/var/lib/longarm',
    ]);
  });

  test('the result is frozen to its depth', () => {
    const config = resolve('clusters: [{resourceGroup: g, name: c, environment: {A: b}}]');
    assert.throws(() => Object.assign(config.limits, { concurrent: 1 }), TypeError);
    assert.throws(() => Object.assign(config.clusters[0]?.environment ?? {}, { A: 'c' }), TypeError);
  });
});

describe('the lists of the file', () => {
  test('a cluster has its own limits and variables, and defaults for what it leaves out', () => {
    const yaml = [
      'clusters:',
      '  - resourceGroup: Production',
      '    name: west',
      '    environment: {KUBECONFIG: /etc/kube, EMPTY: }',
      '    limits: {run: 2h, concurrent: 4}',
    ].join('\n');
    assert.deepEqual(resolve(yaml).clusters, [
      {
        subscriptionId: undefined,
        resourceGroup: 'Production',
        name: 'west',
        executor: 'process',
        shell: 'sh',
        environment: { KUBECONFIG: '/etc/kube', EMPTY: '' },
        strict: false,
        disableRunCommand: undefined,
        limits: { runMs: 7_200_000, concurrent: 4 },
        pods: undefined,
      },
    ]);
  });

  test('clusters that are the same but for case are refused', () => {
    const yaml = 'clusters:\n- {resourceGroup: a, name: c}\n- {resourceGroup: A, name: C}\n';
    assert.match(problemsOf(() => resolve(yaml)).join(), /name `A\/C` twice/);
  });

  test('a cluster that lacks its name, or has a wrong one, is refused with its line', () => {
    const problems = problemsOf(() => resolve('clusters:\n- {resourceGroup: a}\n- {resourceGroup: a, name: -x}\n'));
    assert.match(problems[0] ?? '', /^longarm\.yaml:2 \(clusters\[0\]\.name\) is missing/);
    assert.match(problems[1] ?? '', /^longarm\.yaml:3 \(clusters\[1\]\.name\) must be 1 to 63/);
  });

  test('an issuer without an audience of its own is refused, unless it says that Azure’s tokens are welcome', () => {
    assert.match(problemsOf(() => resolve('issuers: [{issuer: "https://i.example"}]')).join(), /at least one audience/);
    const issuers = resolve('issuers: [{issuer: "https://i.example", acceptAzureArmTokens: on}]').issuers;
    assert.equal(issuers[0]?.acceptAzureArmTokens, true);
  });

  test('an issuer over plain HTTP is refused, except on loopback', () => {
    assert.match(problemsOf(() => resolve('issuers: [{issuer: "http://i.example", audiences: [a]}]')).join(), /https/);
    assert.equal(resolve('issuers: [{issuer: "http://127.0.0.1:9", audiences: [a]}]').issuers.length, 1);
  });
});

describe('the configuration file', () => {
  test('broken YAML is a problem with its line', () => {
    const problems = problemsOf(() => parseConfigFile('longarm.yaml', 'port: 1\nhost: [a\n'));
    assert.match(problems[0] ?? '', /^longarm\.yaml:\d is not YAML: /);
  });

  test('aliases that multiply are refused before they fill the memory', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let letter = 1; letter < 9; letter += 1) {
      const [name, before] = [String.fromCharCode(97 + letter), String.fromCharCode(96 + letter)];
      lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`);
    }
    assert.match(problemsOf(() => parseConfigFile('longarm.yaml', lines.join('\n'))).join(), /more than 100 aliases/);
  });

  test('an empty file is a configuration of defaults', () => {
    assert.equal(resolve('# nothing\n').port, 8443);
  });

  test('a file that is named must exist; the system’s need not', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'longarm-config-'));
    t.after(() => rm(directory, { recursive: true }));
    const absent = join(directory, 'absent.yaml');
    await assert.rejects(loadConfigFile(absent), /does not exist/);
    assert.equal(await loadConfigFile(absent, false), undefined);
    await writeFile(join(directory, 'there.yaml'), 'port: 0444\n');
    const file = await loadConfigFile(join(directory, 'there.yaml'));
    assert.equal(resolveConfig({ flags: {}, environment: {}, file }).port, 444);
    assert.deepEqual(configFilePath(undefined, ''), { path: '/etc/longarm/longarm.yaml', required: false });
    assert.deepEqual(configFilePath('a', 'b'), { path: 'a', required: true });
  });
});
