import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { getCommandResult } from '../../src/control-plane/get-command-result.ts';
import { type CommandId } from '../../src/core/command-id.ts';
import { isTerminal, type TerminalCommand } from '../../src/core/command.ts';
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import { createContextReader } from '../../src/main/context-reader.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { systemClock } from '../../src/main/system-clock.ts';
import type { CommandFeed } from '../../src/ports/command-feed.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { executorsByKind } from '../../src/ports/executors.ts';
import type { WorkerLog } from '../../src/worker/dependencies.ts';
import { startWorker, type Worker } from '../../src/worker/worker.ts';
import { ordinary } from '../contract/executor-samples.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { openPlane, type Plane } from '../control-plane/plane.ts';
import { writeZip } from '../wire/zip-writer.ts';

const silent: WorkerLog = { info: () => undefined, warn: () => undefined };
const running = { ...systemClock, advance: () => undefined, sleeperWithin: () => Promise.resolve() };

/** Collects all that nothing refers to. The flag shows the function in new contexts only. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

describe('the worker', () => {
  let behind: Plane;
  let scripted: Executor;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let workers: Worker[];
  beforeEach(async () => {
    behind = await openPlane({}, running);
    directory = await temporaryDirectory();
    const filesBelow = directory.path;
    scripted = await createScriptedExecutor({ directory: join(filesBelow, 'runs'), clock: systemClock, filesBelow });
    workers = [];
  });
  afterEach(async () => {
    for (const worker of workers) await worker.stop();
    await behind.close();
    await directory.remove();
  });

  const start = (executor: Executor = scripted, feed: CommandFeed = createCommandFeed(behind.plane)): Worker => {
    const executors = executorsByKind(new Map([['scripted', executor]]));
    const options = { id: randomIds.workerId(), concurrency: 10, sweepMs: 60_000 };
    const worker = startWorker({ feed, executors, clock: systemClock, random: Math.random, log: silent }, options);
    workers.push(worker);
    return worker;
  };
  const end = async (id: CommandId): Promise<TerminalCommand> => {
    const asked = { address: behind.cluster.address, id, holdMs: () => 30_000, signal: new AbortController().signal };
    const { command } = await getCommandResult(behind.plane, behind.actor, asked);
    assert.ok(isTerminal(command), `the command is still ${command.phase}`);
    return command;
  };
  const output = async (id: CommandId): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of behind.plane.outputs.read(id, 0, Number.MAX_SAFE_INTEGER)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const gone = async (id: CommandId) => !(await scripted.list(new AbortController().signal)).includes(id);

  test('carries a command to its end, with its output, and leaves nothing of it', async () => {
    const worker = start();
    const id = await behind.submit('stdout one\nstderr two\nexit 7');
    const command = await end(id);
    assert.ok(command.phase === 'completed');
    assert.deepEqual([command.exitCode, command.output.complete], [7, true]);
    assert.equal(await output(id), 'one\ntwo\n');
    await worker.stop();
    assert.ok(await gone(id));
  });

  test('an executor that fails now and then costs nothing but time', async () => {
    let failures = 0;
    const destroyed = Promise.withResolvers<void>();
    const sometimes = <A extends unknown[], T>(call: (...args: A) => T, times: number) => {
      let left = times;
      return (...args: A): T => {
        if (left-- <= 0) return call(...args);
        failures += 1;
        throw new Error('out of order');
      };
    };
    start({
      ...scripted,
      start: sometimes((...given: Parameters<Executor['start']>) => scripted.start(...given), 2),
      observe: sometimes((...given: Parameters<Executor['observe']>) => scripted.observe(...given), 2),
      readOutput: sometimes((...given: Parameters<Executor['readOutput']>) => scripted.readOutput(...given), 2),
      destroy: sometimes(async (id: CommandId, signal: AbortSignal) => {
        await scripted.destroy(id, signal);
        destroyed.resolve();
      }, 1),
    });
    const id = await behind.submit('stdout still here\nexit 0');
    const command = await end(id);
    assert.deepEqual([command.phase, await output(id)], ['completed', 'still here\n']);
    await destroyed.promise;
    assert.ok(failures >= 6 && (await gone(id)));
  });

  test('what the platform notes while the reason stays the same is told as well, and nothing is told twice', async () => {
    const pending = { type: 'pending', reason: 'ImagePullBackOff', message: 'No such image.' } as const;
    const noted = {
      ...pending,
      events: [{ at: systemClock.now(), reason: 'Failed', message: 'Not found.', count: 1 }],
    };
    const feed = createCommandFeed(behind.plane);
    const told: unknown[] = [];
    const listening: CommandFeed = {
      ...feed,
      report: async (id, token, said) => {
        if (said.type === 'pending') told.push(said);
        return feed.report(id, token, said);
      },
    };
    const executor: Executor = {
      ...scripted,
      start: async () => {},
      observe: async function* () {
        yield* [pending, pending, noted, noted];
        yield { type: 'refused', reason: 'ImagePullBackOff', message: 'No such image.' };
      },
    };
    start(executor, listening);
    const command = await end(await behind.submit('exit 0'));
    assert.deepEqual(told, [pending, noted]);
    assert.deepEqual('events' in command && command.events, noted.events);
  });

  test('reading that breaks off anywhere is gone on with, to the byte', async () => {
    start({
      ...scripted,
      readOutput: async (id, from, sink, signal) => {
        let given = 0;
        return scripted.readOutput(
          id,
          from,
          async (bytes) => {
            const piece = bytes.subarray(0, 1000);
            await sink(piece);
            given += piece.length;
            if (piece.length < bytes.length || given > 3000) throw new Error('cut off');
          },
          signal,
        );
      },
    });
    const lines = Array.from({ length: 700 }, (_, i) => `stdout line ${i}`);
    const id = await behind.submit([...lines, 'exit 0'].join('\n'));
    const command = await end(id);
    assert.equal(await output(id), lines.map((line) => `${line.slice('stdout '.length)}\n`).join(''));
    assert.equal(command.output.complete, true);
  });

  test('a cancel comes through while a start hangs, and nothing runs', async () => {
    const reached = Promise.withResolvers<void>();
    start({
      ...scripted,
      start: (_launch, signal) =>
        new Promise((_resolve, reject) => {
          reached.resolve();
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        }),
    });
    const id = await behind.submit('exit 0');
    await reached.promise;
    await cancelCommand(behind.plane, behind.actor, behind.cluster.address, id);
    assert.equal((await end(id)).phase, 'cancelled');
  });

  test('a worker that stops leaves what runs to the next one, which starts nothing again', async () => {
    const mark = join(directory.path, 'mark');
    const gate = join(directory.path, 'gate');
    const first = start();
    const id = await behind.submit(`append ${mark} ran\nstdout before\nwait ${gate}\nstdout after\nexit 5`);
    const ear = behind.plane.bell.listen(`output/${id}`);
    while ((await behind.plane.outputs.length(id)) === 0) await ear.next(1000);
    ear.close();
    await first.stop();
    start();
    await writeFile(gate, '');
    const command = await end(id);
    assert.ok(command.phase === 'completed' && command.exitCode === 5);
    assert.equal(await output(id), 'before\nafter\n');
    assert.equal(await readFile(mark, 'utf8'), 'ran\n');
  });

  test('a command of a cluster whose executor the worker has not is failed with that reason', async () => {
    const worker = startWorker(
      {
        feed: createCommandFeed(behind.plane),
        executors: executorsByKind(new Map()),
        clock: systemClock,
        random: Math.random,
        log: silent,
      },
      { id: randomIds.workerId(), concurrency: 1, sweepMs: 60_000 },
    );
    workers.push(worker);
    const command = await end(await behind.submit('exit 0'));
    assert.ok(command.phase === 'failed' && command.failure.reason === 'CouldNotStart');
    assert.match(command.failure.message, /executor 'scripted'/);
  });

  test('the files of a command are let go of once it was started', async () => {
    const gate = join(directory.path, 'gate');
    const begun = Promise.withResolvers<void>();
    let files: WeakRef<object> | undefined;
    start({
      ...scripted,
      start: async (launch, signal) => {
        files = new WeakRef(launch.files);
        await scripted.start(launch, signal);
      },
      async *observe(id, signal) {
        for await (const observation of scripted.observe(id, signal)) {
          if (observation.type === 'started') begun.resolve();
          yield observation;
        }
      },
    });
    const context = writeZip([{ name: 'f', content: 'x' }]);
    const id = await behind.submit(`wait ${gate}\nexit 0`, { context });
    await begun.promise;
    assert.ok(files);
    // A weak reference holds until the turn of the event loop that made or read it is over.
    await setImmediate();
    collectGarbage();
    assert.equal(files.deref(), undefined);
    await writeFile(gate, '');
    assert.equal((await end(id)).phase, 'completed');
  });

  test('files that do not fit a limit which was lowered since fail the command with that reason', async () => {
    const context = writeZip([{ name: 'f', content: Buffer.alloc(2000) }]);
    const id = await behind.submit('exit 0', { context });
    const lowered = { ...behind.plane, contexts: createContextReader(1000) };
    workers.push(
      startWorker(
        {
          feed: createCommandFeed(lowered),
          executors: executorsByKind(new Map([['scripted', scripted]])),
          clock: systemClock,
          random: Math.random,
          log: silent,
        },
        { id: randomIds.workerId(), concurrency: 1, sweepMs: 60_000 },
      ),
    );
    const command = await end(id);
    assert.ok(command.phase === 'failed' && command.failure.reason === 'CouldNotStart');
    assert.match(command.failure.message, /unpacks to 2000 bytes; at most 1000/);
  });

  test('what exists and belongs to no unfinished command is swept at the start', async () => {
    const commandId = randomIds.commandId();
    const signal = new AbortController().signal;
    const launch = { commandId, clusterUid: behind.cluster.uid, shell: 'sh', timeoutMs: 60_000, graceMs: 0 } as const;
    await scripted.start({ ...ordinary, ...launch, text: 'sleep 10m', files: [] }, signal);
    const swept = Promise.withResolvers<void>();
    start({
      ...scripted,
      destroy: async (id, aborted) => {
        await scripted.destroy(id, aborted);
        swept.resolve();
      },
    });
    await swept.promise;
    assert.ok(await gone(commandId));
  });
});
