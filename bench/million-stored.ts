import type { Measure, NamedPair } from './measure.ts';
import { ratio } from './measure.ts';
import { filledDirectory, withoutQueue } from './filled-directory.ts';
import { httpPairs } from './million-http.ts';
import { storePairs } from './million-store.ts';

/** Whether anything becomes slow with a year of commands in the database. */
export const millionStored: Measure = {
  name: 'million-stored',
  deadlineMs: 240_000,
  run: async (place) => {
    const began = performance.now();
    const large = await filledDirectory(place, 'large', 1_000_000);
    const small = await filledDirectory(place, 'small', 1000);
    place.say(`filled after ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const inStore = await storePairs(large, small);
    // A server would carry them out.
    withoutQueue(large);
    withoutQueue(small);
    const overHttp = await httpPairs(place, large, small);
    const against = 'with 1,000';
    return [...inStore, ...overHttp].map(({ name, what, pair, isReported }: NamedPair) =>
      ratio(
        {
          name: `million-${name}`,
          what: `${what}, with 1,000,000 commands stored`,
          against,
          ...(isReported === true ? {} : { reach: { bound: 'at most', value: 1.3 } as const }),
        },
        pair,
      ),
    );
  },
};
