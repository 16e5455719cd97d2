import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandId } from '../../src/core/command-id.ts';
import { parseLauncherRecord } from '../../src/executors/process/process-identity.ts';
import { probeIsolation, withoutNamespaces } from '../../src/executors/process/probe-isolation.ts';
import { type Run, runOf } from '../../src/executors/process/run-directory.ts';
import { survivorsOf } from '../../src/executors/process/survivors.ts';
import { processExecutorAt } from '../contract/process-bench.ts';
import { aClusterUid, ordinary } from '../contract/executor-samples.ts';
import { firstBytes, newId, observed, readAll, soon } from '../contract/executor-watch.ts';
import type { Executor } from '../../src/ports/executor.ts';

/** The processes that wait to send a signal to this supervisor. */
async function timersOf(supervisor: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes('longarm-alarm') && words.at(-2) === String(supervisor)) found.push(pid);
  }
  return found;
}

const found = await probeIsolation();
const kinds =
  found.kind === 'session' ? [found] : [found, withoutNamespaces(found.restoresSignals, 'as a test wants it')];

for (const isolation of kinds) {
  describe(`a run that is broken into from outside (${isolation.kind})`, { timeout: 60_000 }, () => {
    let dataDirectory: string;
    let executor: Executor;
    before(async () => {
      dataDirectory = await mkdtemp(join(tmpdir(), 'longarm-crash-'));
      executor = await processExecutorAt({ dataDirectory, isolation, lane: { environment: {} } });
    });
    after(() => rm(dataDirectory, { recursive: true }));

    async function begin(): Promise<Run> {
      const commandId: CommandId = newId();
      const text = '(setsid sleep 600 &); echo ready; sleep 600';
      const launch = { commandId, clusterUid: aClusterUid, text, files: [], timeoutMs: 60_000, graceMs: 300 };
      await executor.start({ ...ordinary, ...launch, shell: 'sh' }, soon());
      await firstBytes(executor, commandId);
      return runOf(join(dataDirectory, 'runs'), commandId);
    }

    async function launcherOf(run: Run) {
      const launcher = parseLauncherRecord(await readFile(run.launcher, 'utf8'));
      assert.ok(launcher !== undefined);
      return launcher;
    }

    test('is killed, once its launcher was killed and all it started is dead', async () => {
      const run = await begin();
      const launcher = await launcherOf(run);
      // Without namespaces the launcher is the supervisor, whose timer has a session of its own and outlives it.
      if (isolation.kind === 'session') while ((await timersOf(launcher.pid)).length === 0);
      process.kill(launcher.pid, 'SIGKILL');
      const last = (await observed(executor, run.commandId)).at(-1);
      assert.equal(last?.type === 'killed' ? last.reason : last?.type, 'Killed');
      assert.deepEqual(await survivorsOf(run.commandId, launcher), []);
      assert.deepEqual(await timersOf(launcher.pid), []);
      await executor.destroy(run.commandId, soon());
    });

    test('is lost when the machine was restarted meanwhile, and is not started again', async () => {
      const run = await begin();
      const launcher = await launcherOf(run);
      await writeFile(run.prepared, JSON.stringify({ bootId: 'an earlier one' }));
      const last = (await observed(executor, run.commandId)).at(-1);
      assert.deepEqual(last, {
        type: 'lost',
        reason: 'WorkerLost',
        message: 'The machine was restarted while it ran.',
      });
      await executor.destroy(run.commandId, soon());
      assert.deepEqual(await survivorsOf(run.commandId, launcher), []);
    });

    test('is told to have written more than there is, when the end of its spool is gone', async () => {
      const run = await begin();
      await executor.stop(run.commandId, 300, soon());
      await observed(executor, run.commandId);
      await truncate(run.out, 2);
      assert.deepEqual(await readAll(executor, run.commandId), { output: Buffer.from('re'), totalBytes: 6 });
      assert.deepEqual(await readAll(executor, run.commandId, 6), { output: Buffer.alloc(0), totalBytes: 6 });
      await executor.destroy(run.commandId, soon());
    });

    const losses: readonly (readonly [string, string, 'broken' | 'severed', string, RegExp])[] = [
      ['the disk is full', 'says so', 'broken', 'cat: write error: No space left on device\n', /disk is full \(cat: /],
      ['it cannot be written', 'says why', 'broken', 'cat: write error: File too large\n', /written \(cat: .* large\)/],
      ['nobody could say why', 'says so', 'broken', '', /Most likely the disk is full/],
      ['its pump was killed', 'says so', 'severed', '', /was killed, most likely by the command/],
    ];
    for (const [what, says, name, log, message] of losses) {
      test(`is killed without an exit code, and ${says}, when output is lost because ${what}`, async () => {
        const run = await begin();
        await executor.stop(run.commandId, 300, soon());
        await observed(executor, run.commandId);
        await rm(run.exit);
        await writeFile(run[name], '0 exit 6\n');
        await writeFile(run.log, log);
        const last = (await observed(executor, run.commandId)).at(-1);
        assert.ok(last?.type === 'killed' && !('exitCode' in last), last?.type);
        assert.equal(last.reason, 'OutputLost');
        assert.match(last.message, message);
        await executor.destroy(run.commandId, soon());
      });
    }

    test('ends with what there is when the spool was cut behind the offset', async () => {
      const run = await begin();
      await writeFile(run.out, 'cut');
      const reading = executor.readOutput(run.commandId, 6, async () => {}, soon());
      await executor.stop(run.commandId, 300, soon());
      assert.deepEqual(await reading, { totalBytes: 3 });
      await executor.destroy(run.commandId, soon());
    });
  });
}
