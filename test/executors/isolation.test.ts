import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseCommandId } from '../../src/core/command-id.ts';
import type { FinalObservation } from '../../src/core/observation.ts';
import { isFinal } from '../../src/core/observation.ts';
import type { ProcessLane } from '../../src/executors/process/lane.ts';
import type { Isolation } from '../../src/executors/process/isolation.ts';
import { probeIsolation } from '../../src/executors/process/probe-isolation.ts';
import { createProcessExecutor } from '../../src/executors/process/process-executor.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { aClusterUid, machineClock, ordinary } from '../contract/executor-samples.ts';

const found = await probeIsolation();
const own: ProcessLane = { environment: { KUBECONFIG: '/etc/kube/config' } };
const other: ProcessLane = { environment: {}, owner: { uid: 65534, gid: 65534 } };
const lanes: readonly (readonly [string, ProcessLane, Isolation])[] = [
  ['as the server’s user', own, found],
  ...(found.nested
    ? [['as the server’s user, in its supervisor’s PID namespace', own, { ...found, nested: false }] as const]
    : []),
  ...(found.canDropUid ? [['as another user', other, found] as const] : []),
];

test('this machine gives namespaces, or says what keeps it from it', () => {
  assert.ok(found.promises.length > 0 && found.weaknesses.length > 0);
  assert.ok(found.kind === 'namespaces' || found.weaknesses.join(' ').includes('PID and mount namespace ('));
});

for (const [name, lane, isolation] of found.kind === 'namespaces' ? lanes : []) {
  describe(`a command that runs ${name}`, { timeout: 60_000 }, () => {
    let dataDirectory: string;
    let executor: Executor;
    before(async () => {
      dataDirectory = await mkdtemp(join(tmpdir(), 'longarm-isolation-'));
      await writeFile(join(dataDirectory, 'key'), 'the key', { mode: 0o644 });
      const runsDirectory = join(dataDirectory, 'runs');
      executor = await createProcessExecutor({
        runsDirectory,
        dataDirectory,
        clock: machineClock,
        isolation,
        laneOf: (uid) => (uid === aClusterUid ? lane : undefined),
      });
    });
    after(() => rm(dataDirectory, { recursive: true }));

    async function run(text: string, more: { clusterUid?: typeof aClusterUid; timeoutMs?: number } = {}) {
      const commandId = parseCommandId(randomBytes(16).toString('hex'));
      assert.ok(commandId !== undefined);
      const signal = AbortSignal.timeout(30_000);
      const files = [
        { path: 'bin/tool', mode: 0o755, bytes: Buffer.from('#!/bin/sh\necho tool\n') },
        { path: 'secret', mode: 0o600, bytes: Buffer.from('s') },
      ];
      const launch = { commandId, clusterUid: more.clusterUid ?? aClusterUid, text, files };
      await executor.start(
        { ...ordinary, ...launch, shell: 'sh', timeoutMs: more.timeoutMs ?? 30_000, graceMs: 500 },
        signal,
      );
      let last: FinalObservation | undefined;
      for await (const observation of executor.observe(commandId, signal)) {
        if (isFinal(observation)) last = observation;
      }
      const chunks: Uint8Array[] = [];
      await executor
        .readOutput(commandId, 0, async (bytes) => void chunks.push(Buffer.from(bytes)), signal)
        .catch((error: unknown) => assert.equal(last?.type, 'refused', String(error)));
      await executor.destroy(commandId, signal);
      assert.ok(last !== undefined);
      return { last, out: Buffer.concat(chunks).toString(), commandId };
    }

    test('sees no process but its own', async () => {
      const { out } = await run(
        `umount /proc; umount -l /proc; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; ls -d /proc/${process.pid} 2>&1`,
      );
      assert.ok(!out.includes('--test'), out);
      assert.equal(out.includes('longarm-supervisor'), !isolation.nested, out);
      assert.match(out, /No such file/);
    });

    test('cannot signal the server', async () => {
      const { out } = await run(`kill -0 ${process.pid} || echo no`);
      assert.match(out, /no\n$/);
    });

    test('that kills all it can reach still gets a true end, and a lost pump is not passed over', async () => {
      const { last } = await run('kill -9 -1; exit 3');
      const told = last.type === 'exited' ? last.exitCode : last.type === 'killed' ? last.reason : last.type;
      assert.equal(told, lane.owner === undefined && !isolation.nested ? 'OutputLost' : 3);
    });

    test('that kills every process it can find is still ended by its time limit, unless it has the timers’ uid', async () => {
      const killer = 'for p in $(ls /proc | grep "^[0-9]"); do [ "$p" = $$ ] || kill -9 "$p"; done 2>/dev/null';
      const { last } = await run(`${killer}; sleep 5; exit 3`, { timeoutMs: 1000 });
      const told = last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type;
      assert.equal(told, lane.owner === undefined && !isolation.nested ? 'killed' : '143 timeout');
    });

    const endings: readonly (readonly [string, number])[] = [
      ['kill -9 $$', 137],
      ['kill -15 $$', 143],
      ['kill -SEGV $$', 139],
      ['kill -INT $$', 130],
      ['kill -9 0', 137],
      ['trap "" TERM; kill -15 0; exit 6', 6],
      ['sleep 600 & exit 3', 3],
      ['(setsid sleep 600 &); exit 255', 255],
      ['no-such-program', 127],
    ];
    for (const [text, code] of endings) {
      test(`ends with ${code} by ${text}`, async () => {
        const { last } = await run(text);
        assert.equal(last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type, `${code} exit`);
      });
    }

    test('has nobody left as a zombie: what loses its parent is reaped', async () => {
      const orphans =
        'for i in 1 2 3; do (sh -c ": >ended$i" &); done; until [ -e ended1 -a -e ended2 -a -e ended3 ]; do :; done';
      const zombies = 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null';
      const { out } = await run(
        `${orphans}; i=0; while [ $((i += 1)) -lt 100 ] && ${zombies} >/dev/null; do sleep 0.02; done; ${zombies}`,
      );
      assert.equal(out, '');
    });

    test('cannot read the data directory, by whatever way', async () => {
      const key = join(dataDirectory, 'key');
      const ways = [
        `cat ${key}`,
        `cat /proc/1/root${key}`,
        `cat /proc/self/cwd/../../../../key`,
        `cat /proc/$PPID/root${key}`,
        `umount ${dataDirectory}; cat ${key}`,
        `umount -l ${dataDirectory}; cat ${key}`,
        `unshare --user --map-root-user --mount sh -c 'umount -R ${dataDirectory}; umount -l ${dataDirectory}; cat ${key}'`,
        `nsenter --target 1 --mount cat ${key}`,
        `umount -l /proc; cat /proc/1/root${key} /proc/1/cwd${key} /proc/$PPID/root${key}`,
        `unshare --user --map-root-user --mount sh -c 'umount -l /proc; cat /proc/1/root${key}'`,
        `unshare --user --map-root-user --pid --fork --mount-proc sh -c 'cat /proc/1/root${key}'`,
        `for f in /proc/self/fd/*; do cat $f/../key $f/../../key $f/../../../key; done`,
      ];
      const { out, last } = await run(`{ ${ways.join('\n')}\n} 2>/dev/null; ls ${dataDirectory}; exit 0`);
      assert.deepEqual([out, last.type], ['runs\n', 'exited']);
      assert.equal(await readFile(join(dataDirectory, 'key'), 'utf8'), 'the key');
    });

    test('cannot touch its own records', async () => {
      const { last } = await run('cd "$TMPDIR/../.."; echo "0 exit 0" >exit; echo "0 exit 0" >out; exit 9');
      assert.ok(last.type === 'exited');
      assert.deepEqual([last.exitCode, last.cause], [9, 'exit']);
    });

    test('leaves no process behind: double fork, session of its own, deaf to TERM, empty environment', async () => {
      const pipe = join(tmpdir(), `longarm-beat-${randomBytes(6).toString('hex')}`);
      await writeFile(pipe, '', { mode: 0o666 });
      const daemon = `(setsid env -i sh -c 'trap "" TERM HUP; while :; do date +%N >>${pipe}; sleep 0.02; done' &)`;
      await run(`chmod 666 ${pipe}; ${daemon}; sleep 0.1; exit 0`);
      const { size } = await stat(pipe);
      await run('sleep 0.2');
      assert.equal((await stat(pipe)).size, size);
      await rm(pipe);
    });

    test('finds its files with their modes, an empty home, and an environment that is its own', async () => {
      const { out, commandId } = await run(
        'stat -c "%a %n" bin bin/tool secret; bin/tool; ls -A ~ "$TMPDIR"; env | sort',
      );
      const box = join(dataDirectory, 'runs', commandId, 'box');
      const environment = out.slice(out.indexOf('HOME='));
      assert.ok(out.startsWith('755 bin\n755 bin/tool\n600 secret\ntool\n'), out);
      const names = environment.split('\n').map((line) => line.split('=')[0]);
      const known = ['HOME', 'LANG', 'LC_ALL', 'LONGARM_COMMAND_ID', 'PATH', 'PWD', 'TMPDIR', '_', 'SHLVL', ''];
      assert.deepEqual(
        names.filter((one = '') => !known.includes(one) && !Object.hasOwn(lane.environment, one)),
        [],
      );
      assert.ok(environment.includes(`HOME=${box}/home\n`) && environment.includes(`PWD=${box}/work\n`));
      assert.ok(environment.includes(`LONGARM_COMMAND_ID=${commandId}\n`));
    });

    test('is not run for a cluster that has no lane', async () => {
      const another = 'b1d0c6e8-3f02-4327-9846-1063f4ac58a6' as typeof aClusterUid;
      const { last } = await run('exit 0', { clusterUid: another });
      assert.equal(last.type, 'refused');
    });
  });
}
