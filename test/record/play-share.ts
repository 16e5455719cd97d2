// A thread that plays its share of the schedules: run by `play-schedules.ts`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Counted, type Share } from './played.ts';
import { Schedule } from './schedule.ts';
import { openScriptedStage } from './scripted-stage.ts';

/** So many are played side by side: while one waits for its files, others go on. */
const lanes = 6;

const share: Share = workerData;
const counted = new Counted();
let next = share.first;

async function playLane(): Promise<void> {
  const stage = await openScriptedStage();
  try {
    while (next < share.end) {
      const seed = next;
      next += share.step;
      const place = join(share.directory, `schedule-${seed}`);
      await mkdir(place);
      if (!(await counted.play(new Schedule(stage, place, seed, counted.tally), seed))) break;
    }
  } finally {
    await stage.behind.close();
  }
}

await Promise.all(Array.from({ length: lanes }, playLane));
const { tally, ...played } = counted.played;
parentPort?.postMessage({ ...played, counts: tally.counts });
