import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { createCommandFeed } from '../../../src/control-plane/feed/command-feed.ts';
import { getCommandResult } from '../../../src/control-plane/get-command-result.ts';
import type { CommandId } from '../../../src/core/command-id.ts';
import { isTerminal } from '../../../src/core/command.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import {
  createKubernetesExecutor,
  type KubernetesExecutor,
} from '../../../src/executors/kubernetes/kubernetes-executor.ts';
import { objectName } from '../../../src/executors/kubernetes/names.ts';
import { randomIds } from '../../../src/main/random-ids.ts';
import type { CommandFeed } from '../../../src/ports/command-feed.ts';
import type { Executor } from '../../../src/ports/executor.ts';
import { executorsByKind } from '../../../src/ports/executors.ts';
import { sweep } from '../../../src/worker/sweep.ts';
import { startWorker, type Worker } from '../../../src/worker/worker.ts';
import { machineClock } from '../../contract/executor-samples.ts';
import { openPlane, type Plane } from '../../control-plane/plane.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { countMarks, type MarkCounter } from '../executor/count-marks.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { clusterClient, makeNamespace, removeNamespace } from '../executor/test-namespace.ts';
import { leftoversIn, untilNothingIsLeft } from '../leftovers.ts';

const clock = { ...machineClock, advance: () => undefined, sleeperWithin: () => Promise.resolve() };
const silent = { info: () => undefined, warn: () => undefined };
const judgedMs = 90_000;

describe('two servers’ workers with one command in a pod', { timeout: 5 * 60_000 }, () => {
  const namespace = `longarm-two-${randomBytes(4).toString('hex')}`;
  let client: KubernetesClient;
  let marks: MarkCounter;
  let behind: Plane;
  let workers: Worker[];
  let executors: KubernetesExecutor[];
  before(async () => {
    client = await clusterClient();
    marks = await countMarks();
    await makeNamespace(client, namespace);
  });
  after(async () => {
    await marks.close();
    await removeNamespace(client, namespace);
    client.close();
  });
  beforeEach(() => {
    [workers, executors] = [[], []];
  });
  afterEach(async () => {
    for (const worker of workers) await worker.stop();
    for (const executor of executors) executor.close();
    await behind.close();
  });

  const openWith = async (leaseMs: number): Promise<void> => {
    const opened = await openPlane({}, clock);
    behind = { ...opened, plane: { ...opened.plane, leaseMs } };
  };
  /** As another server has it: it knows nothing but what the cluster tells. */
  const open = (): KubernetesExecutor => {
    const { image } = clusterUnderTest();
    const settings = { clusterUid: behind.cluster.uid, namespace, image, serviceAccount: 'default', template: modest };
    const executor = createKubernetesExecutor({ client, clock, settings });
    executors.push(executor);
    return executor;
  };
  const partsOf = (feed: CommandFeed, executor: Executor) => ({
    feed,
    executors: executorsByKind(new Map([['scripted', executor]])),
    clock,
    random: Math.random,
    log: silent,
  });
  const begin = (feed: CommandFeed, executor: Executor): void => {
    const options = { id: randomIds.workerId(), concurrency: 10, sweepMs: 600_000 };
    workers.push(startWorker(partsOf(feed, executor), options));
  };
  /** A feed whose renewals never come back and never arrive: the lease of whoever has it runs out unnoticed. */
  const deaf = (feed: CommandFeed): CommandFeed => ({
    ...feed,
    renew: (_id, _token, _known, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('the worker ends')), { once: true });
      }),
  });
  const text = (mark: string): string =>
    `${marks.command(mark)}; echo before; i=0; while [ $i -lt 20 ]; do i=$((i + 1)); echo "line $i"; sleep 0.2; done; exit 5`;
  const printed = `before\n${Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('')}`;

  const judge = async (id: CommandId): Promise<void> => {
    const signal = AbortSignal.timeout(judgedMs);
    const asked = { address: behind.cluster.address, id, holdMs: () => judgedMs, signal };
    const { command } = await getCommandResult(behind.plane, behind.actor, asked);
    assert.ok(isTerminal(command), `the command is still ${command.phase}`);
    assert.ok(command.phase === 'completed' && command.exitCode === 5, JSON.stringify(command));
    const pieces: Uint8Array[] = [];
    for await (const piece of behind.plane.outputs.read(id, 0, Number.MAX_SAFE_INTEGER)) pieces.push(piece);
    assert.deepEqual([Buffer.concat(pieces).toString(), command.output.complete], [printed, true]);
  };
  /** Asserts that the workers themselves have removed what was made, and that each command ran once. */
  const nothingLeft = async (...names: readonly string[]): Promise<void> => {
    await untilNothingIsLeft(client, namespace);
    for (const worker of workers) await worker.stop();
    assert.deepEqual(await leftoversIn(client, namespace), [], 'after the end of the workers');
    await marks.settled();
    for (const mark of names) assert.equal(marks.count(mark), 1);
  };
  const newMark = (): string => randomBytes(6).toString('hex');

  test('it runs once though both start it at one moment, one of them on a lease that is over', async () => {
    await openWith(600);
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
    const mark = newMark();
    begin(deaf(createCommandFeed(behind.plane)), together(open()));
    const id = await behind.submit(text(mark));
    while (waiting === 0) await clock.sleep(10);
    begin(createCommandFeed(behind.plane), together(open()));
    await judge(id);
    await nothingLeft(mark);
  });

  test('it runs once, and no byte is lost or doubled, though one that lost its lease reads on beside the other', async () => {
    await openWith(600);
    const mark = newMark();
    begin(deaf(createCommandFeed(behind.plane)), open());
    const id = await behind.submit(text(mark));
    const ear = behind.plane.bell.listen(`output/${id}`);
    while ((await behind.plane.outputs.length(id)) === 0) await ear.next(1000);
    ear.close();
    begin(createCommandFeed(behind.plane), open());
    await judge(id);
    await nothingLeft(mark);
  });

  test('ten run once each, and no byte is lost, though the lease passes to and fro between two that never hear of it', async () => {
    await openWith(2500);
    const submitted = new Map<string, CommandId>();
    for (let index = 0; index < 10; index += 1) {
      const mark = newMark();
      submitted.set(mark, await behind.submit(text(mark)));
    }
    begin(deaf(createCommandFeed(behind.plane)), open());
    begin(deaf(createCommandFeed(behind.plane)), open());
    for (const id of submitted.values()) await judge(id);
    await nothingLeft(...submitted.keys());
  });

  test('a start that arrives when another has long ended and removed the command runs nothing', async () => {
    await openWith(600);
    const slow = open();
    const held = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();
    let waiting = false;
    const mark = newMark();
    begin(deaf(createCommandFeed(behind.plane)), {
      ...slow,
      start: async (launch) => {
        waiting = true;
        await held.promise;
        // As from a worker that does not hear of its end: its own signal would hold the start back.
        const signal = AbortSignal.timeout(60_000);
        await slow.start(launch, signal).then(late.resolve, late.resolve);
        // What makes a pod go on is that somebody reads it.
        await slow.readOutput(launch.commandId, 0, async () => {}, AbortSignal.timeout(2000)).catch(() => undefined);
        throw new Error('its answer is lost');
      },
    });
    const id = await behind.submit(text(mark));
    while (!waiting) await clock.sleep(10);
    const quick = open();
    begin(createCommandFeed(behind.plane), {
      ...quick,
      destroy: async (...given) => {
        await quick.destroy(...given);
        gone.resolve();
      },
    });
    await judge(id);
    await gone.promise;
    await untilNothingIsLeft(client, namespace);
    held.resolve();
    await late.promise;
    // Only a sweep can know of what it made.
    assert.deepEqual(await leftoversIn(client, namespace), [`pods/${objectName(id)}`]);
    await sweep(partsOf(createCommandFeed(behind.plane), open()), AbortSignal.timeout(60_000));
    await nothingLeft(mark);
  });
});
