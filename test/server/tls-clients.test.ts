import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { instantFromMs } from '../../src/core/instant.ts';
import { type Certificates, ensureCertificates } from '../../src/server/tls/ensure-certificates.ts';
import { settableClock } from '../auth/settable-clock.ts';

const run = promisify(execFile);
let directory: string;
let certificates: Certificates;
let server: Server;
let port: number;

before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'longarm-tls-clients-'));
  // These verifiers look at the machine's own clock.
  const clock = settableClock(instantFromMs(Date.now()));
  certificates = await ensureCertificates({ directory, hosts: ['localhost', '127.0.0.1'], clock });
  server = createServer({ cert: certificates.certPem, key: certificates.keyPem }, (_request, response) => {
    response.end('reached');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  port = address.port;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await rm(directory, { recursive: true });
});

const fetchText = (host: string, ca?: string) =>
  new Promise<string>((resolve, reject) => {
    const request = get({ host, port, ca, family: 4, agent: false, timeout: 10_000 }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text));
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('timed out')));
  });

describe('a server with our own certificates', () => {
  for (const host of ['localhost', '127.0.0.1']) {
    test(`Node reaches it as ${host} when it trusts the CA, and not otherwise`, async () => {
      assert.equal(await fetchText(host, certificates.caPem), 'reached');
      await assert.rejects(fetchText(host), /unable to verify the first certificate/);
    });
  }

  test('a renewed certificate is taken up without a restart', async () => {
    const clock = settableClock(instantFromMs(Date.now()));
    const renewed = await ensureCertificates({ directory, hosts: ['localhost'], clock });
    server.setSecureContext({ cert: renewed.certPem, key: renewed.keyPem });
    assert.equal(await fetchText('localhost', certificates.caPem), 'reached');
    await assert.rejects(fetchText('127.0.0.1', certificates.caPem), /does not match certificate's altnames/);
    server.setSecureContext({ cert: certificates.certPem, key: certificates.keyPem });
  });

  test('Python from 3.13 on takes it under its strict verification', async (context) => {
    const python = await findStrictPython();
    if (python === undefined) {
      assert.notEqual(process.env['CI'], 'true', 'CI must have Python 3.13 or later');
      context.diagnostic('NOT TRIED: no Python 3.13 or later found; install one to try its strict verification');
      return;
    }
    const script = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
assert context.verify_flags & ssl.VERIFY_X509_STRICT
for host in ('localhost', '127.0.0.1'):
    with socket.create_connection(('127.0.0.1', int(sys.argv[2])), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=host) as tls:
            print(host, tls.version())
`;
    const { stdout } = await run(python, ['-c', script, certificates.caFile, String(port)], { timeout: 30_000 });
    assert.equal(stdout, 'localhost TLSv1.3\n127.0.0.1 TLSv1.3\n');
  });
});

/** Looks on the PATH, and among the versions of pyenv, for a Python whose default context is strict. */
async function findStrictPython(): Promise<string | undefined> {
  const pyenv = path.join(process.env['PYENV_ROOT'] ?? path.join(os.homedir(), '.pyenv'), 'versions');
  const versions = await readdir(pyenv).catch(() => []);
  const candidates = [
    'python3.15',
    'python3.14',
    'python3.13',
    'python3',
    ...versions.map((version) => path.join(pyenv, version, 'bin', 'python')),
  ];
  for (const candidate of candidates) {
    const isStrict = await run(candidate, ['-c', 'import ssl, sys; assert sys.version_info >= (3, 13)'], {
      timeout: 10_000,
    }).then(
      () => true,
      () => false,
    );
    if (isStrict) return candidate;
  }
  return undefined;
}
