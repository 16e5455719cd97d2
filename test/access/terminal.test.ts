import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { serverVerbs } from '../../src/main/server-verbs.ts';
import { makeFolder, runVerb, startFakeLongarm } from '../cli/run-verb.ts';
import { commandId, sendJson } from '../client/fake-arm.ts';
import { addFakeCommand, resultBody } from '../client/fake-command.ts';
import { driving, drivingIn } from './terminal-lines.ts';

const cluster = {
  id: `/subscriptions/s/resourceGroups/${driving}/providers/Microsoft.ContainerService/managedClusters/${driving}`,
  name: driving,
  type: driving,
  location: driving,
  tags: { [driving]: driving },
  properties: { provisioningState: driving, longarm: { executor: driving, shell: driving } },
};
const assignment = {
  id: `/providers/Microsoft.Authorization/roleAssignments/${driving}`,
  name: driving,
  properties: { scope: driving, roleDefinitionId: driving, principalId: driving, longarm: { issuer: driving } },
};

/** A server that answers everything with what drives a terminal, in every field that is text. */
async function startDriving(t: TestContext, phase: string) {
  const { fake, environment } = await startFakeLongarm(t);
  const command = addFakeCommand(fake, { phase, output: Buffer.from(driving) });
  command.cause = { reason: driving, message: driving };
  const result = JSON.parse(
    JSON.stringify(resultBody(command)).replaceAll('tester', JSON.stringify(driving).slice(1, -1)),
  );
  fake.on('GET', /\/commandResults$/, (_seen, response) => sendJson(response, 200, { value: [result] }));
  fake.on('GET', /\/managedClusters$/, (_seen, response) => sendJson(response, 200, { value: [cluster] }));
  fake.on('GET', /\/managedClusters\/local$/, (_seen, response) => sendJson(response, 200, cluster));
  fake.on('PUT', /\/managedClusters\//, (_seen, response) => sendJson(response, 200, cluster));
  fake.on('GET', /\/roleAssignments$/, (_seen, response) => sendJson(response, 200, { value: [assignment] }));
  fake.on('PUT', /\/roleAssignments\//, (_seen, response) => sendJson(response, 201, assignment));
  return { fake, environment };
}

/** Verbs that say something of what the server answered, for people. */
const spoken: readonly (readonly string[])[] = [
  ['list', 'local'],
  ['cancel', commandId],
  ['cluster', 'list'],
  ['cluster', 'create', 'local'],
  ['cluster', 'disable', 'local'],
  ['role', 'list', '--scope', '/'],
  ['role', 'assign', 'reader', 'p1', '--scope', '/'],
];
const asJson = [
  ['list', 'local', '-o', 'json'],
  ['result', commandId, '-o', 'json'],
  ['invoke', 'local', '-o', 'json', '--', 'x'],
  ['cluster', 'list', '-o', 'json'],
  ['cluster', 'show', 'local'],
  ['cluster', 'create', 'local', '-o', 'json'],
  ['role', 'list', '--scope', '/', '-o', 'json'],
  ['role', 'assign', 'reader', 'p1', '--scope', '/', '-o', 'json'],
];

describe('what drives a terminal, in what a server answers', () => {
  for (const isTTY of [true, false]) {
    const where = isTTY ? 'on a terminal' : 'elsewhere';
    for (const words of spoken) {
      test(`${where} longarm ${words.slice(0, 2).join(' ')} prints none of it`, async (t) => {
        const { environment } = await startDriving(t, 'failed');
        const ran = await runVerb(words, { environment, isTTY });
        assert.ok(ran.stdout.length + ran.stderr.length > 0);
        assert.deepEqual(drivingIn(ran.stdout.toString() + ran.stderr), []);
      });
    }

    test(`${where} a reason for waiting and one for failing are said without it, by invoke, result and output`, async (t) => {
      for (const phase of ['launching', 'failed']) {
        const { fake, environment } = await startDriving(t, phase);
        const verbs = [
          ['result', commandId],
          ['output', commandId],
        ];
        if (phase === 'failed') verbs.push(['invoke', 'local', '--', 'x'], ['result', commandId, '--wait']);
        for (const words of verbs) {
          const ran = await runVerb(words, { environment, isTTY });
          assert.deepEqual(drivingIn(ran.stderr), [], words.join(' '));
          if (phase === 'failed')
            assert.equal(ran.stdout.toString(), driving, 'output is the command’s, byte for byte');
        }
        fake.on('POST', /\/runCommand$/, (_seen, response) => {
          sendJson(response, 400, { error: { code: driving, message: driving, target: driving } });
        });
        const refused = await runVerb(['invoke', 'local', '--', 'x'], { environment, isTTY });
        assert.equal(refused.code, 125);
        assert.deepEqual(drivingIn(refused.stderr + refused.stdout.toString()), []);
      }
    });

    test(`${where} the names of clusters that are there instead, and a refused sign-in, are said without it`, async (t) => {
      const { fake, environment } = await startDriving(t, 'failed');
      const absent = { error: { code: 'ResourceNotFound', message: driving } };
      fake.on('POST', /\/runCommand$/, (_seen, response) => sendJson(response, 404, absent));
      const missing = await runVerb(['invoke', 'local', '--', 'x'], { environment, isTTY });
      assert.match(missing.stderr, /there are: /);
      fake.on('POST', /\/token$/, (_seen, response) => {
        sendJson(response, 401, { error: driving, error_description: driving });
      });
      const refused = await runVerb(['token'], { environment, isTTY });
      assert.notEqual(refused.code, 0);
      assert.deepEqual(drivingIn(missing.stderr + refused.stderr + refused.stdout.toString()), []);
    });
  }

  for (const words of asJson) {
    test(`longarm ${words.join(' ')} writes it as JSON escapes, which read back as what they were`, async (t) => {
      const { environment } = await startDriving(t, 'failed');
      const ran = await runVerb(words, { environment, isTTY: true });
      const printed = ran.stdout.toString();
      assert.deepEqual(drivingIn(printed), []);
      assert.ok(JSON.stringify(JSON.parse(printed)).includes(JSON.stringify(driving)), printed);
    });
  }
});

describe('what drives a terminal, in what a client is called', () => {
  test('it is refused, in words without it', async (t) => {
    const folder = `${await makeFolder(t)}/state`;
    const words = ['client', 'create', driving, '--data-dir', folder];
    const made = await runVerb(words, { serverVerbs, isTTY: true, environment: {} });
    assert.equal(made.code, 1);
    assert.match(made.stderr, /printable characters/);
    assert.deepEqual(drivingIn(made.stdout.toString() + made.stderr), []);
  });
});

describe('what drives a terminal, in what the server logs', () => {
  test('each line is one line of JSON that a terminal can be shown, and reads back as what it was', async () => {
    const program = `
      import { createServerLog } from ${JSON.stringify(new URL('../../src/main/server-log.ts', import.meta.url).href)};
      const said = ${JSON.stringify(driving)};
      const log = createServerLog('debug', 1);
      log.warn({ principal: said, [said]: said, nested: { said }, error: new Error(said, { cause: new Error(said) }) }, said);
      log.debug({ principal: 'x'.repeat(100) + said }, 'the ' + said);
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    assert.deepEqual(drivingIn(stdout), []);
    const [first = '', second = '', ...more] = stdout.split('\n');
    assert.deepEqual(more, ['']);
    const line: { principal: string; nested: { said: string }; msg: string } = JSON.parse(first);
    assert.deepEqual([line.principal, line.nested.said, line.msg], [driving, driving, driving]);
    assert.ok(second.includes('x'.repeat(100)));
  });
});
