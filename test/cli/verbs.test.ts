import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { roleByName } from '../../src/core/role.ts';
import { commandId, fastClock, sendJson } from '../client/fake-arm.ts';
import { addFakeCommand, resultBody } from '../client/fake-command.ts';
import { makeFolder, runVerb, startFakeLongarm } from './run-verb.ts';

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

describe('longarm output --follow', () => {
  test('Ctrl-C ends the following with 130 and says that the command goes on', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running' });
    fake.on('GET', /\/output$/, (_seen, response) => {
      response.write('working');
    });
    const ran = await runVerb(['output', commandId, '--follow'], {
      environment,
      onOutput: (_text, interrupt) => {
        interrupt();
      },
    });
    assert.equal(ran.code, 130);
    assert.match(ran.stderr, new RegExp(`${commandId} goes on; see it with .longarm result local ${commandId} --wait`));
  });
});

describe('longarm list', () => {
  test('a limit of 0 is a mistake of usage, not an empty list', async (t) => {
    const { environment } = await startFakeLongarm(t);
    assert.equal((await runVerb(['list', '--limit', '0'], { environment })).code, 2);
  });

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

describe('what is not there', () => {
  test('a cluster or a role assignment that was not there is not reported as removed', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    fake.on('DELETE', /./, (_seen, response) => sendJson(response, 204, undefined));
    const cluster = await runVerb(['cluster', 'delete', 'gone'], { environment });
    const role = await runVerb(['role', 'remove', '5d0e', '--scope', '/'], { environment });
    assert.deepEqual([cluster.code, role.code], [1, 1]);
    assert.match(cluster.stderr, /There is no cluster gone/);
    assert.match(role.stderr, /There is no role assignment 5d0e/);
  });

  test('one that an earlier attempt, whose answer was lost, removed is reported as removed', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    let attempts = 0;
    fake.on('DELETE', /./, (_seen, response) => {
      attempts += 1;
      if (attempts === 1) response.destroy();
      else sendJson(response, 204, undefined);
    });
    assert.equal((await runVerb(['cluster', 'delete', 'local'], { environment })).code, 0);
    assert.equal(attempts, 2);
  });

  test('a cluster that is not there is answered with those that are, and the nearest name', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const refuse = { error: { code: 'ResourceNotFound', message: 'The Resource was not found.' } };
    fake.on('POST', /runCommand$/, (_seen, response) => sendJson(response, 404, refuse));
    const named = (group: string, name: string) => ({
      id: `/subscriptions/s/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}`,
      name,
      location: 'here',
      properties: {},
    });
    fake.on('GET', /\/managedClusters$/, (_seen, response) => {
      sendJson(response, 200, { value: [named('quickstart', 'local'), named('other', 'prod')] });
    });
    const ran = await runVerb(['invoke', 'locl', '--', 'x'], { environment });
    assert.equal(ran.code, 125);
    assert.match(ran.stderr, /no cluster locl .*there are: local, other\/prod\. Did you mean local\?/);
  });
});

describe('a server that is down', () => {
  test('who only asks is told after one quick retry, who waits goes on trying', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    await fake.stop();
    const took = async (words: readonly string[]) => {
      const clock = fastClock();
      const ran = await runVerb(words, { environment, clock });
      assert.match(ran.stderr, /ConnectionFailed/);
      return { waits: clock.sleptMs.length, said: (ran.stderr.match(/127\.0\.0\.1:\d+/g) ?? []).length };
    };
    for (const words of [['list'], ['result', commandId], ['cluster', 'list'], ['role', 'list'], ['token']]) {
      assert.deepEqual(await took(words), { waits: 1, said: 1 }, words.join(' '));
    }
    const patient = await took(['invoke', 'local', '--', 'x']);
    assert.ok(patient.waits > 3);
    assert.equal(patient.said, 2, 'once while it tries, once as the last word');
  });
});

describe('longarm cancel', () => {
  test('a command that had ended is not said to have been stopped', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { exitCode: 3 });
    const ran = await runVerb(['cancel', commandId], { environment });
    assert.equal(ran.code, 0);
    assert.match(ran.stderr, /had already ended: exit code 3/);
  });
});

describe('longarm role assign', () => {
  test('the same assignment is not made a second time, one of another issuer is', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const assignment = (issuer: string) => ({
      id: '/providers/Microsoft.Authorization/roleAssignments/a1',
      name: 'a1',
      properties: {
        scope: '/',
        roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleByName('reader')?.id}`,
        principalId: 'p1',
        longarm: { issuer },
      },
    });
    const own = 'urn:longarm:tenant:99999999-8888-7777-6666-555555555555';
    fake.on('GET', /\/roleAssignments$/, (_seen, response) => sendJson(response, 200, { value: [assignment(own)] }));
    fake.on('PUT', /\/roleAssignments\//, (_seen, response) => sendJson(response, 201, assignment('https://other')));
    const words = ['role', 'assign', 'reader', 'p1', '--scope', '/'];
    const same = await runVerb(words, { environment });
    assert.equal(same.code, 0);
    assert.match(same.stderr, /already \(assignment a1\)/);
    assert.equal(fake.requests(/roleAssignments/, 'PUT').length, 0);
    await runVerb([...words, '--issuer', 'https://other'], { environment });
    assert.equal(fake.requests(/roleAssignments/, 'PUT').length, 1);
    await runVerb([...words, '--service-account', 'view'], { environment });
    const sent = fake.requests(/roleAssignments/, 'PUT').at(-1);
    assert.deepEqual(JSON.parse(sent?.body.toString() ?? '').properties.longarm, { serviceAccount: 'view' });
  });
});

describe('longarm role list', () => {
  test('service accounts have a column where an assignment names one, and none where none does', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const assignment = (name: string, longarm: object) => ({
      id: `/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      properties: { scope: '/', roleDefinitionId: roleByName('reader')?.id, principalId: 'p1', longarm },
    });
    let value = [assignment('a1', {}), assignment('a2', { serviceAccount: 'view' })];
    fake.on('GET', /\/roleAssignments$/, (_seen, response) => sendJson(response, 200, { value }));
    const list = async () => (await runVerb(['role', 'list', '--scope', '/'], { environment })).stdout.toString();
    const lines = (await list()).trimEnd().split('\n');
    assert.match(lines[0] ?? '', /SCOPE +SERVICE ACCOUNT$/);
    assert.match(lines[2] ?? '', /^a2 .* view$/);
    value = value.slice(0, 1);
    assert.doesNotMatch(await list(), /SERVICE/);
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
    addFakeCommand(fake, { phase: 'running' });
    await writeFile(join(folder, 'token'), 'brought\n');
    await runVerb(['cancel', commandId, '--token-file', join(folder, 'token')], { environment });
    assert.equal(fake.requests(/\/cancel$/)[0]?.headers.authorization, 'Bearer brought');
    assert.equal(fake.requests(/token$/).length, 0);
  });
});
