// A thread that plays its share of the schedules: run by `play-schedules.ts`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openPlane } from '../control-plane/plane.ts';
import { Tally } from './fault.ts';
import type { Breach, Share } from './played.ts';
import { Schedule } from './schedule.ts';
import { steppedClock } from './stepped-clock.ts';

/** So many are played side by side: while one waits for its files, others go on. */
const lanes = 6;
/** After so many breaches no more are looked for. */
const mostBreaches = 5;
/** Limits that a schedule of a minute or so can run into. */
const limits = { queueMs: 120_000, startMs: 20_000, runMs: 60_000, graceMs: 500, outputBytes: 4000 };
const leaseMs = 3_000;

const share: Share = workerData;
const tally = new Tally();
const endings = new Map<string, number>();
const breaches: Breach[] = [];
let next = share.first;
let schedules = 0;

async function playLane(): Promise<void> {
  const clock = steppedClock();
  const opened = await openPlane(limits, clock);
  const behind = { ...opened, plane: { ...opened.plane, leaseMs } };
  try {
    while (next < share.end && breaches.length < mostBreaches) {
      const seed = next;
      next += share.step;
      const place = join(share.directory, `schedule-${seed}`);
      await mkdir(place);
      const schedule = new Schedule(behind, clock, place, seed, tally);
      try {
        await schedule.play();
        schedules += 1;
        for (const ending of schedule.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1);
      } catch (error) {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        breaches.push({ seed, message, story: schedule.story.slice(-200) });
        // What it left in the store would be the next one's trouble.
        break;
      }
    }
  } finally {
    await opened.close();
  }
}

await Promise.all(Array.from({ length: lanes }, playLane));
const commands = [...endings.values()].reduce((sum, count) => sum + count, 0);
parentPort?.postMessage({ schedules, commands, endings, counts: tally.counts, breaches });
