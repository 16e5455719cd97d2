import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortened } from '../shortened.ts';
import { playSchedules } from './play-schedules.ts';
import { seedAskedFor, showPlayed } from './show-played.ts';

const { count, title } = shortened(40_000, 50);

test(`behind lines that drop, delay, double and reorder calls the record stays true, in ${title} schedules`, async (t) => {
  const alone = seedAskedFor();
  const first = alone ?? 1;
  const began = performance.now();
  const played = await playSchedules(first, alone === undefined ? first + count : first + 1);
  showPlayed(t, played, (performance.now() - began) / 1000, 'scripted-schedules.test.ts');
  if (alone !== undefined) return;
  assert.equal(played.schedules, count);
  assert.deepEqual(played.tally.missing(), [], 'a fault that never happens proves nothing');
  const seen = [...played.endings.keys()];
  for (const ending of ['completed', 'cancelled', 'failed WorkerLost', 'failed OutputLimitExceeded', 'failed TimedOut'])
    assert.ok(seen.includes(ending), `no command ended as ${ending}`);
});
