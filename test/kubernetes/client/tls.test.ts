import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ClusterAccess } from '../../../src/executors/kubernetes/client/cluster-access.ts';
import { Unreachable } from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { json } from '../fake-api/answers.ts';
import { makeAuthority, makeClientCertificate } from '../fake-api/certificates.ts';
import { clientOf, patient } from '../fake-api/client-of.ts';
import { startConnectProxy } from '../fake-api/connect-proxy.ts';
import { finish } from '../fake-api/exec-frames.ts';
import { type FakeApi, fakeAuthority, startFakeApi } from '../fake-api/fake-api.ts';

const get = { method: 'GET', path: '/version' } as const;
const inline = (pem: string) => ({ type: 'inline', pem }) as const;
let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
  api.answer((_seen, response) => json(response, { major: '1' }));
  api.upgrade(async ({ accept }) => finish(await accept()));
});
afterEach(() => api.close());

/** Asks for something, and runs an exec: both take the same way. */
async function ask(access: ClusterAccess): Promise<void> {
  const client = clientOf(access);
  try {
    await client.request(get, patient);
    const sinks = { onStdout: () => Promise.resolve(), onStderr: () => undefined };
    await client.exec({ namespace: 'a', pod: 'b', container: 'c', command: ['true'], ...sinks }, patient);
  } finally {
    client.close();
  }
}

const says =
  (...words: readonly RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof Unreachable, String(error));
    for (const each of words) assert.match(error.message, each);
    return true;
  };

describe('the certificate of the server', () => {
  test('of another authority is refused, and the message names the server and what to check', async () => {
    const stranger = makeAuthority(['127.0.0.1']);
    const access = { ...api.access, certificateAuthority: inline(stranger.certPem) };
    const server = new RegExp(api.access.server.origin.replaceAll('.', '\\.'));
    await assert.rejects(
      ask(access),
      says(server, /not signed by the expected authority/, /certificate-authority-data/),
    );
    assert.equal(api.seen.length, 0);
  });

  test('is looked for among the authorities of the machine when the kubeconfig has none', async () => {
    await assert.rejects(ask({ ...api.access, certificateAuthority: undefined }), says(/expected authority/));
  });

  test('for another name is refused, unless tls-server-name says that name', async () => {
    const named = await startFakeApi('kubernetes.test');
    named.answer((_seen, response) => json(response, {}));
    named.upgrade(async ({ accept }) => finish(await accept()));
    await assert.rejects(ask(named.access), says(/certificate is for another name/, /tls-server-name/));
    await ask({ ...named.access, tlsServerName: 'kubernetes.test' });
    assert.equal(named.seen.length, 2);
    await named.close();
  });

  test('is not looked at when the kubeconfig says so', async () => {
    await ask({ ...api.access, certificateAuthority: undefined, verifiesServer: false });
    assert.equal(api.seen.length, 2);
  });

  test('that is missing, because it speaks plain http, is said to be missing', async () => {
    const plain = createPlainServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const address = plain.address();
    assert.ok(typeof address === 'object' && address !== null);
    const access = { ...api.access, server: new URL(`https://127.0.0.1:${address.port}`) };
    await assert.rejects(ask(access), says(/does not speak TLS/)).finally(() => plain.close());
  });
});

describe('the certificate of the client', () => {
  test('is shown for requests and for execs', async () => {
    const own = makeClientCertificate(fakeAuthority, 'somebody');
    const clientCertificate = { certificate: inline(own.certPem), key: inline(own.keyPem) };
    await ask({ ...api.access, clientCertificate, bearer: { type: 'none' } });
    assert.deepEqual(
      api.seen.map(({ certificateName, token }) => ({ certificateName, token })),
      [
        { certificateName: 'somebody', token: undefined },
        { certificateName: 'somebody', token: undefined },
      ],
    );
  });
});

describe('a server that is not there', () => {
  test('is said not to listen', async () => {
    const gone = await startFakeApi();
    await gone.close();
    await assert.rejects(ask(gone.access), says(/nothing listens there/, /ECONNREFUSED/));
  });

  test('is said to have no address', async () => {
    const access = { ...api.access, server: new URL('https://no-such-cluster.invalid:6443') };
    await assert.rejects(ask(access), says(/its name (?:has no address|could not be looked up)/));
  });
});

describe('a proxy', () => {
  test('is asked for a tunnel to the server, for requests and for execs, with its password', async () => {
    const proxy = await startConnectProxy();
    await ask({ ...api.access, proxy: new URL(`http://me:secret@127.0.0.1:${proxy.port}`) });
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    assert.deepEqual(proxy.asked, [
      { target: api.access.server.host, authorization: basic },
      { target: api.access.server.host, authorization: basic },
    ]);
    assert.equal(api.seen.length, 2);
    await proxy.close();
  });

  test('that refuses is named', async () => {
    const proxy = await startConnectProxy(407);
    const access = { ...api.access, proxy: new URL(`http://127.0.0.1:${proxy.port}`) };
    await assert.rejects(ask(access), says(/the proxy of proxy-url did not open a tunnel/));
    assert.equal(api.seen.length, 0);
    await proxy.close();
  });
});
