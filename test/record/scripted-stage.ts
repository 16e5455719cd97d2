import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import { openPlane } from '../control-plane/plane.ts';
import { sampleScript } from './sample-script.ts';
import { processQuiet, type Stage } from './stage.ts';
import { steppedClock } from './stepped-clock.ts';

/** Limits that a schedule of a minute or so can run into. */
const limits = { queueMs: 120_000, startMs: 20_000, runMs: 60_000, graceMs: 500, outputBytes: 4000 };
const leaseMs = 3_000;

/** A stage on which nothing runs and time is turned. */
export async function openScriptedStage(): Promise<Stage> {
  const clock = steppedClock();
  const opened = await openPlane(limits, clock);
  return {
    behind: { ...opened, plane: { ...opened.plane, leaseMs } },
    clock,
    pace: 1,
    openExecutor: (directory) => createScriptedExecutor({ directory, clock, filesBelow: dirname(directory) }),
    sample: sampleScript,
    leavesAtStart: true,
    settled: processQuiet,
    pass: async (ms, untilNext) => clock.advance(untilNext ? Math.max(ms, clock.nextWakeInMs() ?? 0) : ms),
    leftovers: (directory) => readdir(directory),
  };
}
