import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { faults } from './fault.ts';
import type { Played } from './played.ts';

/** With a seed in it the schedule of that seed is played alone. */
const seedVariable = 'SEED_OF_LONGARM';

/** The one seed that is asked for; `undefined` where all are to be played. */
export function seedAskedFor(): number | undefined {
  const given = process.env[seedVariable];
  return given === undefined ? undefined : Number(given);
}

/** Shows what came of some schedules, and fails with the story of the first in which the record did not stay true. */
export function showPlayed(t: TestContext, played: Played, seconds: number, file: string): void {
  const { schedules, commands, calmedMs, endings, tally, breaches } = played;
  t.diagnostic(`${schedules} schedules, ${commands} commands, ${(schedules / seconds).toFixed(1)} schedules a second`);
  t.diagnostic(
    `everything had ended ${(calmedMs / 1000).toFixed(1)} seconds of its clock after the faults, at the latest`,
  );
  for (const line of tally.lines()) t.diagnostic(line);
  for (const [fault, meaning] of Object.entries(faults)) t.diagnostic(`${fault}: ${meaning}`);
  t.diagnostic([...endings].map(([ending, count]) => `${count} ${ending}`).join(', '));
  const [breach] = breaches;
  if (breach === undefined) return;
  const again = `Once more: ${seedVariable}=${breach.seed} node --test test/record/${file}`;
  assert.fail([`Seed ${breach.seed}: ${breach.message}`, again, ...breach.story].join('\n'));
}
