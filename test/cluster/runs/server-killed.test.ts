import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CommandRef } from '../../../src/client/session.ts';
import { shortened } from '../../shortened.ts';
import { type CrashingPods, startCrashingPods } from './crashing-pods.ts';
import { type CrashScenario, crashScenarios } from './crash-scenarios.ts';

/** How many servers are killed side by side: most of a trial is waiting for a pod. */
const servers = 3;
/** How long a trial may take at most. */
const trialMs = 180_000;
/** How long after the end of everything a crash point may still be passed. */
const lateMs = 10_000;

async function outputOf(pods: CrashingPods, ref: CommandRef): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of pods.client().followOutput(ref)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
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
  const ref = await acting;
  const result = await pods.client().waitForEnd(ref);
  const printed = await outputOf(pods, ref);
  assert.deepEqual(await pods.client().waitForEnd(ref), result);
  await pods.nothingLeft();
  scenario.verify(pods, mark, result, printed);
}

const trials = crashScenarios.flatMap((scenario) => scenario.points.map((point) => ({ scenario, point })));
const part = shortened(trials.length, 5);
/** Evenly from all, so that each scenario has its share. */
const chosen = trials.filter(
  (_, index) =>
    Math.floor((index * part.count) / trials.length) !== Math.floor(((index + 1) * part.count) / trials.length),
);

describe(`kill -9 of the server at ${part.title} moments of a command in a pod`, { concurrency: servers }, () => {
  const idle: CrashingPods[] = [];
  before(async () => {
    idle.push(...(await Promise.all(Array.from({ length: servers }, () => startCrashingPods()))));
  });
  after(async () => {
    await Promise.all(idle.map((pods) => pods.dispose()));
  });

  for (const { scenario, point } of chosen) {
    const title = `${scenario.name}, ${point}: the record is true, it ran once at most, nothing is lost or left`;
    test(title, { timeout: trialMs }, async () => {
      const pods = idle.pop();
      assert.ok(pods);
      try {
        await crashAt(pods, scenario, point);
      } finally {
        pods.arm(undefined);
        if (!pods.isAlive) await pods.start();
        idle.push(pods);
      }
    });
  }
});
