import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { sendJson } from '../client/fake-arm.ts';
import { runVerb, startFakeLongarm } from './run-verb.ts';

const run = promisify(execFile);

describe('longarm az-setup', () => {
  test('a POSIX shell takes the lines twice, and az gets every argument whole', async (t) => {
    const { folder, environment } = await startFakeLongarm(t);
    const work = join(folder, "it's here");
    await mkdir(work);
    await writeFile(
      join(work, 'az'),
      `#!/bin/sh\nprintf '%s|' "$AZURE_CONFIG_DIR" "$@" >> "${folder}/calls"\necho >> "${folder}/calls"\n`,
    );
    await chmod(join(work, 'az'), 0o755);
    const ran = await runVerb(['az-setup', '--directory', work], { environment });
    assert.equal(ran.code, 0);
    const script = `${ran.stdout.toString()}${ran.stdout.toString()}printf %s "$REQUESTS_CA_BUNDLE" > "${folder}/bundle"`;
    await run('sh', ['-eu', '-c', script], { env: { PATH: `${work}:/usr/bin:/bin` } });
    const calls = (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n');
    assert.ok(calls.length > 0);
    assert.deepEqual(calls.slice(0, calls.length / 2), calls.slice(calls.length / 2));
    assert.ok(calls.every((call) => call.startsWith(`${work}/az-config|`)));
    assert.ok(calls.some((call) => call.includes(`|--password=@${work}/az-client-secret|`)));
    assert.ok(!ran.stdout.includes('-secret\n') && !calls.join('\n').includes('=-secret'));
    assert.equal(await readFile(join(work, 'az-client-secret'), 'utf8'), '-secret');
    assert.equal((await stat(join(work, 'az-client-secret'))).mode & 0o777, 0o600);
    const bundle = await readFile(await readFile(join(folder, 'bundle'), 'utf8'), 'utf8');
    assert.ok((bundle.match(/BEGIN CERTIFICATE/g) ?? []).length > 50, 'the CAs of the world are missing');
  });

  const shells = ['eval "$LINES"; echo lived', 'set -e; eval "$LINES"; echo lived'];
  for (const verb of ['cloud set', 'login', 'account set', 'cloud register']) {
    test(`when az ${verb} fails, nothing after it runs, and a shell under set -e ends`, async (t) => {
      const { folder, environment } = await startFakeLongarm(t);
      const fails = verb === 'cloud register' ? '*"cloud update"*|*"cloud register"*' : `*"|${verb} "*`;
      await writeFile(
        join(folder, 'az'),
        `#!/bin/sh\necho "$*" >> "${folder}/calls"\ncase "|$*" in ${fails}) exit 1;; esac\n`,
      );
      await chmod(join(folder, 'az'), 0o755);
      const { stdout } = await runVerb(['az-setup', '--directory', folder], { environment });
      const env = { PATH: `${folder}:/usr/bin:/bin`, LINES: stdout.toString() };
      const [loose, strict] = await Promise.all(
        shells.map((script) =>
          run('sh', ['-c', script], { env }).catch((error: unknown) => error as { stdout: string }),
        ),
      );
      assert.deepEqual([loose?.stdout, strict?.stdout], ['lived\n', '']);
      const calls = (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n');
      assert.ok(calls.at(-1)?.startsWith(verb), calls.join('\n'));
    });
  }

  test('in the ordinary configuration az goes back to the cloud it was on when a step fails', async (t) => {
    const { folder, environment } = await startFakeLongarm(t);
    await writeFile(
      join(folder, 'az'),
      `#!/bin/sh\necho "$*" >> "${folder}/calls"\ncase "$*" in "cloud show"*) echo AzureChina;; login*) exit 1;; esac\n`,
    );
    await chmod(join(folder, 'az'), 0o755);
    const { stdout } = await runVerb(['az-setup', '--shared-config', '--directory', folder], { environment });
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    await assert.rejects(run('sh', ['-c', stdout.toString()], { env }));
    const calls = (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n');
    assert.match(calls.at(-1) ?? '', /^cloud set --name AzureChina\b/);
    assert.ok(!calls.some((call) => call.startsWith('account clear')), 'it signed the user out of their own clouds');
  });

  test('whatever is wrong, stdout is `false` alone, and nothing is written', async (t) => {
    const { fake, folder, environment } = await startFakeLongarm(t);
    fake.on('GET', /\/metadata\/endpoints$/, (_seen, response) => sendJson(response, 200, { hello: 'world' }));
    const directory = join(folder, 'new');
    const words = ['az-setup', '--directory', directory];
    const other = await runVerb(words, { environment });
    await fake.stop();
    const down = await runVerb(words, { environment });
    const without = await runVerb(words, { environment: { HOME: folder } });
    const mistyped = await runVerb([...words, '--shard-config'], { environment });
    for (const ran of [other, down, without, mistyped]) {
      assert.equal(ran.stdout.toString(), 'false\n', ran.stderr);
      assert.notEqual(ran.code, 0);
      assert.notEqual(ran.stderr, '');
    }
    assert.deepEqual([other.code, down.code, without.code], [1, 1, 1]);
    await assert.rejects(stat(directory));
  });

  test('the CAs that az was told to trust stay, and the server’s is added once', async (t) => {
    const { fake, folder, environment } = await startFakeLongarm(t);
    const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
    await writeFile(join(folder, 'ca.pem'), `${pem('own')}\n`);
    await writeFile(join(folder, 'company.pem'), `# company\n${pem('company')}\n`);
    const connection = JSON.parse(await readFile(environment.LONGARM_CONNECTION, 'utf8')) as object;
    await writeFile(
      environment.LONGARM_CONNECTION,
      JSON.stringify({ ...connection, endpoint: fake.endpoint, caFile: 'ca.pem' }),
    );
    const bundle = join(folder, 'az-ca-bundle.pem');
    for (const existing of [join(folder, 'company.pem'), bundle]) {
      await runVerb(['az-setup'], { environment: { ...environment, REQUESTS_CA_BUNDLE: existing } });
      assert.equal(await readFile(bundle, 'utf8'), `${pem('company')}\n${pem('own')}\n`);
    }
  });
});
