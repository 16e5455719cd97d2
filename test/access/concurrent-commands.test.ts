import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type CommandId, parseCommandId } from '../../src/core/command-id.ts';
import { type FinalObservation, isFinal } from '../../src/core/observation.ts';
import type { Isolation } from '../../src/executors/process/isolation.ts';
import type { ProcessLane } from '../../src/executors/process/lane.ts';
import { probeIsolation } from '../../src/executors/process/probe-isolation.ts';
import { createProcessExecutor } from '../../src/executors/process/process-executor.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { fileAppears } from '../clients/file-appears.ts';
import { aClusterUid, machineClock, ordinary } from '../contract/executor-samples.ts';

const found = await probeIsolation();
const own: ProcessLane = { environment: {} };
const other: ProcessLane = { environment: {}, owner: { uid: 65534, gid: 65534 } };
const lanes: readonly (readonly [string, ProcessLane, Isolation])[] = [
  ['the server’s user', own, found],
  ...(found.nested
    ? [['the server’s user, in their supervisors’ namespaces', own, { ...found, nested: false }] as const]
    : []),
  ...(found.canDropUid ? [['another user', other, found] as const] : []),
];

test('where the machine gives a process namespaces of its own, commands get them, and what follows is tried', async () => {
  const namespaces = ['--user', '--map-root-user', '--pid', '--fork', '--mount', '--mount-proc'];
  const given = await promisify(execFile)('unshare', [...namespaces, 'true']).then(
    () => true,
    () => false,
  );
  assert.equal(found.kind, given ? 'namespaces' : 'session', found.weaknesses.join(' '));
});

/** Stands in everything that is the victim's: its text, its file, its environment, its output, what it has open. */
const secret = `SECRET-${randomBytes(8).toString('hex')}`;

for (const [name, lane, isolation] of found.kind === 'namespaces' ? lanes : []) {
  describe(`two commands that run at the same time as ${name}`, { timeout: 60_000 }, () => {
    let dataDirectory: string;
    let outside: string;
    let runs: string;
    let executor: Executor;
    before(async () => {
      dataDirectory = await mkdtemp(join(tmpdir(), 'longarm-two-'));
      // Where the two and the test tell each other that it is time.
      outside = await mkdtemp(join(tmpdir(), 'longarm-bell-'));
      await chmod(outside, 0o777);
      runs = join(dataDirectory, 'runs');
      const laneOf = (uid: string) => (uid === aClusterUid ? lane : undefined);
      executor = await createProcessExecutor({
        runsDirectory: runs,
        dataDirectory,
        clock: machineClock,
        isolation,
        laneOf,
      });
    });
    after(async () => {
      await rm(dataDirectory, { recursive: true });
      await rm(outside, { recursive: true });
    });

    const soon = () => AbortSignal.timeout(40_000);

    async function start(text: string, files: readonly { path: string; mode: number; bytes: Buffer }[] = []) {
      const commandId = parseCommandId(randomBytes(16).toString('hex'));
      assert.ok(commandId !== undefined);
      const launch = { commandId, clusterUid: aClusterUid, text, files, shell: 'sh' } as const;
      await executor.start({ ...ordinary, ...launch, timeoutMs: 30_000, graceMs: 500 }, soon());
      return commandId;
    }

    async function endOf(commandId: CommandId) {
      let last: FinalObservation | undefined;
      for await (const observation of executor.observe(commandId, soon())) if (isFinal(observation)) last = observation;
      const chunks: Uint8Array[] = [];
      await executor.readOutput(commandId, 0, async (bytes) => void chunks.push(Buffer.from(bytes)), soon());
      await executor.destroy(commandId, soon());
      return {
        out: Buffer.concat(chunks).toString(),
        told: last?.type === 'exited' ? `${last.exitCode} ${last.cause}` : last?.type,
      };
    }

    /** A command that holds the secret in every way, until the test lets it go. */
    async function startVictim() {
      const [ready, gate] = ['ready', 'gate'].map((word) => join(outside, `${word}-${randomBytes(4).toString('hex')}`));
      assert.ok(ready && gate);
      await promisify(execFile)('mkfifo', ['-m', '666', gate]);
      const text = [
        `variable=${secret}`,
        `SECRET=${secret} sleep 60 & slept=$!`,
        'exec 8<file',
        `echo ${secret}`,
        `: >${ready}`,
        `read -r line <${gate}`,
        'kill $slept; echo end; exit 7',
      ].join('\n');
      const id = await start(text, [{ path: 'file', mode: 0o600, bytes: Buffer.from(secret) }]);
      await fileAppears(ready, soon());
      return { id, gate, pids: await pidsOf(id) };
    }

    /** All processes of the machine that carry the command's mark, the supervisor and its timers included. */
    async function pidsOf(id: CommandId): Promise<readonly string[]> {
      const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
      const marked = await Promise.all(
        pids.map(async (pid) => {
          const words = ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''));
          return (await Promise.all(words)).join('').includes(id) ? [pid] : [];
        }),
      );
      return marked.flat();
    }

    test('the one finds nothing of the other, by its paths, its processes, its descriptors, its memory or its mounts', async () => {
      const victim = await startVictim();
      assert.ok(victim.pids.length >= 2, String(victim.pids));
      const box = join(runs, victim.id, 'box');
      const files = ['command', 'work/file'].map((file) => join(box, file));
      const all = [...files, join(runs, victim.id, 'out')].join(' ');
      const pids = `${victim.pids.join(' ')} $(ls /proc | grep '^[0-9]')`;
      const ways = [
        `cat ${all}`,
        `ls -R ${runs} ${box}; stat ${all}`,
        `ln -s ${runs}/${victim.id} link; cat link/out link/box/command`,
        `ln ${files[0]} hard; cat hard`,
        `cd ../..; ls -a . ..; cat ../${victim.id}/out; cd "$HOME/../work"`,
        `for p in ${pids}; do [ $p = $$ ] || cat /proc/$p/environ /proc/$p/cmdline /proc/$p/cwd/file; done`,
        `for p in ${victim.pids.join(' ')}; do timeout 1 cat /proc/$p/fd/*; done`,
        `for p in ${victim.pids.join(' ')}; do for f in ${all}; do cat /proc/$p/root$f; done; done`,
        `for p in 1 $PPID; do for f in ${all}; do cat /proc/$p/root$f /proc/$p/cwd$f; done; done`,
        `for p in ${victim.pids.join(' ')}; do dd if=/proc/$p/mem bs=1 count=1; cat /proc/$p/maps; done`,
        `for p in ${victim.pids.join(' ')}; do nsenter -t $p -a cat ${all}; nsenter -t $p -m cat ${all}; done`,
        `mkdir m; mount --bind ${runs} m; ls m/*; mount -t proc proc m; cat m/*/environ m/[0-9]*/cwd/file; umount m`,
        `umount -R ${dataDirectory}; umount -l ${dataDirectory}; cat ${all}`,
        `unshare -r -m sh -c 'umount -l ${dataDirectory}; cat ${all}'`,
        `unshare -r -m -p -f --mount-proc sh -c 'cat /proc/*/environ /proc/1/root${files[0]}'`,
        `python3 -c 'import ctypes,sys
l=ctypes.CDLL(None,use_errno=True)
for p in sys.argv[1:]: print("ptrace", l.ptrace(16, int(p), 0, 0))' ${victim.pids.join(' ')}`,
      ];
      const attacker = await start(`{\n${ways.map((way) => `( ${way}\n)`).join('\n')}\n} 2>&1; exit 0`);
      const attack = await endOf(attacker);
      assert.equal(attack.told, '0 exit');
      assert.ok(!attack.out.includes(secret), attack.out);
      assert.ok(!attack.out.includes('ptrace 0'), attack.out);
      assert.ok(attack.out.includes(`${files[0]}: No such file`), attack.out);
      await writeFile(victim.gate, 'go\n');
      assert.deepEqual(await endOf(victim.id), { out: `${secret}\nend\n`, told: '7 exit' });
    });

    test('the one cannot end the other, nor its supervisor, nor write its exit or its output', async () => {
      const victim = await startVictim();
      const at = join(runs, victim.id);
      const before = await stat(at);
      const forgeries = ['exit', 'out', 'grace', 'broken', 'started', 'box/command', 'box/work/file'];
      // Never `kill -1` in here: were the namespaces ever missing, it would end everything on the machine.
      const attacker = await start(
        [
          `kill -9 ${victim.pids.join(' ')}; kill -TERM ${victim.pids.map((pid) => `-${pid}`).join(' ')}`,
          `mkdir -p ${at} ${at}/box/work`,
          ...forgeries.map((file) => `echo "0 exit 0" >${at}/${file}; ln -sf /dev/null ${at}/${file}`),
          `rm -rf ${at} ${runs}; mv ${at} ${at}.gone; chmod 0 ${at}`,
          `mkdir m && mount --bind m ${at}`,
          'exit 0',
        ].join('\n'),
      );
      await endOf(attacker);
      const [supervisor = ''] = (await readFile(join(at, 'launcher'), 'utf8')).split('\n');
      assert.ok((await pidsOf(victim.id)).includes(supervisor), 'the supervisor lives');
      const after = await stat(at);
      assert.deepEqual([after.ino, after.mode, after.uid], [before.ino, before.mode, before.uid]);
      assert.equal(await readFile(join(at, 'box/work/file'), 'utf8'), secret);
      await writeFile(victim.gate, 'go\n');
      assert.deepEqual(await endOf(victim.id), { out: `${secret}\nend\n`, told: '7 exit' });
    });

    test('of what the one left in its own temporary folder and home the next one finds nothing', async () => {
      const first = await start(`echo ${secret} >"$TMPDIR/left"; echo ${secret} >~/left; echo "$TMPDIR" ~`);
      const { out } = await endOf(first);
      const [tmp = '', home = ''] = out.trim().split(' ');
      const next = await start(`cat ${tmp}/left ${home}/left "$TMPDIR"/* ~/* ; ls -A "$TMPDIR" ~`);
      const { out: seen } = await endOf(next);
      assert.ok(!seen.includes(secret), seen);
    });
  });
}
