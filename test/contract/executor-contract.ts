import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CommandId } from '../../src/core/command-id.ts';
import type { Launch } from '../../src/core/launch.ts';
import { type Executor, SpoolGone } from '../../src/ports/executor.ts';
import type { ExecutorBench } from './executor-bench.ts';
import { aClusterUid, ordinary } from './executor-samples.ts';
import { type Ended, ended, firstBytes, newId, observed, patience, readAll, soon } from './executor-watch.ts';

/** The contract of `ports/executor.ts`, as every executor must keep it. */
export function executorContract(name: string, openBench: () => Promise<ExecutorBench>): void {
  describe(`the executor contract: ${name}`, { timeout: 240_000 }, () => {
    let bench: ExecutorBench;
    let executor: Executor;
    const begun: CommandId[] = [];
    before(async () => {
      bench = await openBench();
      executor = await bench.instance();
    });
    after(async () => {
      for (const id of begun) await executor.destroy(id, soon());
      assert.deepEqual(await executor.list(soon()), []);
      for (const id of begun) assert.deepEqual(await bench.traces(id), []);
      await bench.close();
    });

    function launchOf(text: string, more: Partial<Launch> = {}): Launch {
      const commandId = newId();
      begun.push(commandId);
      const files = bench.programs.files;
      return {
        ...ordinary,
        commandId,
        clusterUid: aClusterUid,
        shell: 'sh',
        text,
        files,
        timeoutMs: patience,
        graceMs: 300,
        ...more,
      };
    }

    async function runToEnd(text: string, more: Partial<Launch> = {}): Promise<Ended> {
      const launch = launchOf(text, more);
      await executor.start(launch, soon());
      return await ended(executor, launch.commandId);
    }

    test('an exit code is told as it was', async () => {
      for (const code of [0, 1, 2, 7, 125, 126, 127, 128, 130, 137, 143, 255]) {
        const { last } = await runToEnd(bench.programs.exit(code));
        assert.equal(last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type, `${code} exit`);
      }
    });

    test('a command started before it ended, and both lie within the test', async () => {
      const from = Date.now();
      const { last, seen } = await runToEnd(bench.programs.exit(0));
      assert.ok(last.type === 'exited');
      // The clock that stamps files may be a tick behind the other.
      assert.ok(last.startedAt >= from - 50 && last.finishedAt >= last.startedAt && last.finishedAt <= Date.now() + 50);
      const started = seen.filter((one) => one.type === 'started');
      assert.ok(started.length <= 1);
      for (const one of started) assert.equal(one.startedAt, last.startedAt);
    });

    test('stdout and stderr come in the order they were written', async () => {
      const parts = Array.from({ length: 60 }, (_, i) => ({
        to: i % 2 === 0 ? ('stdout' as const) : ('stderr' as const),
        bytes: Buffer.from(`line ${i}\n`),
      }));
      const { output } = await runToEnd(bench.programs.write(parts));
      assert.equal(output.toString(), parts.map((part) => part.bytes.toString()).join(''));
    });

    test('output is exact to the byte: CR LF, NUL, broken UTF-8, no newline at the end', async () => {
      const bytes = Buffer.concat([
        Buffer.from('a\r\nb\n\n\0c\x1b[0m'),
        Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
        randomBytes(3000),
        Buffer.from('end'),
      ]);
      const { output, totalBytes } = await runToEnd(bench.programs.write([{ to: 'stdout', bytes }]));
      // Not deepEqual: to show how megabytes differ takes gigabytes.
      assert.ok(bytes.equals(output), `${output.length} bytes came that differ from the ${bytes.length} written`);
      assert.equal(totalBytes, bytes.length);
    });

    test('a command that writes nothing has an empty output and not none', async () => {
      const { output, totalBytes } = await runToEnd(bench.programs.exit(0));
      assert.deepEqual([output.length, totalBytes], [0, 0]);
    });

    test('a command that is started many times begins once', async () => {
      const name = newId();
      const launch = launchOf(`${bench.programs.mark(name)}\n${bench.programs.exit(4)}`);
      const other = await bench.instance();
      await Promise.all([executor, other, executor, other].map((one) => one.start(launch, soon())));
      const { last } = await ended(executor, launch.commandId);
      await other.start(launch, soon());
      assert.deepEqual(await ended(other, launch.commandId).then((end) => end.last), last);
      assert.equal(await bench.marks(name), 1);
    });

    test('a command whose starter was killed goes on, and another instance tells its true end', async () => {
      const name = newId();
      const launch = launchOf(`${bench.programs.mark(name)}\n${bench.programs.held(name)}`);
      await bench.startAndDie(launch);
      await executor.start(launch, soon());
      await firstBytes(executor, launch.commandId);
      await bench.release(name);
      const { last, output } = await ended(executor, launch.commandId);
      assert.equal(last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type, '5 exit');
      assert.equal(output.toString(), 'ready\ngone on\n');
      assert.equal(await bench.marks(name), 1);
    });

    test('a command that is stopped before its start never starts', async () => {
      const name = newId();
      const launch = launchOf(`${bench.programs.mark(name)}\n${bench.programs.exit(0)}`);
      await executor.stop(launch.commandId, 300, soon());
      await executor.start(launch, soon());
      assert.deepEqual(await observed(executor, launch.commandId), [{ type: 'neverStarted' }]);
      await assert.rejects(readAll(executor, launch.commandId), SpoolGone);
      assert.equal(await bench.marks(name), 0);
    });

    test('a command that is stopped ends by the stop, and what it wrote stays', async () => {
      const launch = launchOf(bench.programs.held(newId()));
      await executor.start(launch, soon());
      await firstBytes(executor, launch.commandId);
      await executor.stop(launch.commandId, patience, soon());
      const { last, output } = await ended(executor, launch.commandId);
      assert.equal(last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type, '143 stop');
      assert.equal(output.toString(), 'ready\n');
    });

    test('a command that ignores TERM is killed after the grace, and a second stop gives it no new one', async () => {
      const launch = launchOf(bench.programs.stubborn());
      await executor.start(launch, soon());
      await firstBytes(executor, launch.commandId);
      const from = performance.now();
      await executor.stop(launch.commandId, 400, soon());
      await executor.stop(launch.commandId, patience * 10, soon());
      const { last } = await ended(executor, launch.commandId);
      assert.equal(last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type, '137 stop');
      assert.ok(performance.now() - from >= 390);
    });

    test('a stop after the end changes nothing', async () => {
      const launch = launchOf(bench.programs.exit(9));
      await executor.start(launch, soon());
      const before = await ended(executor, launch.commandId);
      await executor.stop(launch.commandId, 100, soon());
      assert.deepEqual((await ended(executor, launch.commandId)).last, before.last);
    });

    test('the time limit ends a command, by KILL where it must', async () => {
      const polite = await runToEnd(bench.programs.held(newId()), { timeoutMs: 300 });
      const stubborn = await runToEnd(bench.programs.stubborn(), { timeoutMs: 300 });
      const told = [polite, stubborn].map(({ last }) => (last.type === 'exited' ? [last.exitCode, last.cause] : last));
      assert.deepEqual(told, [
        [143, 'timeout'],
        [137, 'timeout'],
      ]);
    });

    test('something that holds stdout does not hold up the result', async () => {
      const { last } = await runToEnd(bench.programs.lingering());
      assert.equal(last.type === 'exited' ? `${last.exitCode} ${last.cause}` : last.type, '3 exit');
    });

    test('an exit record that is empty or not understood is never an exit', async () => {
      const records = [
        '0 exit\n',
        '0 exit 0',
        'ok exit 0\n',
        '0 done 0\n',
        '256 exit 0\n',
        '00 exit 0\n',
        '0 exit -1\n',
      ];
      for (const bytes of ['', '\n', '0', ...records, `0 exit ${'9'.repeat(17)}\n`, '0 exit 0\n0 exit 0\n', '{}']) {
        const launch = launchOf(bench.programs.held(newId()));
        await executor.start(launch, soon());
        await firstBytes(executor, launch.commandId);
        await bench.spoilExit(launch.commandId, bytes);
        const last = (await observed(await bench.instance(), launch.commandId)).at(-1);
        assert.equal(last?.type, 'lost', `after ${JSON.stringify(bytes)}`);
        await executor.destroy(launch.commandId, soon());
      }
    });

    test('output can be read on from any offset, and an offset behind the end gives nothing', async () => {
      const launch = launchOf(bench.programs.write([{ to: 'stdout', bytes: Buffer.from('0123456789') }]));
      await executor.start(launch, soon());
      await ended(executor, launch.commandId);
      for (const [offset, rest] of [
        [0, '0123456789'],
        [3, '3456789'],
        [10, ''],
        [99, ''],
      ] as const) {
        const read = await readAll(executor, launch.commandId, offset);
        assert.deepEqual([read.output.toString(), read.totalBytes], [rest, 10]);
      }
    });

    test('reading waits for each sink, and an error of the sink ends it', async () => {
      const bytes = randomBytes(600_000);
      const launch = launchOf(bench.programs.write([{ to: 'stdout', bytes }]));
      await executor.start(launch, soon());
      let inside = 0;
      let offset = 0;
      const greedy = async (chunk: Uint8Array): Promise<void> => {
        inside += 1;
        assert.equal(inside, 1);
        await new Promise(setImmediate);
        inside -= 1;
        offset += chunk.length;
        if (offset > 100_000 && offset < 400_000) throw new Error('the store is away');
      };
      const broken = await executor.readOutput(launch.commandId, 0, greedy, soon()).then(
        () => 'read whole',
        (error: unknown) => (error instanceof Error ? error.message : 'no error'),
      );
      if (broken !== 'read whole') assert.equal(broken, 'the store is away');
      const { output } = await readAll(executor, launch.commandId);
      assert.ok(bytes.equals(output), `${output.length} bytes came that differ from the ${bytes.length} written`);
    });

    test('an aborted signal ends a call with its reason and changes nothing outside', async () => {
      const gate = newId();
      const launch = launchOf(bench.programs.held(gate));
      await executor.start(launch, soon());
      await firstBytes(executor, launch.commandId);
      const abort = new AbortController();
      const reason = new Error('the worker is stopping');
      const calls = [
        executor.readOutput(launch.commandId, 0, async () => {}, abort.signal),
        executor.readOutput(launch.commandId, 0, () => new Promise(() => {}), abort.signal),
        observed(executor, launch.commandId, abort.signal),
      ].map((call) => assert.rejects(call, reason));
      abort.abort(reason);
      await Promise.all(calls);
      await assert.rejects(executor.start(launchOf(bench.programs.exit(0)), abort.signal), reason);
      await bench.release(gate);
      const { last } = await ended(executor, launch.commandId);
      assert.equal(last.type === 'exited' ? last.exitCode : last.type, 5);
    });

    test('destroy ends what runs, leaves nothing, and may be called again and for what never was', async () => {
      const launch = launchOf(bench.programs.stubborn());
      await executor.start(launch, soon());
      await firstBytes(executor, launch.commandId);
      assert.notDeepEqual(await bench.traces(launch.commandId), []);
      await executor.destroy(launch.commandId, soon());
      assert.deepEqual(await bench.traces(launch.commandId), []);
      await executor.destroy(launch.commandId, soon());
      await executor.destroy(newId(), soon());
      await assert.rejects(readAll(executor, launch.commandId), SpoolGone);
      const last = (await observed(executor, launch.commandId)).at(-1);
      assert.equal(last?.type, 'lost');
    });

    test('a start after destroy, or beside it, leaves nothing that runs', async () => {
      const launch = launchOf(bench.programs.held(newId()));
      const starting = executor.start(launch, soon()).catch(() => 'refused');
      await executor.destroy(launch.commandId, soon());
      await starting;
      await assert.rejects(executor.start(launch, soon()), /destroyed/);
      assert.deepEqual(await bench.traces(launch.commandId), []);
    });

    test('the list names what there is, whoever asks', async () => {
      const other = await bench.instance();
      const launch = launchOf(bench.programs.exit(0));
      await executor.start(launch, soon());
      assert.ok((await other.list(soon())).includes(launch.commandId));
      await other.destroy(launch.commandId, soon());
      assert.ok(!(await executor.list(soon())).includes(launch.commandId));
    });
  });
}
