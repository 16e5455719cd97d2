import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CommandRef } from '../../../src/client/session.ts';
import { effectOf, listedEffects } from '../../crash/listed-crash-points.ts';
import { shortened } from '../../shortened.ts';
import { type CrashingPods, startCrashingPods } from './crashing-pods.ts';
import { type CrashScenario, crashScenarios } from './crash-scenarios.ts';
import { outputOf } from './long-run.ts';

/** How many servers are killed side by side: most of a trial is waiting for a pod. */
const servers = 3;
/** How long a trial may take at most. */
const trialMs = 180_000;
/** How long after the end of everything a crash point may still be passed. */
const lateMs = 10_000;

/** What the document lists, as against what it says of every scenario. */
const listed = (scenario: string): readonly string[] => listedEffects(`in pods: ${scenario}`);
const atEachStart = listed('at each start');
const atAnyTime = listed('at any time');

async function verify(pods: CrashingPods, scenario: CrashScenario, mark: string, ref: CommandRef): Promise<void> {
  const result = await pods.client().waitForEnd(ref);
  const printed = await outputOf(pods, ref);
  assert.deepEqual(await pods.client().waitForEnd(ref), result);
  await pods.nothingLeft();
  scenario.verify(pods, mark, result, printed);
}

async function passThrough(pods: CrashingPods, scenario: CrashScenario): Promise<ReadonlySet<string>> {
  const mark = randomBytes(6).toString('hex');
  const prepared = await scenario.prepare(pods, mark);
  pods.arm(undefined);
  const points = await pods.trace(async () => {
    if (!pods.isAlive) await pods.start();
    await verify(pods, scenario, mark, await scenario.act(pods, mark, prepared));
  });
  return new Set(points);
}

async function crashAt(pods: CrashingPods, scenario: CrashScenario, point: string): Promise<void> {
  const mark = randomBytes(6).toString('hex');
  const prepared = await scenario.prepare(pods, mark);
  pods.arm(point);
  if (!pods.isAlive) await pods.start();
  const acting = scenario.act(pods, mark, prepared);
  const late = new Promise<string>((resolve) => {
    const tell = () => setTimeout(resolve, lateMs, 'it lives on').unref();
    acting.then(tell, tell);
  });
  assert.equal(await Promise.race([pods.ended, late]), 'SIGKILL', `'${point}' was not passed`);
  pods.arm(undefined);
  await pods.start();
  await verify(pods, scenario, mark, await acting);
}

/** The points of an effect: an exec is open before its program runs, and its program runs before it is over. */
function pointsOf(effect: string): readonly string[] {
  const moments = effect.startsWith('exec ') ? ['before', 'in', 'told in', 'after'] : ['before', 'after'];
  return moments.map((moment) => `${moment} ${effect}`);
}

const trials = crashScenarios.flatMap((scenario) =>
  listed(scenario.name)
    .flatMap(pointsOf)
    .filter((point) => !scenario.passesBy.includes(point))
    .map((point) => ({ scenario, point })),
);

/** Where it is decided whether a command begins, and what becomes of its end. */
const gravest =
  /^(?:(?:before|after) (?:post pods|commit launching, admitted)|.* exec longarm-spool open|before (?:commit completed|delete pods))$/;
const isGravest = ({ scenario, point }: (typeof trials)[number]): boolean =>
  gravest.test(point) && scenario === crashScenarios[0];
const others = trials.filter((trial) => !isGravest(trial));
const part = shortened(others.length, 20);
/** Evenly from all, so that each scenario has its share. */
const sample = others.filter(
  (_, index) =>
    Math.floor((index * part.count) / others.length) !== Math.floor(((index + 1) * part.count) / others.length),
);
const chosen = [...trials.filter(isGravest), ...sample];

const title = `${trials.length - others.length} moments that decide and ${part.title} others of a command in a pod`;
describe(`kill -9 of the server at ${title}`, { concurrency: servers }, () => {
  const idle: CrashingPods[] = [];
  before(async () => {
    idle.push(...(await Promise.all(Array.from({ length: servers }, () => startCrashingPods()))));
    // What is done once in the life of a data directory is over before the first trial.
    const runFirst = async (pods: CrashingPods): Promise<void> => {
      await crashScenarios[0]?.act(pods, 'first', undefined);
      await pods.nothingLeft();
    };
    await Promise.all(idle.map(runFirst));
  });
  after(async () => {
    await Promise.all(idle.map((pods) => pods.dispose()));
  });

  async function withOne(work: (pods: CrashingPods) => Promise<void>): Promise<void> {
    const pods = idle.pop();
    assert.ok(pods);
    try {
      await work(pods);
    } finally {
      pods.arm(undefined);
      if (!pods.isAlive) await pods.start();
      idle.push(pods);
    }
  }

  for (const scenario of crashScenarios) {
    test(`${scenario.name}: the document lists every effect, and no other`, { timeout: trialMs }, () =>
      withOne(async (pods) => {
        const passed = await passThrough(pods, scenario);
        const effects = listed(scenario.name);
        const further = Array.from(passed, effectOf).filter((each) => !effects.includes(each));
        assert.deepEqual(
          further.filter((each) => ![...atEachStart, ...atAnyTime].includes(each)),
          [],
          'not listed',
        );
        const points = trials.filter((trial) => trial.scenario === scenario).map(({ point }) => point);
        assert.deepEqual(
          points.filter((point) => !passed.has(point)),
          [],
          'listed, and not passed',
        );
      }),
    );
  }

  for (const { scenario, point } of chosen) {
    test(
      `${scenario.name}, ${point}: the record is true, it ran once at most, nothing is lost or left`,
      { timeout: trialMs },
      () => withOne((pods) => crashAt(pods, scenario, point)),
    );
  }
});
