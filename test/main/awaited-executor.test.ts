import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CommandId } from '../../src/core/command-id.ts';
import type { Launch } from '../../src/core/launch.ts';
import type { Observation } from '../../src/core/observation.ts';
import { awaitedExecutor } from '../../src/main/awaited-executor.ts';
import { type Executor, StartHindered } from '../../src/ports/executor.ts';
import { aClusterUid, ordinary } from '../contract/executor-samples.ts';

const { signal } = new AbortController();
const commandId = 'c'.repeat(32) as CommandId;
const launch: Launch = {
  ...ordinary,
  commandId,
  clusterUid: aClusterUid,
  shell: 'sh',
  text: 'true',
  files: [],
  timeoutMs: 1000,
  graceMs: 1000,
};

/** A cluster whose kubeconfig can be read from the so many-th time on, and what its executor was asked. */
function clusterFrom(goodTry: number) {
  const asked: string[] = [];
  let tries = 0;
  const note = (what: string) => async (): Promise<never> => {
    asked.push(what);
    return undefined as never;
  };
  const real: Executor = {
    start: note('start'),
    async *observe() {
      asked.push('observe');
      yield { type: 'exited', exitCode: 0, cause: 'exit', startedAt: 0, finishedAt: 0 } as unknown as Observation;
    },
    readOutput: note('readOutput'),
    stop: note('stop'),
    destroy: note('destroy'),
    list: note('list'),
  };
  const executor = awaitedExecutor(async () => {
    if ((tries += 1) < goodTry) throw new Error('ENOENT: no such file');
    return real;
  }, 'west');
  return { executor, asked };
}

async function seen(executor: Executor): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { type } of executor.observe(commandId, signal)) types.push(type);
  return types;
}

describe('a cluster whose kubeconfig cannot be read for a while', () => {
  test('tells who waits why, and starts the command once it can', async () => {
    const { executor, asked } = clusterFrom(2);
    await assert.rejects(executor.start(launch, signal), (error) => {
      assert.ok(error instanceof StartHindered);
      assert.match(error.message, /'west' cannot be reached: ENOENT/);
      return error.reason === 'ClusterUnreachable';
    });
    await executor.start(launch, signal);
    assert.deepEqual(await seen(executor), ['exited']);
    assert.deepEqual(asked, ['start', 'observe']);
  });

  test('is looked at again for a command that runs there, which is not given up', async () => {
    const { executor } = clusterFrom(3);
    await assert.rejects(seen(executor), /cannot be reached/);
    await assert.rejects(executor.stop(commandId, 0, signal), /cannot be reached/);
    assert.deepEqual(await seen(executor), ['exited']);
  });

  test('never starts a command that was stopped before, and says so', async () => {
    const { executor, asked } = clusterFrom(2);
    await assert.rejects(executor.start(launch, signal), StartHindered);
    await executor.stop(commandId, 0, signal);
    assert.deepEqual(await seen(executor), ['neverStarted']);
    await assert.rejects(executor.start(launch, signal), /was stopped/);
    assert.deepEqual(asked, []);
  });

  test('says nothing of a command that may have begun in a pod of an earlier worker', async () => {
    const { executor } = clusterFrom(9);
    await assert.rejects(executor.start({ ...launch, means: 'a-pod' }, signal), StartHindered);
    await assert.rejects(executor.stop(commandId, 0, signal), /cannot be reached/);
    await assert.rejects(seen(executor), /cannot be reached/);
  });
});
