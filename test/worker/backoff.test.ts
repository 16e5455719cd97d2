import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/main/system-clock.ts';
import { untilDone } from '../../src/worker/backoff.ts';

/** The pauses of one who fails this often before it succeeds, in milliseconds. */
async function pausesOf(failures: number, random: () => number): Promise<readonly number[]> {
  const pauses: number[] = [];
  const clock = { ...systemClock, sleep: async (durationMs: number) => void pauses.push(durationMs) };
  let left = failures;
  const attempt = async (): Promise<void> => {
    if (left-- > 0) throw new Error('out of order');
  };
  await untilDone(
    { clock, random },
    new AbortController().signal,
    attempt,
    () => false,
    () => undefined,
  );
  return pauses;
}

describe('untilDone', () => {
  test('pauses twice as long after each failure, up to 5 s', async () => {
    const pauses = await pausesOf(9, () => 0);
    assert.deepEqual(pauses, [25, 50, 100, 200, 400, 800, 1600, 2500, 2500]);
  });

  test('half of each pause is random, so that two who failed at the same moment do not meet again', async () => {
    const chances = [0, 0.5, 0.999];
    const pauses = await pausesOf(chances.length, () => chances.shift() ?? 0);
    assert.deepEqual(
      pauses.map((ms) => Math.round(ms)),
      [25, 75, 200],
    );
    const [one, other] = [await pausesOf(8, Math.random), await pausesOf(8, Math.random)];
    one.forEach((ms, index) => assert.notEqual(ms, other[index]));
  });
});
