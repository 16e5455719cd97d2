import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CommandResult } from '../../../src/wire/command-result-schema.ts';
import { inParallel } from '../../loss/in-parallel.ts';
import { firstOutput } from '../../loss/read-output.ts';
import { shortened } from '../../shortened.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { podPath } from './in-pod.ts';

const codes = shortened(256, 8);
const commands = shortened(1000, 20);
const width = 16;

/** What a result says of its end. */
function endOf({ properties }: CommandResult) {
  const { provisioningState, exitCode, logs, longarm } = properties;
  return [provisioningState, exitCode, logs, longarm?.complete];
}

describe('ends of commands in pods', () => {
  let server: PodServer;
  before(async () => {
    const flags = ['--concurrent', String(width), '--worker-concurrency', String(width)];
    server = await startPodServer({ flags });
  });
  after(() => server.dispose());

  const run = async (command: string) => {
    const ref = await server.submit({ command, longarm: { graceSeconds: 1 } });
    return server.client().waitForEnd(ref);
  };

  test(`${codes.title} of the exit codes that there are, 255 among them: each is told as it was, of a command that ran once`, async () => {
    const step = 256 / codes.count;
    const chosen = Array.from({ length: codes.count }, (_, index) => 255 - index * step);
    const results = await inParallel(chosen.length, width, (index) => {
      const code = chosen[index] ?? 0;
      return run(`${server.marks.command(`code-${code}`)}; echo ${code}; exit ${code}`);
    });
    results.forEach((result, index) => {
      const code = chosen[index] ?? 0;
      assert.deepEqual(endOf(result), ['Succeeded', code, `${code}\n`, true], JSON.stringify(result.properties));
      assert.equal(server.marks.count(`code-${code}`), 1);
    });
  });

  for (const [signal, name] of [
    [9, 'KILL'],
    [15, 'TERM'],
    [11, 'SEGV'],
  ] as const) {
    test(`a command that ends by its own ${name} is completed, with 128 + ${signal}`, async () => {
      const result = await run(`${server.marks.command(name)}; echo before; kill -${signal} $$; echo after`);
      assert.deepEqual(endOf(result), ['Succeeded', 128 + signal, 'before\n', true], JSON.stringify(result.properties));
      assert.equal(server.marks.count(name), 1);
    });
  }

  test('a program that is not there is completed with 127, and the shell says in the logs which', async () => {
    const result = await run(`${server.marks.command('absent')}; no-such-program --at-all`);
    const { provisioningState, exitCode, logs, reason, longarm } = result.properties;
    const why = JSON.stringify(result.properties);
    assert.deepEqual(
      [provisioningState, exitCode, reason, longarm?.complete],
      ['Succeeded', 127, undefined, true],
      why,
    );
    assert.equal(longarm?.phase, 'completed');
    assert.match(logs ?? '', /no-such-program: not found\n$/);
    assert.equal(server.marks.count('absent'), 1);
  });

  test('one whose activeDeadlineSeconds run out fails with DeadlineExceeded, with what it wrote, and runs no further', async () => {
    const command = `trap '' TERM; ${server.marks.command('begun')}; echo begun; sleep 600; ${server.marks.command('over')}`;
    const ref = await server.submit({ command, longarm: { graceSeconds: 1, timeoutSeconds: 300 } });
    const client = server.client();
    assert.equal(await firstOutput(client, ref), 'begun\n');
    // An API server lets it be lowered while the pod runs.
    await server.kube.request(
      {
        method: 'PATCH',
        path: podPath(server, ref),
        body: { spec: { activeDeadlineSeconds: 1 } },
        contentType: 'application/merge-patch+json',
      },
      AbortSignal.timeout(30_000),
    );
    const { properties } = await client.waitForEnd(ref);
    const { provisioningState, reason, logs, longarm } = properties;
    const why = JSON.stringify(properties);
    assert.deepEqual([provisioningState, longarm?.times.stopRequestedAt], ['Failed', undefined], why);
    assert.match(reason ?? '', /^DeadlineExceeded: .*activeDeadlineSeconds/);
    assert.match(logs ?? '', /^begun\n/);
    assert.ok(
      longarm?.events?.some((event) => event.reason === 'DeadlineExceeded'),
      why,
    );
    await server.nothingLeft();
    assert.deepEqual([server.marks.count('begun'), server.marks.count('over')], [1, 0]);
  });

  test(`${commands.title} commands that print their number and exit with it: every line and every code is right`, async (t) => {
    const began = performance.now();
    const results = await inParallel(commands.count, width, (index) => run(`echo ${index}; exit $((${index} % 256))`));
    const seconds = (performance.now() - began) / 1000;
    t.diagnostic(`${commands.count} commands in ${seconds.toFixed(1)} s, ${width} at once`);
    results.forEach((result, index) => {
      const why = `command ${index}: ${JSON.stringify(result.properties)}`;
      assert.deepEqual(endOf(result), ['Succeeded', index % 256, `${index}\n`, true], why);
    });
    assert.equal(new Set(results.map(({ id }) => id)).size, commands.count);
  });

  test('a child in the background that holds stdout open is not waited for, and ends with its command', async () => {
    const later = `sleep 20; ${server.marks.command('survivor')}`;
    const began = performance.now();
    const result = await run(`(${later}) & (setsid sh -c '${later}' &); echo done; exit 3`);
    assert.deepEqual(endOf(result), ['Succeeded', 3, 'done\n', true]);
    assert.ok(performance.now() - began < 15_000, 'it was waited for');
    await server.nothingLeft();
    assert.equal(server.marks.count('survivor'), 0);
  });

  test('a command that ignores TERM is cancelled once the grace is over, and does nothing after the answer', async () => {
    const command = `trap '' TERM; echo begun; while :; do ${server.marks.command('stubborn')}; sleep 0.05; done`;
    const ref = await server.submit({ command, longarm: { graceSeconds: 1 } });
    const client = server.client();
    await firstOutput(client, ref);
    await client.cancel(ref);
    const result = await client.waitForEnd(ref);
    await server.marks.settled();
    const atAnswer = server.marks.count('stubborn');
    assert.ok(atAnswer > 0);
    const { provisioningState, logs, longarm } = result.properties;
    const why = JSON.stringify(result.properties);
    assert.deepEqual([provisioningState, logs, longarm?.complete], ['Canceled', 'begun\n', true], why);
    await server.nothingLeft();
    assert.equal(server.marks.count('stubborn'), atAnswer);
  });

  test('a command that ignores TERM and has no time left fails with TimedOut, with what it wrote', async () => {
    const command = `trap '' TERM; echo begun; while :; do sleep 0.05; done`;
    const ref = await server.submit({ command, longarm: { graceSeconds: 1, timeoutSeconds: 2 } });
    const { properties } = await server.client().waitForEnd(ref);
    const { provisioningState, reason, logs, longarm } = properties;
    assert.deepEqual([provisioningState, logs, longarm?.complete], ['Failed', 'begun\n', true]);
    assert.match(reason ?? '', /^TimedOut: /);
  });

  test('nothing is left of any', () => server.nothingLeft());
});

describe('commands in pods that need more memory than they may have', () => {
  const hungry = 'head -c 400000000 /dev/zero | tail -n 1 >/dev/null';
  let server: PodServer;
  before(async () => {
    const resources = { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '1', memory: '48Mi' } };
    const containers = ['keeper', 'command'].map((name) => ({ name, resources }));
    server = await startPodServer({ extension: { podTemplate: { spec: { containers } } } });
  });
  after(() => server.dispose());

  test('one that dies of it fails with OOMKilled, and the last line before it is there', async () => {
    const ref = await server.submit(`${server.marks.command('oom')}; echo the last line; ${hungry}`);
    const { properties } = await server.client().waitForEnd(ref);
    const { provisioningState, reason, logs, exitCode } = properties;
    assert.equal(provisioningState, 'Failed', JSON.stringify(properties));
    assert.match(reason ?? '', /^OOMKilled: /);
    assert.equal(exitCode, 137);
    assert.match(logs ?? '', /^the last line\n/);
    assert.equal(server.marks.count('oom'), 1);
    await server.nothingLeft();
  });

  test('one whose child dies of it and that goes on is completed, with the exit code of its own', async () => {
    const ref = await server.submit(`${hungry}; echo went on; exit 5`);
    const { properties } = await server.client().waitForEnd(ref);
    const { provisioningState, logs, exitCode, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 5, true]);
    assert.match(logs ?? '', /went on\n$/);
    await server.nothingLeft();
  });
});
