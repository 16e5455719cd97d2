import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ClusterAccess, describeAccess } from '../../../src/executors/kubernetes/client/cluster-access.ts';
import { KubeconfigError } from '../../../src/executors/kubernetes/client/kubeconfig-error.ts';
import { parseKubeconfig } from '../../../src/executors/kubernetes/client/kubeconfig.ts';
import { makeClientCertificate } from '../fake-api/certificates.ts';
import { fakeAuthority } from '../fake-api/fake-api.ts';
import { base64, kubeconfig } from '../fake-api/kubeconfigs.ts';

const own = makeClientCertificate(fakeAuthority, 'somebody');
const other = makeClientCertificate(fakeAuthority, 'somebody else');
const trusted = { directory: '/etc/clusters', environment: { PATH: '/bin', HOME: '/root' } };
const parse = (text: string): ClusterAccess => parseKubeconfig(text, { trusted });
const parseForeign = (text: string): ClusterAccess => parseKubeconfig(text, { trusted: undefined });

const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'get-token', interactiveMode: 'Never' };
const inline = {
  'client-certificate-data': base64(own.certPem),
  'client-key-data': base64(own.keyPem),
};

describe('a kubeconfig', () => {
  test('gives the server, the token and the namespace of its current context', () => {
    const access = parseForeign(kubeconfig({ context: { namespace: 'work' } }));
    assert.equal(access.server.href, 'https://cluster.test:6443/');
    assert.deepEqual(access.bearer, { type: 'token', token: 'abc' });
    assert.equal(access.namespace, 'work');
    assert.ok(access.verifiesServer);
  });

  test('is read as JSON too', () => {
    const text = JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://[fd00::1]:6443' } }],
      users: [{ name: 'u', user: null }],
    });
    const access = parseForeign(text);
    assert.equal(access.namespace, 'default');
    assert.deepEqual(access.bearer, { type: 'none' });
  });

  test('gives inline certificates as PEM', () => {
    const cluster = { 'certificate-authority-data': base64(fakeAuthority.certPem), 'tls-server-name': 'api.test' };
    const access = parseForeign(kubeconfig({ cluster, user: inline }));
    assert.deepEqual(access.certificateAuthority, { type: 'inline', pem: fakeAuthority.certPem });
    assert.deepEqual(access.clientCertificate?.certificate, { type: 'inline', pem: own.certPem });
    assert.equal(access.tlsServerName, 'api.test');
  });

  test('of the server itself may name files, and they start at its own directory', () => {
    const access = parse(
      kubeconfig({
        cluster: { 'certificate-authority': 'pki/ca.crt' },
        user: { 'client-certificate': '/abs/me.crt', 'client-key': '../me.key', tokenFile: 'token' },
      }),
    );
    assert.deepEqual(access.certificateAuthority, { type: 'file', file: '/etc/clusters/pki/ca.crt' });
    assert.deepEqual(access.clientCertificate, {
      certificate: { type: 'file', file: '/abs/me.crt' },
      key: { type: 'file', file: '/etc/me.key' },
    });
    // The file goes before the token, as with kubectl.
    assert.deepEqual(access.bearer, { type: 'token-file', file: '/etc/clusters/token' });
  });

  test('of the server itself may name an exec plugin, which gets its own variables and asked-for facts', () => {
    const cluster = { extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }] };
    const env = [{ name: 'REGION', value: 'eu' }];
    const user = {
      token: undefined,
      exec: { ...exec, command: './bin/get', args: ['-x'], env, provideClusterInfo: true },
    };
    const { bearer } = parse(kubeconfig({ cluster, user }));
    assert.ok(bearer.type === 'exec-plugin');
    assert.equal(bearer.plugin.command, '/etc/clusters/bin/get');
    assert.deepEqual(bearer.plugin.args, ['-x']);
    assert.deepEqual(bearer.plugin.environment, { ...trusted.environment, REGION: 'eu' });
    assert.deepEqual(bearer.plugin.cluster, { server: 'https://cluster.test:6443', config: { audience: 'x' } });
  });

  test('looks for a plugin without a directory on PATH', () => {
    const { bearer } = parse(kubeconfig({ user: { token: undefined, exec } }));
    assert.ok(bearer.type === 'exec-plugin');
    assert.equal(bearer.plugin.command, 'get-token');
  });

  test('is described without its secrets', () => {
    const access = parse(kubeconfig({ cluster: { 'proxy-url': 'http://me:secret@proxy.test:3128' }, user: inline }));
    assert.equal(
      describeAccess(access),
      'https://cluster.test:6443/ through the proxy proxy.test:3128, with a client certificate and a token, namespace default',
    );
  });
});

const wrong: readonly (readonly [what: string, text: string, words: RegExp])[] = [
  ['no YAML', 'a: [1', /^The kubeconfig is not YAML: /],
  ['a list', '- a', /not a mapping of keys to values/],
  ['an empty text', '', /not a mapping of keys to values/],
  ['a manifest', 'kind: Pod', /^This is a Pod, not a kubeconfig/],
  ['no current context', 'kind: Config\ncontexts: [{name: a}, {name: b}]', /choose one of its contexts \(a, b\)/],
  ['an alias bomb', bomb(), /aliases that cannot be followed/],
  ['a very long text', 'x'.repeat(1024 * 1024 + 1), /longer than 1 MiB/],
  [
    'an unknown cluster',
    kubeconfig({ context: { cluster: 'd' } }),
    /names the cluster "d", which is not .* it has c\./,
  ],
  ['an unknown user', kubeconfig({ context: { user: 'v' } }), /names the user "v", which is not .* it has u\./],
  ['no user', kubeconfig({ context: { user: '' } }), /contexts\[main\]\.context names no user/],
  ['no server', kubeconfig({ cluster: { server: '' } }), /clusters\[c\]\.cluster\.server is missing/],
  ['a server that is no URL', kubeconfig({ cluster: { server: 'cluster:6443' } }), /server is not a URL such as/],
  ['a server with a password', kubeconfig({ cluster: { server: 'https://a:b@c' } }), /remove user, query and fragment/],
  [
    'no base64',
    kubeconfig({ cluster: { 'certificate-authority-data': '%%' } }),
    /certificate-authority-data is not base64/,
  ],
  ['no PEM', kubeconfig({ cluster: { 'certificate-authority-data': 'YWJj' } }), /something that is no PEM/],
  [
    'a broken certificate',
    kubeconfig({
      cluster: { 'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n') },
    }),
    /holds no certificate that can be read/,
  ],
  [
    'a certificate without key',
    kubeconfig({ user: { 'client-certificate-data': base64(own.certPem) } }),
    /a client-certificate and no client-key/,
  ],
  [
    'a key without certificate',
    kubeconfig({ user: { 'client-key-data': base64(own.keyPem) } }),
    /a client-key and no client-certificate/,
  ],
  [
    'another key',
    kubeconfig({ user: { ...inline, 'client-key-data': base64(other.keyPem) } }),
    /is not the key of client-certificate-data/,
  ],
  ['a token of two lines', kubeconfig({ user: { token: 'a\nb' } }), /users\[u\]\.user\.token is no token/],
  ['a token that is a number', kubeconfig({ user: { token: 12 } }), /users\[u\]\.user\.token must be text/],
  ['a password', kubeconfig({ user: { username: 'a', password: 'b' } }), /no longer accepts \(since 1\.19\)/],
  [
    'an auth-provider',
    kubeconfig({ user: { 'auth-provider': { name: 'gcp' } } }),
    /by kubectl neither \(since 1\.26\)/,
  ],
  ['impersonation', kubeconfig({ user: { as: 'root' } }), /user\.as asks for impersonation/],
];

function bomb(): string {
  const lines = ['a0: &a0 [x]'];
  for (let level = 1; level < 9; level += 1) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => alias).join(', ')}]`);
  }
  return lines.join('\n');
}

describe('a kubeconfig that cannot be used', () => {
  for (const [what, text, words] of wrong) {
    test(`is refused by a sentence: ${what}`, () => {
      assert.throws(() => parseForeign(text), matching(words));
    });
  }

  test('names the contexts that it has, when another one was asked for', () => {
    const options = { context: 'prod', trusted };
    assert.throws(() => parseKubeconfig(kubeconfig(), options), matching(/no context "prod"; it has main, other\./));
  });

  const plugins: readonly (readonly [what: string, plugin: object, words: RegExp])[] = [
    ['an old version', { ...exec, apiVersion: 'client.authentication.k8s.io/v1alpha1' }, /apiVersion is .*v1alpha1/],
    ['no command', { ...exec, command: '' }, /exec\.command is missing/],
    ['a plugin that needs a person', { ...exec, interactiveMode: 'Always' }, /wants a person at a terminal/],
    ['arguments that are no text', { ...exec, args: [1] }, /exec\.args\[0\] must be text/],
    ['variables without value', { ...exec, env: [{ name: 'A' }] }, /exec\.env\[0\] must have a name and a value/],
  ];
  for (const [what, plugin, words] of plugins) {
    test(`is refused by a sentence: ${what}`, () => {
      assert.throws(() => parse(kubeconfig({ user: { token: undefined, exec: plugin } })), matching(words));
    });
  }

  test('is refused when its proxy speaks SOCKS, and when it both has an authority and skips it', () => {
    const socks = kubeconfig({ cluster: { 'proxy-url': 'socks5://proxy.test' } });
    assert.throws(() => parse(socks), matching(/SOCKS proxy, which Longarm does not speak/));
    const both = kubeconfig({ cluster: { 'insecure-skip-tls-verify': true, 'certificate-authority': 'ca' } });
    assert.throws(() => parse(both), matching(/contradict each other/));
  });
});

const forbidden: readonly (readonly [field: string, more: Parameters<typeof kubeconfig>[0]])[] = [
  ['clusters[c].cluster.server', { cluster: { server: 'http://cluster.test:8080' } }],
  ['clusters[c].cluster.certificate-authority', { cluster: { 'certificate-authority': '/etc/ca' } }],
  ['clusters[c].cluster.insecure-skip-tls-verify', { cluster: { 'insecure-skip-tls-verify': true } }],
  ['clusters[c].cluster.proxy-url', { cluster: { 'proxy-url': 'http://proxy.test' } }],
  ['users[u].user.exec', { user: { token: undefined, exec } }],
  ['users[u].user.tokenFile', { user: { tokenFile: '/etc/passwd' } }],
  ['users[u].user.client-certificate', { user: { 'client-certificate': '/a', 'client-key-data': 'YQ==' } }],
];

describe('a kubeconfig that came by the API', () => {
  for (const [field, more] of forbidden) {
    test(`may not have ${field}, which the server's own may`, () => {
      const words = new RegExp(`^${field.replace(/[[\].]/g, '\\$&')} .*a kubeconfig that comes by the API may not`);
      assert.throws(() => parseForeign(kubeconfig(more)), matching(words));
      if (!field.endsWith('client-certificate')) parse(kubeconfig(more));
    });
  }

  test('is only looked at where its context leads', () => {
    const text = kubeconfig().replace('users:', 'users:\n  - name: unused\n    user: { exec: { command: rm } }');
    assert.equal(parseForeign(text).bearer.type, 'token');
  });
});

function matching(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KubeconfigError, String(error));
    assert.match(error.message, words);
    return true;
  };
}
