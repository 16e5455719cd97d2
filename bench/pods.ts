import type { Measure } from './measure.ts';
import { openPodBench } from './pod-cluster.ts';
import { podFirstByte } from './pod-first-byte.ts';
import { podOneByOne } from './pod-one-by-one.ts';
import { podOutput } from './pod-output.ts';
import { podsAtOnce } from './pods-at-once.ts';

/** What it takes to run commands in pods of a real cluster. */
export const pods: Measure = {
  name: 'pods',
  deadlineMs: 30 * 60_000,
  run: async (place) => {
    const bench = await openPodBench(place, 100);
    try {
      return [
        ...(await podOneByOne(place, bench)),
        ...(await podFirstByte(place, bench)),
        ...(await podOutput(place, bench)),
        ...(await podsAtOnce(place, bench)),
      ];
    } finally {
      await bench.close();
    }
  },
};
