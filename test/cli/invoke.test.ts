import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { machineClock } from '../../src/client/client-clock.ts';
import { commandId, FakeArm, sendJson } from '../client/fake-arm.ts';
import { addFakeCommand, resultBody } from '../client/fake-command.ts';
import { runVerb, startFakeLongarm } from './run-verb.ts';

describe('longarm invoke', () => {
  test('the output is on stdout byte for byte, and the exit code is the command’s', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const output = Buffer.from([0x6f, 0x00, 0xff, 0x0d, 0x0a, 0x1b, 0x5b]);
    addFakeCommand(fake, { output, exitCode: 7, sha256: createHash('sha256').update(output).digest('hex') });
    const ran = await runVerb(['invoke', 'local', '--', 'exit 7'], { environment });
    assert.equal(ran.code, 7);
    assert.ok(ran.stdout.equals(output));
    assert.match(ran.stderr, new RegExp(commandId));
  });

  test('one word is sent as shell text, several arrive as the arguments they are', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    await runVerb(['invoke', 'local', '--', 'echo a | wc -c'], { environment });
    await runVerb(['invoke', 'local', '--', 'echo', "it's", 'a  b', '-A', '$HOME'], { environment });
    const commands = fake.requests(/runCommand$/).map(({ body }) => (JSON.parse(body) as { command: string }).command);
    assert.deepEqual(commands, ['echo a | wc -c', String.raw`echo 'it'\''s' 'a  b' -A '$HOME'`]);
  });

  test('the command is read from stdin, with all its quotes and line breaks', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    const stdin = 'cat <<"EOF"\n"a" \'b\' $c\nEOF\n';
    assert.equal((await runVerb(['invoke', 'local', '--command-file', '-'], { environment, stdin })).code, 0);
    assert.deepEqual(JSON.parse(fake.requests(/runCommand$/)[0]?.body ?? ''), { command: stdin, context: '' });
  });

  test('time limit, grace and strictness are sent in whole seconds', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    await runVerb(['invoke', 'local', '--timeout', '1500ms', '--grace', '1m', '--strict', '--', 'true'], {
      environment,
    });
    const sent = JSON.parse(fake.requests(/runCommand$/)[0]?.body ?? '') as { longarm: unknown };
    assert.deepEqual(sent.longarm, { timeoutSeconds: 2, graceSeconds: 60, strict: true });
  });

  test('each way to end has its exit code, and its reason on stderr', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const command = addFakeCommand(fake);
    const cases = [
      [{ phase: 'failed', cause: { reason: 'TimedOut', message: 'Too slow.' } }, 124, 'TimedOut: Too slow.'],
      [{ phase: 'failed', cause: { reason: 'ImagePullBackOff', message: 'No such image.' } }, 125, 'ImagePullBackOff'],
      [{ phase: 'cancelled' }, 125, 'Cancelled.'],
      [{ phase: 'completed' }, 125, 'not with which exit code'],
      [{ phase: 'completed', exitCode: 256 }, 255, ''],
    ] as const;
    for (const [state, code, words] of cases) {
      delete command.exitCode;
      delete command.cause;
      Object.assign(command, state);
      const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment });
      assert.equal(ran.code, code, JSON.stringify(state));
      assert.ok(ran.stderr.includes(words), ran.stderr);
    }
  });

  test('a refusal by the server exits 125 with its words, and cannot command the terminal', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    fake.on('POST', /runCommand$/, (_seen, response) => {
      sendJson(response, 403, { error: { code: 'AuthorizationFailed', message: 'No\u001b[2J right.' } });
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment });
    assert.equal(ran.code, 125);
    assert.ok(ran.stderr.includes('AuthorizationFailed: No'));
    assert.ok(!ran.stderr.includes('\u001b'));
  });

  test('output that is not what the server stored is never taken for success', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const command = addFakeCommand(fake, { output: Buffer.from([0xff, 1, 2]), sha256: 'f'.repeat(64) });
    assert.equal(command.exitCode, 0);
    const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment });
    assert.equal(ran.code, 125);
    assert.match(ran.stderr, /is not what the server stored/);
  });

  test('--no-wait prints the id alone; with -o json the whole object', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running' });
    const plain = await runVerb(['invoke', 'local', '--no-wait', '--', 'x'], { environment });
    assert.deepEqual([plain.code, plain.stdout.toString()], [0, `${commandId}\n`]);
    const json = await runVerb(['invoke', 'local', '--no-wait', '-o', 'json', '--', 'x'], { environment });
    const { id, provisioningState } = JSON.parse(json.stdout.toString()) as Record<string, unknown>;
    assert.deepEqual([json.code, id, provisioningState], [0, commandId, 'Running']);
  });

  test('-o json prints the flat object that az prints, and still exits as the command did', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { output: Buffer.from('hi\n'), exitCode: 3 });
    const ran = await runVerb(['invoke', 'local', '-o', 'json', '--', 'x'], { environment });
    const printed = JSON.parse(ran.stdout.toString()) as Record<string, unknown>;
    assert.equal(ran.code, 3);
    assert.deepEqual([printed['exitCode'], printed['logs'], printed['reason']], [3, 'hi\n', null]);
  });

  test('the first Ctrl-C cancels and waits for the end, which gives 130', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const command = addFakeCommand(fake, { phase: 'running', output: Buffer.from('working') });
    fake.on('GET', /\/output$/, ({ url }, response) => {
      response.write(command.output.subarray(Number(url.searchParams.get('from'))));
      const poll = setInterval(() => {
        if (command.phase === 'cancelled') response.end();
      }, 2);
      response.on('close', () => clearInterval(poll));
    });
    let pressed = false;
    const ran = await runVerb(['invoke', 'local', '--', 'x'], {
      environment,
      onOutput: (_text, interrupt) => {
        if (!pressed) interrupt();
        pressed = true;
      },
    });
    assert.equal(ran.code, 130);
    assert.equal(ran.stdout.toString(), 'working');
    assert.equal(fake.requests(/\/cancel$/, 'POST').length, 1);
  });

  test('a second Ctrl-C stops waiting, prints the id, and the cancel stands', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running', output: Buffer.from('working') });
    fake.on('POST', /\/cancel$/, (_seen, response) => sendJson(response, 202, undefined));
    fake.on('GET', /\/output$/, (_seen, response) => {
      response.write('working');
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], {
      environment,
      clock: machineClock,
      onOutput: (_text, interrupt) => {
        interrupt();
        interrupt();
      },
    });
    assert.equal(ran.code, 130);
    assert.equal(fake.requests(/\/cancel$/).length, 1);
    assert.match(ran.stderr, new RegExp(`Stopped waiting for ${commandId}; it was told to stop`));
  });

  test('SIGTERM ends the waiting with 143, leaves the command alone and says how to see it', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running' });
    fake.on('GET', /\/output$/, (_seen, response) => {
      response.write('working');
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], {
      environment,
      onOutput: (_text, _interrupt, terminate) => {
        terminate();
      },
    });
    assert.equal(ran.code, 143);
    assert.match(ran.stderr, new RegExp(`${commandId} goes on; see it with .longarm result local ${commandId} --wait`));
    assert.equal(fake.requests(/\/cancel$/).length, 0);
  });

  test('whoever pipes something in is told that the command does not get it, unless it is the command', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake);
    const piped = { environment, stdin: 'cat', hasInput: true };
    assert.match((await runVerb(['invoke', 'local', '--', 'cat'], piped)).stderr, /no standard input.*-f/);
    assert.doesNotMatch((await runVerb(['invoke', 'local', '-q', '--', 'cat'], piped)).stderr, /standard input/);
    const script = await runVerb(['invoke', 'local', '--command-file', '-'], piped);
    assert.doesNotMatch(script.stderr, /standard input/);
  });

  test('a time limit that cannot be is refused in the words that were typed', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    for (const typed of ['0', '0s', '999999999999d', 'soon']) {
      const ran = await runVerb(['invoke', 'local', '--timeout', typed, '--', 'x'], { environment });
      assert.equal(ran.code, 2);
      assert.ok(ran.stderr.includes(typed) && ran.stderr.includes('--timeout'), ran.stderr);
    }
    assert.equal(fake.requests(/runCommand$/).length, 0);
    fake.on('POST', /runCommand$/, (_seen, response) => {
      const target = 'longarm.timeoutSeconds';
      sendJson(response, 400, {
        error: { code: 'InvalidParameter', message: `${target} is 7200; 3600 at most.`, target },
      });
    });
    const ran = await runVerb(['invoke', 'local', '--timeout', '2h', '--', 'x'], { environment });
    assert.equal(ran.code, 125);
    assert.match(ran.stderr, /--timeout 2h.*3600 at most/);
    assert.doesNotMatch(ran.stderr, /longarm\.timeoutSeconds/);
  });

  test('the output goes on without a gap when the server restarts in the middle', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const output = Buffer.from('first second');
    const command = addFakeCommand(fake, { phase: 'running', output });
    fake.on('GET', /\/output$/, async ({ url }, response) => {
      const from = Number(url.searchParams.get('from'));
      if (from > 0) {
        Object.assign(command, { phase: 'completed', exitCode: 5 });
        response.end(output.subarray(from));
        return;
      }
      response.write('first ');
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      await fake.stop();
      await fake.listen();
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment });
    assert.deepEqual([ran.code, ran.stdout.toString(), command.submissions], [5, 'first second', 1]);
  });

  test('a reader that goes away ends the waiting with 141 and says that the command goes on', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    addFakeCommand(fake, { phase: 'running', output: Buffer.alloc(1_000_000, 'x') });
    const stdout = new Writable({
      highWaterMark: 10,
      write: (_chunk, _encoding, done) => {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment, stdout });
    assert.equal(ran.code, 141);
    assert.match(ran.stderr, /goes on/);
  });

  test('on a terminal the reason for waiting is shown live, and nothing of it stays', async (t) => {
    const { fake, environment } = await startFakeLongarm(t);
    const command = addFakeCommand(fake, { phase: 'launching', output: Buffer.from('done\n') });
    command.cause = { reason: 'ImagePullBackOff', message: 'Back-off pulling image.' };
    let polls = 0;
    fake.on('GET', /\/commandResults\/\w+$/, (_seen, response) => {
      polls += 1;
      if (polls > 2) {
        Object.assign(command, { phase: 'completed', exitCode: 0 });
        delete command.cause;
      }
      sendJson(response, polls > 2 ? 200 : 202, resultBody(command));
    });
    const ran = await runVerb(['invoke', 'local', '--', 'x'], { environment, isTTY: true });
    assert.equal(ran.code, 0);
    assert.match(ran.stderr, /starting: ImagePullBackOff: Back-off pulling image\./);
    assert.ok(ran.stderr.endsWith('\r\u001b[K'), JSON.stringify(ran.stderr.slice(-40)));
  });
});

describe('longarm invoke at an endpoint that is not Longarm', () => {
  const where = ['-g', 'quickstart', '--subscription', '11111111-2222-3333-4444-555555555555'];

  test('it polls as asked, prints the logs, and brings the exit code that az does not', async (t) => {
    const fake = await FakeArm.start(t);
    const environment = { LONGARM_TOKEN: 'brought' };
    fake.on('GET', /managedClusters\/local$/, (_seen, response) => {
      sendJson(response, 200, {
        id: '/x',
        name: 'local',
        location: 'westeurope',
        properties: { provisioningState: 'Succeeded' },
      });
    });
    fake.on('POST', /runCommand$/, ({ url }, response) => {
      const location = `${fake.endpoint}${url.pathname.replace('runCommand', `commandResults/${commandId}`)}${url.search}`;
      sendJson(response, 202, undefined, { location });
    });
    let polls = 0;
    fake.on('GET', /commandResults/, (_seen, response) => {
      polls += 1;
      const properties =
        polls < 3 ? { provisioningState: 'Running' } : { provisioningState: 'Succeeded', exitCode: 9, logs: 'v\n' };
      sendJson(response, polls < 3 ? 202 : 200, { id: commandId, properties });
    });
    const ran = await runVerb(['invoke', 'local', '--endpoint', fake.endpoint, ...where, '--', 'x'], { environment });
    assert.deepEqual([ran.code, ran.stdout.toString()], [9, 'v\n']);
    assert.equal(fake.requests(/runCommand$/)[0]?.headers.authorization, 'Bearer brought');
    assert.equal(fake.requests(/\/output$/).length, 0);
    const refused = await runVerb(
      ['invoke', 'local', '--endpoint', fake.endpoint, ...where, '--timeout', '5', '--', 'x'],
      {
        environment,
      },
    );
    assert.equal(refused.code, 2);
    assert.equal(fake.requests(/runCommand$/).length, 1);
  });

  test('without a token it says which option is missing', async () => {
    const ran = await runVerb(['invoke', 'local', '--endpoint', 'https://management.azure.com', ...where, '--', 'x']);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /--token-file/);
  });
});
