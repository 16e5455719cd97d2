import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CommandRun } from '../../src/executors/kubernetes/command-run.ts';
import { seePod, type SeenPod } from '../../src/executors/kubernetes/seen-pod.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { systemClock } from '../../src/main/system-clock.ts';

/** A pod of that version, as the API server shows it. */
function pod(resourceVersion: string, uid = 'first'): SeenPod {
  return seePod({ metadata: { name: 'longarm-x', uid, resourceVersion } });
}

describe('what a run knows of its pod', () => {
  const begin = (): CommandRun => new CommandRun(randomIds.commandId(), systemClock);

  test('an answer that is older than what the watch has told does not cover it up', () => {
    const run = begin();
    run.saw(pod('9'));
    run.saw(pod('10'));
    run.answered(pod('9'));
    assert.equal(run.pod?.resourceVersion, '10');
  });

  test('an answer that is newer counts, and so does whatever the watch tells after it', () => {
    const run = begin();
    run.answered(pod('99'));
    run.answered(pod('100'));
    assert.equal(run.pod?.resourceVersion, '100');
    // It lags behind, and will tell the rest; a cluster whose store was set back counts anew.
    run.saw(pod('50'));
    assert.equal(run.pod?.resourceVersion, '50');
  });

  test('a late answer does not bring a pod back that was deleted, but another pod takes its place', () => {
    const run = begin();
    run.saw(pod('10'));
    run.lost(pod('12'));
    run.answered(pod('11'));
    assert.equal(run.gone, true);
    run.answered(pod('13', 'second'));
    assert.deepEqual([run.gone, run.pod?.uid], [false, 'second']);
    run.answered(pod('11'));
    assert.equal(run.pod?.uid, 'second');
  });

  test('an answer counts where a version is no number', () => {
    const run = begin();
    run.saw(pod('b'));
    run.answered(pod('a'));
    assert.equal(run.pod?.resourceVersion, 'a');
  });
});
