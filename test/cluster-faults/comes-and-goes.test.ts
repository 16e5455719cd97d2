import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { firstProcess, processesInside } from '../cluster/one-node/enclosure.ts';
import { eventually } from '../cluster/one-node/eventually.ts';
import { images } from '../cluster/one-node/images.ts';
import { runningCluster } from '../cluster/one-node/running-cluster.ts';
import { startCluster } from '../cluster/one-node/start-cluster.ts';
import { stopCluster } from '../cluster/one-node/stop-cluster.ts';
import { namespacesOfClusters, traces } from './traces.ts';

describe('a second cluster beside the one of the tests', () => {
  const others = namespacesOfClusters();
  const state = mkdtempSync(join(tmpdir(), 'second-'));
  after(async () => stopCluster(state, AbortSignal.timeout(60_000)));

  /** A pod that holds what is hard to be rid of: a mount in memory, one of a secret, a process that ignores TERM. */
  async function holdOn(signal: AbortSignal): Promise<void> {
    const cluster = runningCluster(state);
    const script = 'trap "" TERM; while :; do sleep 1; done';
    const volumes = [{ name: 'memory', emptyDir: { medium: 'Memory' } }];
    const mounts = [{ name: 'memory', mountPath: '/memory' }];
    const container = { name: 'main', image: images.toolbox, command: ['sh', '-c', script], volumeMounts: mounts };
    const overrides = JSON.stringify({ spec: { volumes, containers: [container] } });
    await cluster.runKubectl(
      ['run', 'holder', `--image=${images.toolbox}`, '--restart=Never', `--overrides=${overrides}`],
      signal,
    );
    await cluster.runKubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'pod/holder'], signal);
  }

  test('comes up and goes with a pod in it, and leaves no trace', async ({ signal }) => {
    const before = traces(others);
    const cluster = await startCluster({ stateDirectory: state, bound: true, signal, say: () => undefined });
    await holdOn(signal);
    await cluster.stop(signal);
    assert.equal(existsSync(state), false);
    assert.deepEqual(traces(others), before);
  });

  test('leaves no trace either when every process of it was killed with pods running', async ({ signal }) => {
    const before = traces(others);
    const cluster = await startCluster({ stateDirectory: state, bound: true, signal, say: () => undefined });
    await holdOn(signal);
    for (const { pid } of processesInside(state).toReversed()) process.kill(pid, 'SIGKILL');
    await cluster.stop(signal);
    assert.deepEqual(traces(others), before);
  });

  test('ends by itself when the process is killed that it is bound to', async ({ signal }) => {
    const before = traces(others);
    const program = join(import.meta.dirname, 'programs/bound-cluster.ts');
    const owner = spawn(process.execPath, [program, state], { stdio: ['ignore', 'pipe', 'inherit'], signal });
    const [said] = await Promise.race([once(owner.stdout, 'data'), once(owner, 'exit')]);
    assert.equal(String(said), 'ready\n');
    await holdOn(signal);
    owner.kill('SIGKILL');
    await eventually('The end of the cluster', 20_000, signal, () =>
      firstProcess(state) === undefined ? true : undefined,
    );
    await stopCluster(state, signal);
    assert.deepEqual(traces(others), before);
  });
});
