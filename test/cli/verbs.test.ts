import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { commandId, sendJson } from '../client/fake-arm.ts';
import { addFakeCommand, resultBody } from '../client/fake-command.ts';
import { makeFolder, runVerb, startFakeLongarm } from './run-verb.ts';

const run = promisify(execFile);

describe('longarm result', () => {
  test('a command that has not finished exits 75, never 0, and says how it stands', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running' });
    const ran = await runVerb(['result', commandId], { environment });
    assert.equal(ran.code, 75);
    assert.match(ran.stderr, /has not finished: running/);
  });

  test('output that logs do not hold whole is fetched byte for byte', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const output = Buffer.from([0xff, 0xfe, 0x00]);
    addFakeCommand(fake, { output, exitCode: 2 });
    const ran = await runVerb(['result', 'local', commandId], { environment });
    assert.equal(ran.code, 2);
    assert.ok(ran.stdout.equals(output));
  });

  test('Ctrl-C while waiting ends the waiting and leaves the command alone', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running' });
    fake.on('GET', /\/output$/, (_seen, response) => {
      response.write('working');
    });
    const ran = await runVerb(['result', commandId, '--wait'], {
      environment,
      onOutput: (_text, interrupt) => {
        interrupt();
      },
    });
    assert.equal(ran.code, 130);
    assert.match(ran.stderr, /goes on/);
    assert.equal(fake.requests(/\/cancel$/).length, 0);
  });

  test('an id that cannot be one is a mistake of usage', async (t) => {
    const { environment } = await startFakeLongarm(t);
    assert.equal((await runVerb(['result', 'local'], { environment })).code, 2);
  });
});

describe('longarm output', () => {
  test('it begins at the offset and exits 0, whatever the command’s exit code', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { output: Buffer.from('0123456789'), exitCode: 9 });
    const ran = await runVerb(['output', 'local', commandId, '--from', '7'], { environment });
    assert.deepEqual([ran.code, ran.stdout.toString()], [0, '789']);
  });
});

describe('longarm list', () => {
  test('names and reasons from the server stay on their line and cannot command the terminal', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const command = addFakeCommand(fake, { phase: 'failed' });
    command.cause = { reason: 'Bad', message: 'a\nb\u001b[31m' };
    fake.on('GET', /\/commandResults$/, (_seen, response) => sendJson(response, 200, { value: [resultBody(command)] }));
    const ran = await runVerb(['list', 'local', '--phase', 'failed', '--by', 'me', '--since', '1h'], { environment });
    const lines = ran.stdout.toString().split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? '', /^0e98\w+ {2}failed/);
    assert.ok(!ran.stdout.includes(0x1b));
    const { searchParams } = fake.requests(/\/commandResults$/)[0]?.url ?? new URL('http://x');
    assert.deepEqual([searchParams.get('phase'), searchParams.get('submittedBy')], ['failed', 'me']);
    assert.match(searchParams.get('from') ?? '', /^\d{4}-\d\d-\d\dT/);
  });
});

describe('longarm cluster disable', () => {
  test('everything else that the cluster has goes back with the switch', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const resource = {
      id: '/x',
      name: 'local',
      type: 't',
      location: 'here',
      tags: { a: 'b' },
      properties: { provisioningState: 'Succeeded', longarm: { executor: 'scripted', limits: { concurrent: 2 } } },
    };
    fake.on('GET', /\/managedClusters\/local$/, (_seen, response) => sendJson(response, 200, resource));
    fake.on('PUT', /\/managedClusters\/local$/, (_seen, response) => sendJson(response, 200, resource));
    assert.equal((await runVerb(['cluster', 'disable', 'local'], { environment })).code, 0);
    const { location, tags, properties } = JSON.parse(fake.requests(/local$/, 'PUT')[0]?.body ?? '') as typeof resource;
    assert.deepEqual([location, tags, properties.longarm], ['here', resource.tags, resource.properties.longarm]);
    assert.deepEqual((properties as Record<string, unknown>)['apiServerAccessProfile'], { disableRunCommand: true });
  });
});

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
    assert.deepEqual(calls.slice(0, calls.length / 2), calls.slice(calls.length / 2));
    assert.ok(calls.every((call) => call.startsWith(`${work}/az-config|`)));
    assert.ok(calls.some((call) => call.includes(`|--password=@${work}/az-client-secret|`)));
    assert.ok(!ran.stdout.includes('-secret\n') && !calls.join('\n').includes('=-secret'));
    assert.equal(await readFile(join(work, 'az-client-secret'), 'utf8'), '-secret');
    assert.equal((await stat(join(work, 'az-client-secret'))).mode & 0o777, 0o600);
    const bundle = await readFile(await readFile(join(folder, 'bundle'), 'utf8'), 'utf8');
    assert.ok((bundle.match(/BEGIN CERTIFICATE/g) ?? []).length > 50, 'the CAs of the world are missing');
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

describe('the connection', () => {
  test('without one, the message says where it was looked for and what to do', async (t) => {
    const home = await makeFolder(t);
    const ran = await runVerb(['list'], { environment: { HOME: home } });
    assert.equal(ran.code, 1);
    assert.ok(ran.stderr.includes(join(home, '.local/state/longarm/connection.json')), ran.stderr);
    assert.match(ran.stderr, /longarm quickstart/);
  });

  test('a token that was brought takes the place of the connection’s client', async (t) => {
    const { fake, folder, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    await writeFile(join(folder, 'token'), 'brought\n');
    await runVerb(['cancel', commandId, '--token-file', join(folder, 'token')], { environment });
    assert.equal(fake.requests(/\/cancel$/)[0]?.headers.authorization, 'Bearer brought');
    assert.equal(fake.requests(/token$/).length, 0);
  });
});
