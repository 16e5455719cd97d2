import { setTimeout as delay } from 'node:timers/promises';
import { createProcessExecutor } from '../../src/executors/process/process-executor.ts';
import type { Isolation } from '../../src/executors/process/isolation.ts';
import { runEntries } from '../../src/executors/process/run-directory.ts';
import { survivorsOf } from '../../src/executors/process/survivors.ts';
import { machineClock } from '../contract/executor-samples.ts';
import { openPlane } from '../control-plane/plane.ts';
import { sampleProgram } from './sample-program.ts';
import type { Stage } from './stage.ts';

const limits = { queueMs: 60_000, startMs: 20_000, runMs: 20_000, graceMs: 300, outputBytes: 4000 };
const leaseMs = 700;

/** A stage on which processes run, in real time. */
export async function openProcessStage(isolation: Isolation): Promise<Stage> {
  const clock = { ...machineClock, advance: () => undefined, sleeperWithin: () => Promise.resolve() };
  const opened = await openPlane(limits, clock);
  return {
    behind: { ...opened, plane: { ...opened.plane, leaseMs } },
    clock,
    pace: 0.2,
    openExecutor: (directory) =>
      createProcessExecutor({ runsDirectory: directory, clock, isolation, laneOf: () => ({ environment: {} }) }),
    sample: sampleProgram,
    // It has started before it comes to its first line.
    leavesAtStart: false,
    settled: () => Promise.resolve(),
    pass: async (ms) => delay(Math.max(ms, 25)),
    leftovers: async (directory, ids) => {
      const files = (await runEntries(directory)).map(({ path }) => path);
      const us = { pid: process.pid, bootId: '', startedAt: '0' };
      const pids = await Promise.all(ids.map((id) => survivorsOf(id, us)));
      return [...files, ...pids.flat().map((pid) => `process ${pid}`)];
    },
  };
}
