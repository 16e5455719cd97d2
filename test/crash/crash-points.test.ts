import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { shortened } from '../shortened.ts';
import { assertNothingLeft, newTrial, runsAreGone } from './crash-trial.ts';
import { type CrashingServer, startCrashingServer } from './crashing-server.ts';
import { effectOf, listedEffects } from './listed-crash-points.ts';
import { type Scenario, scenarios } from './scenarios.ts';

/** How long a trial may take at most. */
const trialMs = 60_000;
/** How long after the end of everything a crash point may still be passed. */
const lateMs = 10_000;

async function passThrough(server: CrashingServer, scenario: Scenario): Promise<readonly string[]> {
  await runsAreGone(server);
  const trial = newTrial(server);
  const prepared = await scenario.prepare(server, trial);
  return server.trace(async () => {
    const acting = scenario.act(server, trial, prepared);
    if (!server.isAlive) await server.start();
    await scenario.verify(server, trial, await acting);
    await runsAreGone(server);
  });
}

async function crashAt(server: CrashingServer, scenario: Scenario, point: string): Promise<void> {
  const trial = newTrial(server);
  const prepared = await scenario.prepare(server, trial);
  server.arm(point);
  const acting = scenario.act(server, trial, prepared);
  if (!server.isAlive) await server.start();
  const late = new Promise<string>((resolve) => {
    const tell = () => setTimeout(resolve, lateMs, 'it lives on').unref();
    acting.then(tell, tell);
  });
  assert.equal(await Promise.race([server.ended, late]), 'SIGKILL', `'${point}' was not passed`);
  server.arm(undefined);
  await server.start();
  const ref = await acting;
  await scenario.verify(server, trial, ref);
  await assertNothingLeft(server);
}

/** What decides whether something is so: commits, starts, signals, and what gets its name. */
const decisive = /^\w+ (?:commit|spawn|signal|rename) /;

/** All points in a soak; else all that decide something, and of the others as many as `title` says. */
function chosenPoints(scenario: Scenario): readonly string[] {
  const points = listedEffects(scenario.name).flatMap((effect) => [`before ${effect}`, `after ${effect}`]);
  const others = points.filter((point) => !decisive.test(point));
  const step = others.length / shortened(others.length, 8).count;
  const taken = new Set(others.filter((_, index) => Math.floor(index % step) === 0));
  return points.filter((point) => decisive.test(point) || taken.has(point));
}

for (const scenario of scenarios) {
  const ofAll = `${chosenPoints(scenario).length} of ${2 * listedEffects(scenario.name).length} points`;
  describe(`kill -9 at the commits and effects of a command that is ${scenario.name} (${ofAll})`, () => {
    let server: CrashingServer;
    before(async () => {
      server = await startCrashingServer();
      // What is done once in the life of a data directory or of a server is over before the first trial.
      const [first] = scenarios;
      await first?.act(server, newTrial(server), {});
    });
    after(() => server.dispose());
    // A trial that failed may have left it dead.
    beforeEach(async () => {
      server.arm(undefined);
      if (!server.isAlive) await server.start();
    });

    test('the document lists every effect, and no other', async () => {
      const passed = new Set((await passThrough(server, scenario)).map(effectOf));
      assert.deepEqual([...passed].toSorted(), listedEffects(scenario.name).toSorted());
    });

    for (const point of chosenPoints(scenario)) {
      test(`${point}: the record is true, nothing is lost or left`, { timeout: trialMs }, () =>
        crashAt(server, scenario, point),
      );
    }
  });
}
