import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { ClusterAccess, ExecPlugin } from '../../../src/executors/kubernetes/client/cluster-access.ts';
import { inClusterAccess } from '../../../src/executors/kubernetes/client/in-cluster-access.ts';
import { KubernetesError, NoCredentials } from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { KubeconfigError } from '../../../src/executors/kubernetes/client/kubeconfig-error.ts';
import { toRfc3339 } from '../../../src/core/instant.ts';
import { systemClock } from '../../../src/main/system-clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { temporaryDirectory } from '../../contract/temporary-directory.ts';
import { turnedClock } from '../../control-plane/turned-clock.ts';
import { fail, json } from '../fake-api/answers.ts';
import { makeClientCertificate } from '../fake-api/certificates.ts';
import { clientOf, patient } from '../fake-api/client-of.ts';
import { finish } from '../fake-api/exec-frames.ts';
import { type FakeApi, fakeAuthority, startFakeApi } from '../fake-api/fake-api.ts';

const post = { method: 'POST', path: '/api/v1/namespaces', body: {} } as const;
let api: FakeApi;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  api = await startFakeApi();
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await api.close();
  await directory.remove();
});

const inDirectory = (name: string): string => join(directory.path, name);
const tokens = (): readonly unknown[] => api.seen.map(({ token }) => token);

/** From now on the server knows only this token. */
function knowOnly(token: string): void {
  api.answer((seen, response) =>
    seen.token === token ? json(response, { done: true }) : fail(response, 401, 'Unauthorized'),
  );
  api.upgrade(async ({ seen, socket, accept }) => {
    if (seen.token === token) return finish(await accept());
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  });
}

/** An exec plugin: a script that notes each of its runs in the file `runs`. */
async function plugin(lines: string): Promise<ExecPlugin> {
  const command = inDirectory('plugin');
  await writeFile(command, `#!/bin/sh\necho run >>"$HERE/runs"\n${lines}\n`);
  await chmod(command, 0o755);
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: ['a b'],
    environment: { PATH: '/usr/bin:/bin', HERE: directory.path },
    cluster: { server: 'https://x' },
    installHint: 'Install it from example.com.',
  };
}

const runs = async (): Promise<number> => (await readFile(inDirectory('runs'), 'utf8')).split('\n').length - 1;
const credential = (status: object): string =>
  JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status });
const pluggedAccess = async (lines: string): Promise<ClusterAccess> => ({
  ...api.access,
  bearer: { type: 'exec-plugin', plugin: await plugin(lines) },
});

async function noCredentials(access: ClusterAccess, words: RegExp, clock: Clock = systemClock): Promise<void> {
  await assert.rejects(clientOf(access, clock).request(post, patient), (error) => {
    assert.ok(error instanceof NoCredentials, String(error));
    assert.match(error.message, words);
    return true;
  });
  assert.equal(api.connections(), 0);
}

describe('a token', () => {
  test('that is refused and stands in the kubeconfig is refused once', async () => {
    knowOnly('second');
    const client = clientOf(api.access);
    await assert.rejects(
      client.request(post, patient),
      (error) => error instanceof KubernetesError && error.code === 401,
    );
    assert.deepEqual(tokens(), ['first']);
    client.close();
  });

  test('of a file is read again after a 401, and the request repeated, be it a POST or an exec', async () => {
    const file = inDirectory('token');
    await writeFile(file, 'first\n');
    const client = clientOf({ ...api.access, bearer: { type: 'token-file', file } });
    knowOnly('first');
    await client.request(post, patient);
    await writeFile(file, 'second\n');
    knowOnly('second');
    await client.request(post, patient);
    await writeFile(file, 'third\n');
    knowOnly('third');
    const sinks = { onStdout: () => Promise.resolve(), onStderr: () => undefined };
    await client.exec({ namespace: 'a', pod: 'b', container: 'c', command: ['true'], ...sinks }, patient);
    assert.deepEqual(tokens(), ['first', 'first', 'second', 'second', 'third']);
    client.close();
  });

  test('of a file is read again after a minute, and not before', async () => {
    const clock = turnedClock();
    const file = inDirectory('token');
    await writeFile(file, 'first');
    const client = clientOf({ ...api.access, bearer: { type: 'token-file', file } }, clock);
    api.answer((_seen, response) => json(response, {}));
    await client.request(post, patient);
    await writeFile(file, 'second');
    clock.advance(59_999);
    await client.request(post, patient);
    clock.advance(1);
    await client.request(post, patient);
    assert.deepEqual(tokens(), ['first', 'first', 'second']);
    client.close();
  });

  test('of a file that cannot be read, or holds none, is an error that names the file', async () => {
    const file = inDirectory('token');
    await noCredentials({ ...api.access, bearer: { type: 'token-file', file } }, /ENOENT.*\/token/);
    await writeFile(file, '\n');
    await noCredentials({ ...api.access, bearer: { type: 'token-file', file } }, /\/token holds no token/);
  });
});

describe('an exec plugin', () => {
  test('runs once for all who wait, with its arguments, and not again while its token is good', async () => {
    api.answer((_seen, response) => json(response, {}));
    const client = clientOf(await pluggedAccess(`printf '%s' '${credential({ token: 'plugged' })}'; [ "$1" = 'a b' ]`));
    await Promise.all([1, 2, 3].map(() => client.request(post, patient)));
    await client.request(post, patient);
    assert.equal(await runs(), 1);
    assert.deepEqual(tokens(), ['plugged', 'plugged', 'plugged', 'plugged']);
    client.close();
  });

  test('is told what is asked of it, and that nobody is there to answer', async () => {
    api.answer((_seen, response) => json(response, {}));
    const lines = `echo "$KUBERNETES_EXEC_INFO" >"$HERE/asked"; echo '${credential({ token: 'x' })}'`;
    const client = clientOf(await pluggedAccess(lines));
    await client.request(post, patient);
    client.close();
    assert.deepEqual(JSON.parse(await readFile(inDirectory('asked'), 'utf8')), {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://x' } },
    });
  });

  test('runs again after a 401, and shortly before what it gave ends', async () => {
    const clock = turnedClock();
    const lines = `n=$(wc -l <"$HERE/runs"); printf '%s' '${credential({ token: 'TOKEN', expirationTimestamp: 'UNTIL' })}' | sed "s/TOKEN/t$((n))/; s/UNTIL/$(cat "$HERE/until")/"`;
    const until = async (afterMs: number): Promise<void> => {
      const past = turnedClock();
      past.advance(clock.monotonicMs() + afterMs);
      await writeFile(inDirectory('until'), toRfc3339(past.now()));
    };
    await until(600_000);
    const client = clientOf(await pluggedAccess(lines), clock);
    knowOnly('t1');
    await client.request(post, patient);
    knowOnly('t2');
    await client.request(post, patient);
    knowOnly('t3');
    clock.advance(589_000);
    await until(600_000);
    await assert.doesNotReject(async () => {
      clock.advance(1000);
      await client.request(post, patient);
    });
    assert.deepEqual(tokens(), ['t1', 't1', 't2', 't3']);
    client.close();
  });

  test('may give a client certificate, and a new one opens new connections', async () => {
    api.answer((seen, response) =>
      seen.certificateName === 'two' ? json(response, {}) : fail(response, 401, 'Unauthorized'),
    );
    for (const [index, name] of ['one', 'two'].entries()) {
      const { certPem, keyPem } = makeClientCertificate(fakeAuthority, name);
      await writeFile(
        inDirectory(`${index + 1}`),
        credential({ clientCertificateData: certPem, clientKeyData: keyPem }),
      );
    }
    const client = clientOf(await pluggedAccess('cat "$HERE/$(($(wc -l <"$HERE/runs")))"'));
    await client.request(post, patient);
    assert.deepEqual(
      api.seen.map(({ certificateName }) => certificateName),
      ['one', 'two'],
    );
    client.close();
    await api.deserted();
  });

  const failures: readonly (readonly [what: string, lines: string, words: RegExp])[] = [
    ['fails', 'echo "log in first" >&2; exit 3', /plugin .* exited with 3: log in first$/],
    ['is killed', 'kill -9 $$', /was killed by SIGKILL and said nothing/],
    ['prints nothing', '', /printed something that is no ExecCredential/],
    [
      'prints another version',
      `echo '${credential({ token: 'x' }).replace('/v1', '/v1beta1')}'`,
      /of .*v1beta1, and the kubeconfig says .*v1\./,
    ],
    ['prints no credential', `echo '${credential({})}'`, /neither a token nor a client certificate/],
    ['prints half a certificate', `echo '${credential({ clientKeyData: 'x' })}'`, /without its key, or a key without/],
    [
      'prints an end that is no time',
      `echo '${credential({ token: 'x', expirationTimestamp: 'soon' })}'`,
      /no RFC 3339 time/,
    ],
    ['prints a token of two words', `echo '${credential({ token: 'x y' })}'`, /a token with characters that none has/],
    ['prints without end', 'exec cat /dev/zero', /printed more than 1048576 bytes/],
  ];
  for (const [what, lines, words] of failures) {
    test(`that ${what} is an error that says so`, async () => noCredentials(await pluggedAccess(lines), words));
  }

  test('that does not exist is an error with the hint of the kubeconfig', async () => {
    const missing = { ...(await plugin('')), command: '/nowhere/at-all' };
    const access: ClusterAccess = { ...api.access, bearer: { type: 'exec-plugin', plugin: missing } };
    await noCredentials(access, /could not be run: .*ENOENT\. Install it from example\.com\.$/);
  });

  // A child of the plugin reads from a pipe: whoever writes to it learns when the child is gone.
  const holding = 'sh -c "cat <\\"$HERE/hold\\"; :"; :';

  const makePipe = () => promisify(execFile)('mkfifo', [inDirectory('hold')]);

  async function isGone(child: FileHandle): Promise<void> {
    const write = async (): Promise<void> => {
      for (;;) {
        await child.write('x');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await assert.rejects(write, { code: 'EPIPE' });
    await child.close();
  }

  test('that does not end is killed after a minute, with what it started', async () => {
    const clock = turnedClock();
    const access = await pluggedAccess(holding);
    await makePipe();
    const held = open(inDirectory('hold'), 'w');
    const refused = noCredentials(access, /did not end within 60 s/, clock);
    const child = await held;
    clock.advance(60_000);
    await refused;
    await isGone(child);
  });

  test('is killed, with what it started, when the last one who waits for it gives up', async () => {
    const aborters = [new AbortController(), new AbortController()];
    const client = clientOf(await pluggedAccess(holding));
    await makePipe();
    const held = open(inDirectory('hold'), 'w');
    const answers = aborters.map(({ signal }) => client.request(post, signal));
    const child = await held;
    aborters[0]?.abort(new Error('not I'));
    await assert.rejects(answers[0] ?? assert.fail(), /^Error: not I$/);
    await child.write('still there');
    aborters[1]?.abort(new Error('no more'));
    await assert.rejects(answers[1] ?? assert.fail(), /^Error: no more$/);
    await isGone(child);
  });
});

describe('a server that runs in the cluster', () => {
  test('asks as the service account of its pod', async () => {
    await writeFile(inDirectory('ca.crt'), fakeAuthority.certPem);
    await writeFile(inDirectory('token'), 'of-the-pod');
    await writeFile(inDirectory('namespace'), 'longarm\n');
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: api.access.server.port };
    const access = await inClusterAccess(environment, directory.path);
    assert.equal(access.namespace, 'longarm');
    knowOnly('of-the-pod');
    const client = clientOf(access);
    assert.deepEqual(await client.request(post, patient), { done: true });
    client.close();
  });

  test('says so when this is no pod, or one without a service account', async () => {
    await assert.rejects(inClusterAccess({}), (error) => error instanceof KubeconfigError);
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    await assert.rejects(
      inClusterAccess(environment, directory.path),
      /no service account: .*namespace cannot be read/,
    );
  });
});
