import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { getCommandResult } from '../../src/control-plane/get-command-result.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { isTerminal, noOutput, type TerminalCommand } from '../../src/core/command.ts';
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { type CommandFeed, LeaseLost } from '../../src/ports/command-feed.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { executorsByKind } from '../../src/ports/executors.ts';
import { OutputSealed } from '../../src/ports/output-store.ts';
import { startWorker, type Worker } from '../../src/worker/worker.ts';
import { machineClock } from '../contract/executor-samples.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { openPlane, type Plane } from '../control-plane/plane.ts';

const clock = { ...machineClock, advance: () => undefined, sleeperWithin: () => Promise.resolve() };
const silent = { info: () => undefined, warn: () => undefined };
const never = new AbortController().signal;

describe('what is told of an output', { timeout: 60_000 }, () => {
  let behind: Plane;
  let runs: Awaited<ReturnType<typeof temporaryDirectory>>;
  let scripted: Executor;
  let worker: Worker | undefined;
  beforeEach(async () => {
    behind = await openPlane({}, clock);
    runs = await temporaryDirectory();
    scripted = await createScriptedExecutor({ directory: runs.path, clock });
    worker = undefined;
  });
  afterEach(async () => {
    await worker?.stop();
    await behind.close();
    await runs.remove();
  });

  const begin = (feed: CommandFeed, executor: Executor): void => {
    const executors = executorsByKind(new Map([['scripted', executor]]));
    const options = { id: randomIds.workerId(), concurrency: 4, sweepMs: 60_000 };
    worker = startWorker({ feed, executors, clock, random: Math.random, log: silent }, options);
  };
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

  test('it is exact though an append of an earlier worker arrives between those of a later one', async () => {
    const feed = createCommandFeed(behind.plane);
    let before = true;
    begin(
      {
        ...feed,
        appendOutput: async (id, token, offset, bytes) => {
          // The worker before this one had read further when its lease ran out.
          if (before) await behind.plane.outputs.append(id, 0, Buffer.from('one\ntwo\n'));
          before = false;
          return feed.appendOutput(id, token, offset, bytes);
        },
      },
      scripted,
    );
    const id = await behind.submit('stdout one\nstdout two\nstdout three\nexit 0');
    const { output } = await end(id);
    assert.deepEqual([await stored(id), output.complete, output.totalBytes], ['one\ntwo\nthree\n', true, 14]);
  });

  test('it is not called complete where an earlier worker has sealed a part of it', async () => {
    const feed = createCommandFeed(behind.plane);
    const id = await behind.submit('stdout one\nstdout two\nexit 0');
    const former = await feed.claim(randomIds.workerId(), never);
    assert.ok(former !== undefined);
    await feed.report(id, former.token, { type: 'launching' });
    await feed.appendOutput(id, former.token, 0, Buffer.from('one\n'));
    await feed.sealOutput(id, former.token);
    await feed.release(id, former.token);
    begin(feed, scripted);
    const command = await end(id);
    assert.ok(command.phase === 'completed');
    assert.deepEqual([await stored(id), command.output.complete], ['one\n', false]);
  });

  test('it is not called complete where the traces of a command that had begun are gone', async () => {
    begin(createCommandFeed(behind.plane), scripted);
    const id = await behind.submit('stdout one\nsleep 10m\nexit 0');
    const ear = behind.plane.bell.listen(`output/${id}`);
    while ((await behind.plane.outputs.length(id)) === 0) await ear.next(1000);
    ear.close();
    while ((await behind.plane.store.read(({ commands }) => commands.get(id)))?.phase !== 'running') {
      await clock.sleep(10);
    }
    // Under the name of nobody, and a bar in its place: it looks as if it had never been started.
    const [away, place] = [join(runs.path, 'away'), join(runs.path, id)];
    await rename(place, away);
    await scripted.stop(id, 0, never);
    await cancelCommand(behind.plane, behind.actor, behind.cluster.address, id);
    const command = await end(id);
    assert.ok(command.phase === 'failed' && command.failure.reason === 'WorkerLost');
    assert.deepEqual([await stored(id), command.output.complete], ['one\n', false]);
  });

  test('nothing is added to an output that was sealed empty, so that its end can be told as it was sealed', async () => {
    const feed = createCommandFeed(behind.plane);
    const id = await behind.submit();
    const held = await feed.claim(randomIds.workerId(), never);
    assert.ok(held !== undefined);
    await feed.report(id, held.token, { type: 'launching' });
    const seal = await feed.sealOutput(id, held.token);
    await assert.rejects(feed.appendOutput(id, held.token, 0, Buffer.from('late')), OutputSealed);
    assert.equal(await behind.plane.outputs.length(id), 0);
    const observation = { type: 'lost', reason: 'WorkerLost', message: 'over' } as const;
    const output = { ...noOutput, ...seal, complete: false };
    await feed.report(id, held.token, { type: 'ended', observation, output });
    assert.deepEqual((await end(id)).output, output);
  });

  test('the late report of a worker that was replaced seals nothing under the hands of its successor', async () => {
    const feed = createCommandFeed(behind.plane);
    const id = await behind.submit();
    const former = await feed.claim(randomIds.workerId(), never);
    assert.ok(former !== undefined);
    await feed.report(id, former.token, { type: 'launching' });
    await feed.release(id, former.token);
    const held = await feed.claim(randomIds.workerId(), never);
    assert.ok(held !== undefined);
    await feed.appendOutput(id, held.token, 0, Buffer.from('half'));
    const observation = { type: 'lost', reason: 'WorkerLost', message: 'over' } as const;
    const half = { storedBytes: 4, totalBytes: 4, sha256: noOutput.sha256, complete: false };
    await assert.rejects(feed.report(id, former.token, { type: 'ended', observation, output: half }), LeaseLost);
    assert.equal(await feed.appendOutput(id, held.token, 4, Buffer.from(' and half')), 13);
    const seal = await feed.sealOutput(id, held.token);
    await feed.report(id, held.token, { type: 'ended', observation, output: { ...half, totalBytes: 13, ...seal } });
    assert.equal(await stored(id), 'half and half');
  });
});
