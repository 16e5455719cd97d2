import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CertificateError } from '../../src/server/tls/certificate-error.ts';
import { ensureCertificates } from '../../src/server/tls/ensure-certificates.ts';
import { parseHostName } from '../../src/server/tls/host-name.ts';
import { loadCertificates } from '../../src/server/tls/load-certificates.ts';
import { settableClock } from '../auth/settable-clock.ts';

const run = promisify(execFile);
const day = 24 * 60 * 60 * 1000;
const hosts = ['localhost', '127.0.0.1', '::1'];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'longarm-tls-'));
});
afterEach(() => rm(directory, { recursive: true }));

const read = (file: string) => readFile(path.join(directory, file), 'utf8');
const modeOf = async (file: string) => (await stat(path.join(directory, file))).mode & 0o777;

describe('ensureCertificates()', () => {
  test('private keys are readable by the server’s user alone, the CA’s certificate by all', async () => {
    await ensureCertificates({ directory, hosts, clock: settableClock() });
    assert.deepEqual(
      [await modeOf('authority.pem'), await modeOf('server.pem'), await modeOf('ca.pem')],
      [0o600, 0o600, 0o644],
    );
    assert.doesNotMatch(await read('ca.pem'), /PRIVATE KEY/);
  });

  test('a second call keeps everything', async () => {
    const clock = settableClock();
    const first = await ensureCertificates({ directory, hosts, clock });
    const second = await ensureCertificates({ directory, hosts: ['LOCALHOST', '127.0.0.1', '[::1]'], clock });
    assert.deepEqual([first.authority, first.serverCertificate], ['created', 'issued']);
    assert.deepEqual(second, { ...first, authority: 'kept', serverCertificate: 'kept', reason: undefined });
  });

  test('the server certificate is renewed when less than a third of its life is left, and no sooner', async () => {
    const clock = settableClock();
    const first = await ensureCertificates({ directory, hosts, clock });
    clock.advance(59 * day);
    assert.equal((await ensureCertificates({ directory, hosts, clock })).certPem, first.certPem);
    clock.advance(day);
    const renewed = await ensureCertificates({ directory, hosts, clock });
    assert.equal(renewed.serverCertificate, 'issued');
    assert.equal(renewed.caPem, first.caPem);
    assert.notEqual(renewed.keyPem, first.keyPem);
    assert.ok(renewed.notAfter - clock.now() > 89 * day && renewed.notAfter - clock.now() <= 90 * day);
  });

  test('fewer hosts get a new certificate under the authority that clients trust already', async () => {
    const clock = settableClock();
    const first = await ensureCertificates({ directory, hosts, clock });
    const fewer = await ensureCertificates({ directory, hosts: ['localhost'], clock });
    assert.deepEqual([fewer.authority, fewer.serverCertificate], ['kept', 'issued']);
    assert.equal(fewer.caPem, first.caPem);
    assert.equal(new X509Certificate(fewer.certPem).subjectAltName, 'DNS:localhost');
  });

  test('a host that the authority may not sign for gets a new authority, and the caller is told', async () => {
    const clock = settableClock();
    const first = await ensureCertificates({ directory, hosts, clock });
    const more = await ensureCertificates({ directory, hosts: [...hosts, 'longarm.example'], clock });
    assert.deepEqual([more.authority, more.serverCertificate], ['replaced', 'issued']);
    assert.match(more.reason ?? '', /host/);
    assert.notEqual(more.caPem, first.caPem);
    assert.equal(await read('ca.pem'), more.caPem);
  });

  test('an authority that would end before its certificate is replaced', async () => {
    const clock = settableClock();
    await ensureCertificates({ directory, hosts, clock });
    clock.advance(10 * 365 * day - 80 * day);
    assert.equal((await ensureCertificates({ directory, hosts, clock })).authority, 'replaced');
  });

  test('a clock that lost its time is an error, and costs no client its trust', async () => {
    const clock = settableClock();
    const first = await ensureCertificates({ directory, hosts, clock });
    clock.advance(-2 * day);
    await assert.rejects(ensureCertificates({ directory, hosts, clock }), /Set the clock/);
    clock.advance(2 * day);
    assert.equal((await ensureCertificates({ directory, hosts, clock })).certPem, first.certPem);
  });

  test('four processes that start at once end with one authority', async () => {
    const clock = settableClock();
    const all = await Promise.all(hosts.concat('x').map(() => ensureCertificates({ directory, hosts, clock })));
    assert.equal(new Set(all.map(({ caPem }) => caPem)).size, 1);
    assert.equal(all.filter(({ authority }) => authority === 'created').length, 1);
  });

  test('no draft is left behind', async () => {
    const clock = settableClock();
    await Promise.all([1, 2].map(() => ensureCertificates({ directory, hosts, clock })));
    assert.deepEqual((await readdir(directory)).toSorted(), ['authority.pem', 'ca.pem', 'server.pem']);
  });

  test('a damaged authority is an error that names the file, never a silent new one', async () => {
    const clock = settableClock();
    await ensureCertificates({ directory, hosts, clock });
    await writeFile(path.join(directory, 'authority.pem'), 'nonsense');
    await assert.rejects(ensureCertificates({ directory, hosts, clock }), (error) => {
      return error instanceof CertificateError && error.message.includes('authority.pem');
    });
  });

  test('a damaged server certificate is issued again, and the reason names the file', async () => {
    const clock = settableClock();
    await ensureCertificates({ directory, hosts, clock });
    await writeFile(path.join(directory, 'server.pem'), 'nonsense');
    const healed = await ensureCertificates({ directory, hosts, clock });
    assert.equal(healed.serverCertificate, 'issued');
    assert.match(healed.reason ?? '', /server\.pem/);
  });

  for (const host of ['*.example.com', 'fe80::1%eth0', 'https://a.example', 'a.example:8443', 'a..b', '-a', '1.2.3']) {
    test(`the host '${host}' is refused`, () => {
      assert.throws(() => parseHostName(host), CertificateError);
    });
  }
});

describe('the certificates, as OpenSSL judges them', () => {
  const verify = async (chain: { certPem: string; caPem: string }, at: number, ...more: string[]) => {
    const leaf = path.join(directory, 'leaf-to-verify.pem');
    const ca = path.join(directory, 'ca-to-verify.pem');
    await Promise.all([writeFile(leaf, chain.certPem), writeFile(ca, chain.caPem)]);
    const strict = ['-x509_strict', '-purpose', 'sslserver', '-attime', String(Math.trunc(at / 1000)), ...more];
    return run('openssl', ['verify', ...strict, '-CAfile', ca, leaf]);
  };
  const kinds = {
    'names and addresses': hosts,
    'names alone': ['a.example'],
    'addresses alone': ['10.0.0.1', 'fd00::1'],
  };
  for (const [kind, someHosts] of Object.entries(kinds)) {
    test(`a certificate for ${kind} passes strict verification`, async () => {
      const clock = settableClock();
      const made = await ensureCertificates({ directory, hosts: someHosts, clock });
      const { stdout } = await verify(made, clock.now());
      assert.match(stdout, /: OK/);
    });
  }

  for (const [limitedTo, someHosts, foreign] of [
    ['a name', ['a.example'], 'b.example'],
    ['a name', ['a.example'], '10.0.0.1'],
    ['a name', ['a.example'], 'fd00::1'],
    ['an address', ['10.0.0.1'], 'a.example'],
    ['an address', ['10.0.0.1'], '10.0.0.2'],
    ['an address', ['10.0.0.1'], 'fd00::1'],
  ] as const) {
    test(`an authority for ${limitedTo} cannot vouch for ${foreign}`, async () => {
      const { newAuthority } = await import('../../src/server/tls/authority.ts');
      const { issueServerCertificate } = await import('../../src/server/tls/server-certificate.ts');
      const clock = settableClock();
      const authority = newAuthority(someHosts.map(parseHostName), clock.now());
      const rogue = issueServerCertificate(authority, [parseHostName(foreign)], clock.now());
      await assert.rejects(
        verify({ certPem: rogue.certPem, caPem: authority.certPem }, clock.now()),
        /permitted subtree violation|excluded subtree violation/,
      );
    });
  }
});

describe('loadCertificates()', () => {
  const files = () => ({ certFile: path.join(directory, 'c.pem'), keyFile: path.join(directory, 'k.pem') });
  const write = async (certPem: string, keyPem: string) => {
    await Promise.all([writeFile(files().certFile, certPem), writeFile(files().keyFile, keyPem)]);
  };
  const refuses = (clock: ReturnType<typeof settableClock>, message: RegExp) =>
    assert.rejects(loadCertificates({ ...files(), clock }), (error) => {
      assert.ok(error instanceof CertificateError);
      assert.match(error.message, message);
      return true;
    });

  test('a certificate with its key is taken', async () => {
    const clock = settableClock();
    const made = await ensureCertificates({ directory, hosts, clock });
    await write(made.certPem + made.caPem, made.keyPem);
    const { certPem, notAfter } = await loadCertificates({ ...files(), clock });
    assert.equal(certPem, made.certPem + made.caPem);
    assert.equal(notAfter, made.notAfter);
  });

  test('a missing file, another key, a passphrase, an end and no PEM each have their message', async () => {
    const clock = settableClock();
    await refuses(clock, /cannot be read.*c\.pem/);
    const made = await ensureCertificates({ directory, hosts, clock });
    const other = await ensureCertificates({ directory, hosts: ['localhost'], clock });
    await write(made.certPem, other.keyPem);
    await refuses(clock, /k\.pem is not that of/);
    await write(made.certPem, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n-----END ENCRYPTED PRIVATE KEY-----\n');
    await refuses(clock, /passphrase/);
    await write('nonsense', made.keyPem);
    await refuses(clock, /c\.pem is not a certificate/);
    await write(made.certPem, 'nonsense');
    await refuses(clock, /k\.pem is not a private key/);
    await write(made.certPem, made.keyPem);
    clock.advance(90 * day);
    await refuses(clock, /until 20\d\d-\d\d-\d\dT.*Renew/);
  });
});
