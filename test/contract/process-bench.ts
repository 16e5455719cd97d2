import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Launch } from '../../src/core/launch.ts';
import type { Isolation } from '../../src/executors/process/isolation.ts';
import type { ProcessLane } from '../../src/executors/process/lane.ts';
import { createProcessExecutor } from '../../src/executors/process/process-executor.ts';
import { runEntries, runOf } from '../../src/executors/process/run-directory.ts';
import { survivorsOf } from '../../src/executors/process/survivors.ts';
import type { ExecutorBench } from './executor-bench.ts';
import { aClusterUid, machineClock } from './executor-samples.ts';

/** What a starter, another process, is told. */
export interface StarterOrder {
  readonly dataDirectory: string;
  readonly isolation: Isolation;
  readonly lane: ProcessLane;
  /** Without what only its own process can be asked. */
  readonly launch: Omit<Launch, 'admit'>;
}

/** Makes the executor of a bench; the starter makes its own from the same values. */
export async function processExecutorAt(order: Omit<StarterOrder, 'launch'>) {
  return await createProcessExecutor({
    runsDirectory: join(order.dataDirectory, 'runs'),
    dataDirectory: order.dataDirectory,
    clock: machineClock,
    isolation: order.isolation,
    laneOf: (uid) => (uid === aClusterUid ? order.lane : undefined),
  });
}

/** A place for the process executor's state. */
export async function openProcessBench(isolation: Isolation, lane: ProcessLane): Promise<ExecutorBench> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'longarm-process-'));
  // Outside the data directory, which commands do not see; open, because they may be another user.
  const outside = await mkdtemp(join(tmpdir(), 'longarm-outside-'));
  await chmod(outside, 0o777);
  const at = (name: string): string => join(outside, name);
  const runsDirectory = join(dataDirectory, 'runs');
  const order = { dataDirectory, isolation, lane };
  return {
    instance: () => processExecutorAt(order),
    async startAndDie({ admit: _own, ...launch }) {
      const starter = fork(new URL('process-starter.ts', import.meta.url), { serialization: 'advanced' });
      starter.send({ ...order, launch } satisfies StarterOrder);
      const answer = Promise.withResolvers<unknown>();
      starter.once('message', answer.resolve);
      starter.once('exit', () => answer.resolve('ended'));
      const said = await answer.promise;
      starter.kill('SIGKILL');
      if (starter.exitCode === null && starter.signalCode === null) await once(starter, 'exit');
      if (said !== 'started') throw new Error(`The starter failed: ${String(said)}`);
    },
    programs: {
      exit: (code) => `exit ${code}`,
      write: (parts) =>
        parts
          .map(({ to, bytes }) => {
            const base64 = Buffer.from(bytes).toString('base64');
            return `base64 -d ${to === 'stderr' ? '>&2 ' : ''}<<'END'\n${base64}\nEND`;
          })
          .join('\n'),
      held: (gate) => `echo ready; while [ ! -e '${at(gate)}' ]; do sleep 0.02; done; echo gone on; exit 5`,
      stubborn: () => `trap '' TERM; echo ready; while :; do sleep 0.1; done`,
      lingering: () => 'sleep 600 & exit 3',
      mark: (name) => `echo begun >>'${at(`${name}.marks`)}'`,
      files: [{ path: 'a/file', mode: 0o640, bytes: Buffer.from('attached') }],
    },
    release: (gate) => writeFile(at(gate), ''),
    async marks(name) {
      const text = await readFile(at(`${name}.marks`), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line === 'begun').length;
    },
    spoilExit: (commandId, bytes) => writeFile(runOf(runsDirectory, commandId).exit, bytes),
    async traces(commandId) {
      const pids = await survivorsOf(commandId, { pid: process.pid, bootId: '', startedAt: '0' });
      const entries = (await runEntries(runsDirectory)).filter((entry) => entry.commandId === commandId);
      return [...pids.map((pid) => `process ${pid}`), ...entries.map((entry) => entry.path)];
    },
    async close() {
      await rm(dataDirectory, { recursive: true });
      await rm(outside, { recursive: true });
    },
  };
}
