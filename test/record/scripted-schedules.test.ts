import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shortened } from '../shortened.ts';
import { faults } from './fault.ts';
import { playSchedules } from './play-schedules.ts';

/** Plays the schedule of one seed alone, and tells its story: `SEED_OF_LONGARM=17 node --test test/record/…`. */
const seedVariable = 'SEED_OF_LONGARM';

const { count, title } = shortened(40_000, 100);

describe('commands of the scripted executor, behind lines that drop, delay, double and reorder', () => {
  test(`their record stays true in ${title} random schedules, and every fault happens to every call`, async (t) => {
    const alone = Number(process.env[seedVariable] ?? 0);
    const first = alone === 0 ? 1 : alone;
    const began = performance.now();
    const played = await playSchedules(first, alone === 0 ? first + count : first + 1);
    const seconds = (performance.now() - began) / 1000;
    const { schedules, commands, endings, tally, breaches } = played;
    t.diagnostic(`${schedules} schedules, ${commands} commands, ${(schedules / seconds).toFixed(1)} schedules a second`);
    for (const line of tally.lines()) t.diagnostic(line);
    for (const [fault, meaning] of Object.entries(faults)) t.diagnostic(`${fault}: ${meaning}`);
    t.diagnostic(JSON.stringify(Object.fromEntries([...endings].toSorted())));
    const [breach] = breaches;
    if (breach !== undefined) {
      const again = `Once more: ${seedVariable}=${breach.seed} node --test test/record/scripted-schedules.test.ts`;
      assert.fail([`Seed ${breach.seed}: ${breach.message}`, again, ...breach.story].join('\n'));
    }
    if (alone !== 0) return;
    assert.equal(schedules, count);
    assert.deepEqual(tally.missing(), [], 'a fault that never happens proves nothing');
    for (const phase of ['completed', 'cancelled', 'failed WorkerLost', 'failed OutputLimitExceeded'])
      assert.ok((endings.get(phase) ?? 0) > 0, `no command ended as ${phase}`);
  });
});
