import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { CommandId } from '../../src/core/command-id.ts';
import type { Launch } from '../../src/core/launch.ts';
import type { Executor } from '../../src/ports/executor.ts';
import type { ExecutorBench } from './executor-bench.ts';
import { aClusterUid, ordinary } from './executor-samples.ts';
import { ended, firstBytes, newId, observed, patience, readAll, soon } from './executor-watch.ts';

/**
 * The part of the contract of `ports/executor.ts` that is about calls which come twice, too late, or at the same
 * moment: what a worker sends whose lease is over, or whose answers were lost.
 */
export function lateCallsContract(name: string, openBench: () => Promise<ExecutorBench>): void {
  describe(`the executor contract, late and doubled calls: ${name}`, { timeout: 240_000 }, () => {
    let bench: ExecutorBench;
    let executor: Executor;
    let other: Executor;
    const begun: CommandId[] = [];
    before(async () => {
      bench = await openBench();
      [executor, other] = [await bench.instance(), await bench.instance()];
    });
    after(async () => {
      for (const id of begun) await executor.destroy(id, soon());
      for (const id of begun) assert.deepEqual(await bench.traces(id), []);
      await bench.close();
    });

    /** A launch whose beginnings are counted under the name that comes with it. */
    function counted(text: string): { readonly launch: Launch; readonly mark: string } {
      const [commandId, mark] = [newId(), newId()];
      begun.push(commandId);
      const { files } = bench.programs;
      const launch = { commandId, clusterUid: aClusterUid, shell: 'sh', files, timeoutMs: patience, graceMs: 300 };
      return { mark, launch: { ...ordinary, ...launch, shell: 'sh', text: `${bench.programs.mark(mark)}\n${text}` } };
    }

    /** Lets the event loop turn so often, for calls that are to meet each other at ever other points. */
    async function turns(count: number): Promise<void> {
      for (let left = count; left > 0; left--) await setImmediate();
    }

    test('a start that is late, before, beside or after the destroy, runs nothing a second time', async () => {
      for (let head = -12; head <= 12; head += 4) {
        const { launch, mark } = counted(bench.programs.exit(0));
        const id = launch.commandId;
        await executor.start(launch, soon());
        await ended(executor, id);
        const late = turns(Math.max(0, head)).then(() => executor.start(launch, soon()));
        const destroying = turns(Math.max(0, -head)).then(() => executor.destroy(id, soon()));
        await Promise.allSettled([late, destroying]);
        await destroying;
        assert.equal(await bench.marks(mark), 1, `the start came ${head} turns after the destroy`);
        assert.deepEqual(await bench.traces(id), []);
      }
    });

    test('starts of two instances at one moment begin the command once, and both see its one end', async () => {
      for (let head = 0; head < 6; head += 2) {
        const { launch, mark } = counted(bench.programs.exit(7));
        const starts = [executor, other].map((one, at) => turns(at * head).then(() => one.start(launch, soon())));
        await Promise.all(starts);
        const ends = await Promise.all([executor, other].map((one) => ended(one, launch.commandId)));
        assert.deepEqual(ends[0]?.last, ends[1]?.last);
        assert.equal(ends[0]?.last.type === 'exited' ? ends[0].last.exitCode : ends[0]?.last.type, 7);
        assert.equal(await bench.marks(mark), 1);
      }
    });

    test('a stop of one instance beside the start of another bars it for good, or ends it', async () => {
      for (let head = -8; head <= 8; head += 4) {
        const { launch, mark } = counted(bench.programs.held(newId()));
        const id = launch.commandId;
        const starting = turns(Math.max(0, -head)).then(() => executor.start(launch, soon()));
        const stopping = turns(Math.max(0, head)).then(() => other.stop(id, 300, soon()));
        await Promise.all([starting, stopping]);
        const last = (await observed(other, id)).at(-1);
        const marks = await bench.marks(mark);
        if (last?.type === 'neverStarted') assert.equal(marks, 0, 'it is said never to have started, and it has');
        else assert.ok(last?.type === 'exited' && last.cause === 'stop' && marks <= 1, JSON.stringify(last));
        await executor.start(launch, soon());
        assert.deepEqual((await observed(executor, id)).at(-1), last);
        assert.equal(await bench.marks(mark), marks);
      }
    });

    test('a destroy beside a start that is under way leaves nothing that runs', async () => {
      for (let head = 0; head <= 24; head += 6) {
        const { launch, mark } = counted(bench.programs.held(newId()));
        const id = launch.commandId;
        const starting = executor.start(launch, soon()).catch(() => 'refused');
        await turns(head);
        await executor.destroy(id, soon());
        await starting;
        assert.deepEqual(await bench.traces(id), []);
        await assert.rejects(executor.start(launch, soon()), /destroyed/);
        assert.ok((await bench.marks(mark)) <= 1);
      }
    });

    test('what another instance destroys while it is being started is gone after the next destroy', async () => {
      for (let head = 0; head <= 24; head += 8) {
        const { launch, mark } = counted(bench.programs.held(newId()));
        const id = launch.commandId;
        const starting = executor.start(launch, soon()).catch(() => 'hindered');
        await turns(head);
        // It may come upon files that are just being made, and then says so.
        await other.destroy(id, soon()).catch(() => 'hindered');
        await starting;
        await other.destroy(id, soon());
        assert.deepEqual(await bench.traces(id), []);
        assert.ok((await bench.marks(mark)) <= 1);
      }
    });

    test('every call, made once more by another instance after the end, changes nothing that was seen', async () => {
      const { launch, mark } = counted(bench.programs.write([{ to: 'stdout', bytes: Buffer.from('all of it') }]));
      const id = launch.commandId;
      await executor.start(launch, soon());
      const before = await ended(executor, id);
      await Promise.all([other.start(launch, soon()), other.stop(id, 10, soon()), observed(other, id)]);
      await other.start(launch, soon());
      await other.stop(id, 10, soon());
      const after = await ended(executor, id);
      assert.deepEqual(after.last, before.last);
      assert.deepEqual([after.output.toString(), after.totalBytes], ['all of it', 9]);
      assert.equal(await bench.marks(mark), 1);
    });

    test('a stop or a look that comes after the destroy brings nothing back', async () => {
      const { launch } = counted(bench.programs.stubborn());
      const id = launch.commandId;
      await executor.start(launch, soon());
      await firstBytes(executor, id);
      const reading = readAll(executor, id).then(
        () => 'read whole',
        () => 'broke off',
      );
      await executor.destroy(id, soon());
      await executor.stop(id, 10, soon());
      await executor.destroy(id, soon());
      assert.equal((await observed(executor, id)).at(-1)?.type, 'lost');
      assert.equal(await reading, 'broke off');
      assert.deepEqual(await bench.traces(id), []);
      assert.ok(!(await other.list(soon())).includes(id));
    });
  });
}
