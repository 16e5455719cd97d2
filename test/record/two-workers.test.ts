import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { dropAllLeases } from '../../src/control-plane/expire.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { getCommandResult } from '../../src/control-plane/get-command-result.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { isTerminal, type TerminalCommand } from '../../src/core/command.ts';
import { createProcessExecutor } from '../../src/executors/process/process-executor.ts';
import { probeIsolation } from '../../src/executors/process/probe-isolation.ts';
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { type CommandFeed, LeaseLost } from '../../src/ports/command-feed.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { executorsByKind } from '../../src/ports/executors.ts';
import { startWorker, type Worker } from '../../src/worker/worker.ts';
import { machineClock } from '../contract/executor-samples.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { openPlane, type Plane } from '../control-plane/plane.ts';

const clock = { ...machineClock, advance: () => undefined, sleeperWithin: () => Promise.resolve() };
const silent = { info: () => undefined, warn: () => undefined };
const isolation = await probeIsolation();

/** One way of running, and how what the tests want is said to it. */
const ways = [
  {
    name: 'scripted',
    open: (place: string) =>
      createScriptedExecutor({ directory: join(place, 'runs'), clock: machineClock, filesBelow: place }),
    text: (mark: string, gate: string) => `append ${mark} ran\nstdout before\nwait ${gate}\nstdout after\nexit 5`,
  },
  {
    name: 'process',
    open: (place: string) => {
      const runsDirectory = join(place, 'runs');
      return createProcessExecutor({ runsDirectory, clock, isolation, laneOf: () => ({ environment: {} }) });
    },
    text: (mark: string, gate: string) =>
      `echo ran >>'${mark}'; echo before; while [ ! -e '${gate}' ]; do sleep 0.02; done; echo after; exit 5`,
  },
] as const;

/** What a worker did to the outside world, in order. */
type Touched = ('start' | 'stop' | 'destroy')[];

for (const { name, open, text } of ways) {
  describe(`two servers’ workers with one command of the ${name} executor`, { timeout: 60_000 }, () => {
    let behind: Plane;
    let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
    let mark: string;
    let gate: string;
    let workers: Worker[];
    beforeEach(async () => {
      const opened = await openPlane({}, clock);
      behind = { ...opened, plane: { ...opened.plane, leaseMs: 600 } };
      directory = await temporaryDirectory();
      [mark, gate] = [join(directory.path, 'mark'), join(directory.path, 'gate')];
      await mkdir(join(directory.path, 'runs'), { mode: 0o700 });
      workers = [];
    });
    afterEach(async () => {
      for (const worker of workers) await worker.stop();
      const executor = await open(directory.path);
      for (const id of await executor.list(new AbortController().signal)) {
        await executor.destroy(id, new AbortController().signal);
      }
      await behind.close();
      await directory.remove();
    });

    const begin = (feed: CommandFeed, executor: Executor): Worker => {
      const executors = executorsByKind(new Map([['scripted', executor]]));
      const options = { id: randomIds.workerId(), concurrency: 1, sweepMs: 60_000 };
      const worker = startWorker({ feed, executors, clock, random: Math.random, log: silent }, options);
      workers.push(worker);
      return worker;
    };
    const touching = (executor: Executor, touched: Touched): Executor => {
      const note = <A extends unknown[], T>(what: Touched[number], act: (...given: A) => T) => {
        return (...given: A): T => {
          touched.push(what);
          return act(...given);
        };
      };
      return {
        ...executor,
        start: note('start', (...given: Parameters<Executor['start']>) => executor.start(...given)),
        stop: note('stop', (...given: Parameters<Executor['stop']>) => executor.stop(...given)),
        destroy: note('destroy', (...given: Parameters<Executor['destroy']>) => executor.destroy(...given)),
      };
    };
    /** A feed whose renewals never come back and never arrive: the lease of whoever has it runs out unnoticed. */
    const deafFeed = (feed: CommandFeed): CommandFeed => ({
      ...feed,
      renew: (_id, _token, _known, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('the worker ends')), { once: true });
        }),
    });
    const end = async (id: CommandId): Promise<TerminalCommand> => {
      const asked = { address: behind.cluster.address, id, holdMs: () => 30_000, signal: AbortSignal.timeout(30_000) };
      const { command } = await getCommandResult(behind.plane, behind.actor, asked);
      assert.ok(isTerminal(command), `the command is still ${command.phase}`);
      return command;
    };
    const stored = async (id: CommandId): Promise<string> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of behind.plane.outputs.read(id, 0, Number.MAX_SAFE_INTEGER)) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    };
    const holder = async (id: CommandId) => {
      const command = await behind.plane.store.read(({ commands }) => commands.get(id));
      return command !== undefined && 'lease' in command ? command.lease.workerId : undefined;
    };
    const judge = async (id: CommandId): Promise<void> => {
      const command = await end(id);
      assert.ok(command.phase === 'completed' && command.exitCode === 5, command.phase);
      assert.deepEqual([await stored(id), command.output.complete], ['before\nafter\n', true]);
      assert.equal(await readFile(mark, 'utf8'), 'ran\n');
    };

    test('it runs once and its record is true though both carry it out, and the one without the lease touches no more', async () => {
      const touched: Touched = [];
      const lost = Promise.withResolvers<unknown>();
      const feed = deafFeed(createCommandFeed(behind.plane));
      // Which of them hears it first depends on how far the other worker has got by then.
      const hearing = <A extends unknown[], T>(ask: (...given: A) => Promise<T>) => {
        return (...given: A): Promise<T> =>
          ask(...given).catch((error: unknown) => {
            lost.resolve(error);
            throw error;
          });
      };
      const refused: CommandFeed = {
        ...feed,
        report: hearing((...given: Parameters<CommandFeed['report']>) => feed.report(...given)),
        appendOutput: hearing((...given: Parameters<CommandFeed['appendOutput']>) => feed.appendOutput(...given)),
        sealOutput: hearing((...given: Parameters<CommandFeed['sealOutput']>) => feed.sealOutput(...given)),
      };
      const first = begin(refused, touching(await open(directory.path), touched));
      const id = await behind.submit(text(mark, gate));
      const ear = behind.plane.bell.listen(`output/${id}`);
      while ((await behind.plane.outputs.length(id)) === 0) await ear.next(1000);
      ear.close();
      const formerly = await holder(id);
      begin(createCommandFeed(behind.plane), await open(directory.path));
      while ((await holder(id)) === formerly) await clock.sleep(20);
      assert.ok(first.active.has(id), 'the first worker still carries it out');
      await writeFile(gate, '');
      await judge(id);
      assert.ok((await lost.promise) instanceof LeaseLost);
      await first.stop();
      assert.deepEqual(touched, ['start']);
    });

    test('the one that hears of its lost lease lets go at once, and the command goes on', async () => {
      const touched: Touched = [];
      const first = begin(createCommandFeed(behind.plane), touching(await open(directory.path), touched));
      const id = await behind.submit(text(mark, gate));
      const ear = behind.plane.bell.listen(`output/${id}`);
      while ((await behind.plane.outputs.length(id)) === 0) await ear.next(1000);
      ear.close();
      const formerly = await holder(id);
      begin(createCommandFeed(behind.plane), await open(directory.path));
      while ((await holder(id)) === formerly) {
        await dropAllLeases(behind.plane);
        await clock.sleep(20);
      }
      const untilMs = clock.monotonicMs() + 10_000;
      while (first.active.has(id)) {
        assert.ok(clock.monotonicMs() < untilMs, 'it still carries the command out');
        await clock.sleep(20);
      }
      await first.stop();
      assert.deepEqual(touched, ['start']);
      await writeFile(gate, '');
      await judge(id);
    });

    test('it runs once though both start it at one moment, one of them on a lease that is over', async () => {
      const starts = Promise.withResolvers<void>();
      let waiting = 0;
      const together = (executor: Executor): Executor => ({
        ...executor,
        start: async (launch, signal) => {
          if (++waiting === 2) starts.resolve();
          await starts.promise;
          await executor.start(launch, signal);
        },
      });
      begin(deafFeed(createCommandFeed(behind.plane)), together(await open(directory.path)));
      const id = await behind.submit(text(mark, gate));
      while (waiting === 0) await clock.sleep(10);
      begin(createCommandFeed(behind.plane), together(await open(directory.path)));
      await starts.promise;
      await writeFile(gate, '');
      await judge(id);
    });

    test('a start that arrives when another worker has long ended and removed the command runs nothing', async () => {
      const executor = await open(directory.path);
      const held = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      const late = Promise.withResolvers<unknown>();
      const feed = deafFeed(createCommandFeed(behind.plane));
      let waiting = false;
      begin(feed, {
        ...executor,
        start: async (launch) => {
          waiting = true;
          await held.promise;
          // As from a worker that does not hear of its end: its own signal would hold the start back.
          await executor.start(launch, new AbortController().signal).then(late.resolve, late.resolve);
          throw new Error('its answer is lost');
        },
      });
      const id = await behind.submit(text(mark, gate));
      while (!waiting) await clock.sleep(10);
      await writeFile(gate, '');
      begin(createCommandFeed(behind.plane), {
        ...executor,
        destroy: async (...given) => {
          await executor.destroy(...given);
          gone.resolve();
        },
      });
      await judge(id);
      await gone.promise;
      held.resolve();
      assert.match(String(await late.promise), /was destroyed/);
      assert.equal(await readFile(mark, 'utf8'), 'ran\n');
      assert.deepEqual(await executor.list(new AbortController().signal), []);
    });
  });
}
