import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { probeIsolation } from '../../src/executors/process/probe-isolation.ts';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { startServed } from './served.ts';

const { kind } = await probeIsolation();

describe('a cluster that is written through the API', () => {
  let server: ArmServer;
  let clusters: string;
  let marker: string;
  let listener: Server;
  let called = 0;
  let loopback: string;
  before(async () => {
    server = await startArmServer();
    clusters = `${server.group}/providers/Microsoft.ContainerService/managedClusters`;
    marker = join(server.dataDir, 'made-by-a-cluster');
    listener = createServer((_request, response) => {
      called += 1;
      response.end();
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    loopback = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  });
  after(async () => {
    listener.close();
    await server.stop();
  });

  const put = (name: string, longarm: unknown, more: object = {}, properties: object = {}) =>
    server.call('PUT', `${clusters}/${name}?${version}`, {
      token: server.administrator,
      body: { ...more, properties: { ...properties, longarm } },
    });
  const get = (name: string) => server.call('GET', `${clusters}/${name}?${version}`, { token: server.administrator });
  const reasonOf = async (cluster: string, command: string) => {
    const end = await server.end(await server.submit(command, { cluster }));
    return String(end.json.properties.reason);
  };

  const executors: readonly unknown[] = [
    'process',
    'Process',
    'PROCESS',
    ' process',
    'process\0',
    'Kubernetes',
    'exec',
    '/bin/sh',
    '',
    ['process'],
    { kind: 'process' },
    true,
  ];
  for (const executor of executors) {
    test(`is refused with the executor ${JSON.stringify(executor)}, with the field and what it may be, and is not made`, async () => {
      const answer = await put('wanted', { executor });
      assert.deepEqual([answer.status, answer.json.error.target], [400, 'properties.longarm.executor'], answer.text);
      assert.match(answer.json.error.message, /scripted/);
      assert.equal((await get('wanted')).status, 404);
    });
  }

  test('is refused where the executor is said twice, or by a name of every object', async () => {
    for (const longarm of [
      '{"executor":"scripted","executor":"process"}',
      '{"__proto__":{"executor":"process"}}',
      '{"executor":"scripted","__proto__":{"executor":"process"}}',
      '{"constructor":{"prototype":{"executor":"process"}}}',
    ]) {
      const rawBody = `{"properties":{"longarm":${longarm}}}`;
      const headers = { 'content-type': 'application/json' };
      const path = `${clusters}/wanted?${version}`;
      const answer = await server.call('PUT', path, { token: server.administrator, rawBody, headers });
      assert.equal(answer.status, 400, `${longarm}: ${answer.text}`);
      assert.equal((await get('wanted')).status, 404);
    }
    assert.equal(Reflect.get({}, 'executor'), undefined);
  });

  const ours = (): Readonly<Record<string, unknown>> => ({
    kubeconfig: `apiVersion: v1\nusers: [{ user: { exec: { command: touch, args: [${marker}] } } }]`,
    kubeconfigPath: '/etc/passwd',
    environment: { LD_PRELOAD: marker, KUBECONFIG: '/etc/passwd' },
    command: ['touch', marker],
    exec: { command: 'touch', args: [marker] },
    path: '/etc/passwd',
    filesBelow: '/',
    server: loopback,
    proxyUrl: loopback,
    reach: 'agent',
    podTemplate: {},
    origin: 'configuration',
    processUser: 'root',
    uid: 'another',
  });
  for (const name of Object.keys(ours())) {
    test(`is refused with a word of ours that it does not have: ${name}, by that name`, async () => {
      const answer = await put('wanted', { executor: 'scripted', [name]: ours()[name] });
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.error.message, new RegExp(`\\b${name}\\b`));
      assert.ok(!answer.text.includes(marker) && !answer.text.includes('passwd'), answer.text);
      assert.equal((await get('wanted')).status, 404);
    });
  }

  test('is refused with the executor kubernetes and no kubeconfig to reach it by', async () => {
    const answer = await put('wanted', { executor: 'kubernetes' });
    assert.deepEqual([answer.status, answer.json.error.target], [400, 'properties.longarm.kubeconfig'], answer.text);
    assert.equal((await get('wanted')).status, 404);
  });

  // A kubeconfig says where to go, and by which files, programs and proxies: all of that would be the server's own.
  const kubeconfig = (cluster: object, user: object) =>
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://cluster.invalid:6443', ...cluster } }],
      users: [{ name: 'u', user }],
    });
  const reaching = (): readonly (readonly [string, object, object])[] => [
    ['exec', {}, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [marker] } }],
    ['auth-provider', {}, { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': marker } } }],
    ['tokenFile', {}, { tokenFile: '/etc/passwd' }],
    ['client-certificate', {}, { 'client-certificate': '/etc/passwd', 'client-key': '/etc/passwd' }],
    ['certificate-authority', { 'certificate-authority': '/etc/passwd' }, { token: 't' }],
    ['proxy-url', { 'proxy-url': loopback }, { token: 't' }],
    ['insecure-skip-tls-verify', { 'insecure-skip-tls-verify': true }, { token: 't' }],
    ['server', { server: loopback }, { token: 't' }],
    ['address', { server: loopback.replace('http:', 'https:') }, { token: 't' }],
    ['address', { server: 'https://[::1]:6443' }, { token: 't' }],
    ['address', { server: 'https://169.254.169.254/' }, { token: 't' }],
    ['address', { server: 'https://2130706433/' }, { token: 't' }],
  ];
  for (const [index, name] of [
    'exec',
    'auth-provider',
    'tokenFile',
    'client-certificate',
    'certificate-authority',
    'proxy-url',
    'insecure-skip-tls-verify',
    'server (http)',
    'address (127.0.0.1)',
    'address (::1)',
    'address (169.254.169.254)',
    'address (127.0.0.1 as a number)',
  ].entries()) {
    test(`is refused with a kubeconfig that reaches into the server: ${name}, by that name`, async () => {
      const [word = '', cluster = {}, user = {}] = reaching()[index] ?? [];
      const answer = await put('wanted', { executor: 'kubernetes', kubeconfig: kubeconfig(cluster, user) });
      assert.deepEqual([answer.status, answer.json.error.target], [400, 'properties.longarm.kubeconfig'], answer.text);
      assert.match(answer.json.error.message, new RegExp(word));
      assert.ok(!answer.text.includes(marker), answer.text);
      assert.equal((await get('wanted')).status, 404);
      assert.ok(!existsSync(marker));
    });
  }

  test('is refused with a pod template that reaches the node, and says which field', async () => {
    const inline = kubeconfig({}, { token: 't' });
    for (const [field, spec] of [
      ['spec.hostNetwork', { hostNetwork: true }],
      ['spec.hostPID', { hostPID: true }],
      ['spec.volumes[0].hostPath', { volumes: [{ name: 'node', hostPath: { path: '/' } }] }],
      ['spec.serviceAccountName', { serviceAccountName: 'admin' }],
    ] as const) {
      const longarm = { executor: 'kubernetes', kubeconfig: inline, podTemplate: { spec } };
      const answer = await put('wanted', longarm);
      assert.deepEqual([answer.status, answer.json.error.target], [400, 'properties.longarm.podTemplate'], answer.text);
      assert.ok(answer.json.error.message.includes(field), answer.text);
      assert.equal((await get('wanted')).status, 404);
    }
  });

  for (const shell of ['/bin/sh', 'sh -c "touch x"', 'bash; touch x', '../bash', 'python3']) {
    test(`is refused with the shell ${shell}`, async () => {
      const answer = await put('wanted', { executor: 'scripted', shell });
      assert.deepEqual([answer.status, answer.json.error.target], [400, 'properties.longarm.shell']);
      assert.match(answer.json.error.message, /must be sh or bash/);
    });
  }

  test('has nothing of the vendor’s words that name a program, a file or an address: they are dropped', async () => {
    const properties = {
      fqdn: '127.0.0.1',
      privateFQDN: 'localhost',
      kubeConfig: Buffer.from(`exec: ${marker}`).toString('base64'),
      executor: 'process',
      dnsPrefix: loopback,
      apiServerAccessProfile: { authorizedIPRanges: ['0.0.0.0/0'], privateDNSZone: loopback },
      httpProxyConfig: { httpProxy: loopback, httpsProxy: loopback, trustedCa: '/etc/passwd' },
      oidcIssuerProfile: { enabled: true, issuerURL: loopback },
      identityProfile: { kubeletidentity: { resourceId: '/etc/passwd' } },
      addonProfiles: { x: { config: { command: `touch ${marker}` } } },
      linuxProfile: { ssh: { publicKeys: [{ keyData: '/etc/passwd' }] } },
    };
    const more = { executor: 'process', origin: 'configuration', name: 'local', id: `${clusters}/local`, identity: {} };
    assert.equal((await put('vendors', { executor: 'scripted' }, more, properties)).status, 201);
    const { json } = await get('vendors');
    assert.deepEqual(Object.keys(json).toSorted(), ['id', 'location', 'name', 'properties', 'type']);
    assert.equal(json.name, 'vendors');
    assert.deepEqual(Object.keys(json.properties).toSorted(), [
      'apiServerAccessProfile',
      'longarm',
      'provisioningState',
    ]);
    assert.deepEqual(json.properties.apiServerAccessProfile, { disableRunCommand: false });
    assert.equal(json.properties.longarm.executor, 'scripted');
    assert.equal(
      (await get('local')).json.properties.longarm.executor,
      'process',
      'the one that was named is as it was',
    );
  });

  test('runs no program and touches no file of the server, whatever its commands say', async () => {
    assert.equal((await put('made', { executor: 'scripted', shell: 'bash' })).status, 201);
    for (const command of [`touch ${marker}`, `$(touch ${marker})`, `\`touch ${marker}\``, `exec ${marker}`]) {
      assert.match(await reasonOf('made', command), /^InvalidScript: /);
    }
    for (const command of [`append ${marker} x`, `append /proc/self/fd/1 x`, `wait ${server.dataDir}/keys.json`]) {
      assert.match(await reasonOf('made', command), /^InvalidScript: .* given no directory for the files of scripts/);
    }
    const printed = await server.end(
      await server.submit(`stdout $(touch ${marker}) \`id\` $HOME`, { cluster: 'made' }),
    );
    assert.equal(printed.json.properties.logs, `$(touch ${marker}) \`id\` $HOME\n`);
    assert.ok(!existsSync(marker));
  });

  test('cannot take the place of one that the configuration names, in whatever case it is written', async () => {
    for (const path of [
      `${clusters}/LOCAL`,
      `${clusters.replace('/rg1/', '/RG1/')}/Local`,
      clusters.toUpperCase() + '/local',
    ]) {
      for (const longarm of [{ executor: 'scripted' }, { shell: 'bash' }, { limits: { runSeconds: 1 } }]) {
        const options = { token: server.administrator, body: { properties: { longarm } } };
        const answer = await server.call('PUT', `${path}?${version}`, options);
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.json.error.message, /named in the server's own configuration/);
      }
    }
    const elsewhere = clusters.replace('/rg1/', '/rg9/');
    const options = { token: server.administrator, body: { properties: { longarm: { executor: 'scripted' } } } };
    assert.equal((await server.call('PUT', `${elsewhere}/local?${version}`, options)).status, 201);
    const submit = { token: server.administrator, body: { command: `touch ${marker}` } };
    const submitted = await server.call('POST', `${elsewhere}/local/runCommand?${version}`, submit);
    const end = await server.end(new URL(submitted.headers['location'] ?? '').pathname);
    assert.match(end.json.properties.reason, /^InvalidScript: /, 'a namesake in another group has no process lane');
    assert.ok(!existsSync(marker));
  });

  test('has called nobody on the server’s own machine', () => assert.equal(called, 0));
});

if (kind === 'namespaces') {
  test('a cluster of the process lane that the configuration names no more runs nothing, and says why', async (t) => {
    const user = process.getuid?.() === 0 ? 'processUser: "65534:65534"\n' : '';
    const server = await startServed(`${user}clusters: [{ resourceGroup: rg1, name: former, executor: process }]\n`);
    t.after(() => server.dispose());
    const token = await server.tokenOf(await server.client('admin', 'administrator', '/'));
    await server.end();
    writeFileSync(join(server.folder, 'longarm.yaml'), 'clusters: []\n');
    await server.start();
    const path = `${server.clusters}/former`;
    const change = { properties: { longarm: { executor: 'process' } } };
    assert.equal((await server.call('PUT', `${path}?${version}`, { token, body: change })).status, 200, 'what it was');
    const body = { command: `echo it ran` };
    const submitted = await server.call('POST', `${path}/runCommand?${version}`, { token, body });
    const result = new URL(String(submitted.headers['location'])).pathname;
    for (;;) {
      const answer = await server.call('GET', `${result}?${version}`, { token, headers: { prefer: 'wait=20' } });
      if (answer.status === 202) continue;
      assert.match(answer.text, /"Failed".*"reason":"CouldNotStart: .*(?:configuration|process lane)/);
      assert.ok(!answer.text.includes('it ran'));
      return;
    }
  });
}
