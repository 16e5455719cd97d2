import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { probeIsolation } from '../../src/executors/process/probe-isolation.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { shortened } from '../shortened.ts';
import { Counted } from './played.ts';
import { openProcessStage } from './process-stage.ts';
import { Schedule } from './schedule.ts';
import { seedAskedFor, showPlayed } from './show-played.ts';

const { count, title } = shortened(2_000, 100);
/** So many are played side by side: most of the time they wait. */
const lanes = 5;

test(`the record of real processes stays true behind such lines, in ${title} schedules`, async (t) => {
  const isolation = await probeIsolation();
  const directory = await temporaryDirectory();
  const counted = new Counted();
  const alone = seedAskedFor();
  const seeds = alone === undefined ? Array.from({ length: count }, (_, at) => at + 1) : [alone];
  const began = performance.now();
  const playLane = async () => {
    const stage = await openProcessStage(isolation);
    try {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const place = join(directory.path, `schedule-${seed}`);
        await mkdir(place);
        if (!(await counted.play(new Schedule(stage, place, seed, counted.tally), seed))) break;
      }
    } finally {
      await stage.behind.close();
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, playLane));
    showPlayed(t, counted.played, (performance.now() - began) / 1000, 'process-schedules.test.ts');
    if (alone === undefined) assert.equal(counted.played.schedules, count);
  } finally {
    await directory.remove();
  }
});
