import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { CommandResult } from '../../../src/wire/command-result-schema.ts';
import { inParallel } from '../../loss/in-parallel.ts';
import { firstOutput } from '../../loss/read-output.ts';
import { shortened } from '../../shortened.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { inPod, podPath } from './in-pod.ts';

const codes = shortened(256, 8);
/** What shells and container runtimes give a meaning of their own, and the ends of the range. */
const markedCodes = [0, 1, 125, 126, 127, 137, 255];
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

  /** Asserts that the commands ran once each, when nothing is left of any. */
  async function ranOnce(...marks: readonly string[]): Promise<void> {
    await server.nothingLeft();
    for (const mark of marks) assert.equal(server.marks.count(mark), 1, mark);
  }

  test(`${codes.title} of the exit codes that there are, and of all these: ${markedCodes.join(', ')}: each is told as it was, of a command that ran once`, async () => {
    const step = 256 / codes.count;
    const sample = Array.from({ length: codes.count }, (_, index) => 255 - index * step);
    const chosen = [...new Set([...markedCodes, ...sample])];
    const results = await inParallel(chosen.length, width, (index) => {
      const code = chosen[index] ?? 0;
      return run(`${server.marks.command(`code-${code}`)}; echo ${code}; exit ${code}`);
    });
    results.forEach((result, index) => {
      const code = chosen[index] ?? 0;
      assert.deepEqual(endOf(result), ['Succeeded', code, `${code}\n`, true], JSON.stringify(result.properties));
    });
    await ranOnce(...chosen.map((code) => `code-${code}`));
  });

  for (const [signal, name] of [
    [9, 'KILL'],
    [15, 'TERM'],
    [11, 'SEGV'],
  ] as const) {
    test(`a command that ends by its own ${name} is completed, with 128 + ${signal}`, async () => {
      const result = await run(`${server.marks.command(name)}; echo before; kill -${signal} $$; echo after`);
      assert.deepEqual(endOf(result), ['Succeeded', 128 + signal, 'before\n', true], JSON.stringify(result.properties));
      await ranOnce(name);
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
    await ranOnce('absent');
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

  for (const [signal, name] of [
    [9, 'KILL'],
    [15, 'TERM'],
  ] as const) {
    test(`a command that somebody else in its pod ends by ${name} is completed, with 128 + ${signal}`, async () => {
      const mark = `outside-${name}`;
      const command = `${server.marks.command(mark)}; echo $$; while :; do sleep 0.05; done; echo after`;
      const ref = await server.submit(command);
      const pid = await firstOutput(server.client(), ref);
      await inPod(server, ref, 'command', `kill -${name} ${pid.trim()}`);
      const result = await server.client().waitForEnd(ref);
      assert.deepEqual(endOf(result), ['Succeeded', 128 + signal, pid, true], JSON.stringify(result.properties));
      await ranOnce(mark);
    });
  }

  test(`${commands.title} commands that print their number and exit with it: every line and every code is right, and each ran once`, async (t) => {
    // Evenly from all the numbers that there are, so that the sample has codes that begin anew at 0 as well.
    const numbers = Array.from({ length: commands.count }, (_, index) => Math.floor((index * 1000) / commands.count));
    const began = performance.now();
    const results = await inParallel(commands.count, width, (index) => {
      const number = numbers[index] ?? 0;
      return run(`${server.marks.command(`number-${number}`)}; echo ${number}; exit $((${number} % 256))`);
    });
    const seconds = (performance.now() - began) / 1000;
    t.diagnostic(`${commands.count} commands in ${seconds.toFixed(1)} s, ${width} at once`);
    results.forEach((result, index) => {
      const number = numbers[index] ?? 0;
      const why = `command ${number}: ${JSON.stringify(result.properties)}`;
      assert.deepEqual(endOf(result), ['Succeeded', number % 256, `${number}\n`, true], why);
    });
    assert.equal(new Set(results.map(({ id }) => id)).size, commands.count);
    await ranOnce(...numbers.map((number) => `number-${number}`));
  });

  test('children in the background that hold stdout open are not waited for, and do nothing after the end of their command', async () => {
    const kinds = ['child', 'session'] as const;
    const [child, session] = kinds.map(
      (kind) => `i=0; while [ $i -lt 600 ]; do i=$((i + 1)); ${server.marks.command(kind)}; sleep 0.1; done`,
    );
    const gate = 'until [ -e /tmp/gate ]; do sleep 0.05; done';
    const command = [server.marks.command('parent'), `(${child}) &`, `setsid sh -c '${session}' &`, 'echo done', gate];
    const ref = await server.submit({ command: [...command, 'exit 3'].join('\n'), longarm: { graceSeconds: 1 } });
    // They are there, each in its own way, when their command ends.
    for (const kind of kinds) await server.marks.arrived(kind, AbortSignal.timeout(60_000));
    await inPod(server, ref, 'command', ': >/tmp/gate');
    const began = performance.now();
    const result = await server.client().waitForEnd(ref);
    assert.deepEqual(endOf(result), ['Succeeded', 3, 'done\n', true]);
    assert.ok(performance.now() - began < 15_000, 'they were waited for');
    await server.marks.settled();
    const atAnswer = kinds.map((kind) => server.marks.count(kind));
    await ranOnce('parent');
    // In this time each that lives on would leave ten marks.
    await pass(1000);
    await server.marks.settled();
    assert.deepEqual(
      kinds.map((kind) => server.marks.count(kind)),
      atAnswer,
    );
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

  test('a command that ignores TERM and has no time left fails with TimedOut, with what it wrote, and does nothing after that', async () => {
    const command = `trap '' TERM; echo begun; while :; do ${server.marks.command('endless')}; sleep 0.05; done`;
    const ref = await server.submit({ command, longarm: { graceSeconds: 1, timeoutSeconds: 2 } });
    const { properties } = await server.client().waitForEnd(ref);
    await server.marks.settled();
    const atAnswer = server.marks.count('endless');
    assert.ok(atAnswer > 0);
    const { provisioningState, reason, logs, longarm } = properties;
    assert.deepEqual([provisioningState, logs, longarm?.complete], ['Failed', 'begun\n', true]);
    assert.match(reason ?? '', /^TimedOut: /);
    await server.nothingLeft();
    assert.equal(server.marks.count('endless'), atAnswer);
  });
});

describe('commands in pods that need more memory than they may have', () => {
  const hungry = 'head -c 400000000 /dev/zero | tail -n 1 >/dev/null';
  // On version 2 of cgroups all of the container is killed with the one that is too large, on version 1 that one alone.
  const tellVersion = '[ -e /sys/fs/cgroup/cgroup.controllers ] && echo cgroup v2 || echo cgroup v1';
  let server: PodServer;
  before(async () => {
    const resources = { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '1', memory: '48Mi' } };
    const containers = ['keeper', 'command'].map((name) => ({ name, resources }));
    server = await startPodServer({ extension: { podTemplate: { spec: { containers } } } });
  });
  after(() => server.dispose());

  async function runHungry(mark: string, rest: string): Promise<CommandResult['properties']> {
    const ref = await server.submit(`${server.marks.command(mark)}; ${tellVersion}; ${hungry}${rest}`);
    const { properties } = await server.client().waitForEnd(ref);
    await server.nothingLeft();
    assert.equal(server.marks.count(mark), 1);
    return properties;
  }

  /** What is told where the kernel killed it: of a supervisor that was killed with it there is no record. */
  function assertKilled({ provisioningState, reason, logs, exitCode, longarm }: CommandResult['properties']): void {
    const isAlone = logs?.startsWith('cgroup v1\n') === true;
    assert.deepEqual(
      [provisioningState, exitCode, longarm?.complete],
      ['Failed', 137, isAlone],
      JSON.stringify(longarm),
    );
    assert.match(reason ?? '', /^OOMKilled: /);
    assert.match(logs ?? '', /^cgroup v[12]\n(Killed\n)?$/);
    assert.equal(longarm?.storedBytes, logs?.length);
  }

  test('one that dies of it fails with OOMKilled, with all that it wrote, and says whether that is known to be all', async () => {
    assertKilled(await runHungry('oom', ''));
  });

  test('one whose child dies of it and that goes on is completed, with the exit code of its own; where it dies as well, OOMKilled', async () => {
    const properties = await runHungry('oom-child', '; echo went on; exit 5');
    const { provisioningState, logs, exitCode, longarm } = properties;
    if (logs?.startsWith('cgroup v2\n') === true) return assertKilled(properties);
    assert.deepEqual([provisioningState, exitCode, longarm?.complete], ['Succeeded', 5, true]);
    assert.match(logs ?? '', /^cgroup v1\n(Killed\n)?went on\n$/);
  });
});
